"""Async views, of adrf and of plain Django, and a real ASGI server in front of them."""

import pytest

from .child import specifications
from .leaving_out import need

pytestmark = pytest.mark.projects


@pytest.mark.parametrize(
    ("specification", "package"),
    [("test_adrf.py", "adrf"), ("test_plain_views.py", "channels"), ("test_uvicorn.py", "uvicorn")],
)
def test_async_views_know_who_asks(specification, package):
    need({name: name for name in (package, "adrf", "channels")})

    answer = specifications("tests.settings_asynchronous", f"tests/asynchronous/{specification}")

    assert answer.returncode == 0, answer.stdout[-4000:]
