"""Async views, of adrf and of plain Django, and a real ASGI server in front of them."""

from importlib.util import find_spec

import pytest

from .child import specifications
from .leaving_out import leave_out

pytestmark = pytest.mark.projects


@pytest.mark.parametrize(
    ("specification", "package"),
    [("test_adrf.py", "adrf"), ("test_plain_views.py", "channels"), ("test_uvicorn.py", "uvicorn")],
)
def test_async_views_know_who_asks(specification, package):
    if not all(map(find_spec, (package, "adrf", "channels"))):
        leave_out(f"async views with {package}. `make test` installs it.")

    answer = specifications("tests.settings_asynchronous", f"tests/asynchronous/{specification}")

    assert answer.returncode == 0, answer.stdout[-4000:]
