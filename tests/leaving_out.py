"""What a machine cannot run is left out by name, and fails where CI=true."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import NoReturn

import pytest


def leave_out(reason: str) -> NoReturn:
    """Skip with ``reason``, which the last lines of the run repeat: what, and how to get it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"In CI nothing is left out: {reason}")
    pytest.skip(reason)


def need(packages: Mapping[str, str]) -> None:
    """Leave the test out unless these modules, each with the name of its package, are here."""
    missing = [name for module, name in packages.items() if find_spec(module) is None]
    if missing:
        leave_out(f"{', '.join(missing)} beside us. `make test` installs what is missing.")
