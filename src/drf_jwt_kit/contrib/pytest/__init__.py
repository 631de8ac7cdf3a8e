"""What does pytest get from us? Fixtures, and ``--jwt-attacks``. It is told by an entry point.

Every pytest of the environment loads this, also where nobody uses Django: so it imports pytest
alone, and the rest when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drf_jwt_kit.testing import Clock, JWTClient, JWTCookieClient


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and its settings."""
    group = parser.getgroup("drf-jwt-kit")
    group.addoption(
        "--jwt-attacks",
        action="store_true",
        help="attack the project's URLs as a stranger would, beside its own tests",
    )
    parser.addini(
        "jwt_attack_url",
        "addresses of closed views to attack, in place of those that the URLconf has",
        type="linelist",
    )
    parser.addini(
        "jwt_attack_user",
        "path of a function that makes a user with the password that it is given",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the attacks, before ``-k`` and ``-m`` choose. Raises UsageError without a project."""
    if not config.getoption("jwt_attacks"):
        return
    from django.apps import apps

    by_django = config.pluginmanager.hasplugin("django") and apps.ready
    if not (by_django and apps.is_installed("drf_jwt_kit")):
        raise pytest.UsageError(
            "--jwt-attacks needs pytest-django, and the settings of a project with drf_jwt_kit: "
            "pip install pytest-django, and then pytest --jwt-attacks --ds=shop.settings"
        )
    from .collected import attacks_on

    items += attacks_on(session)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what came of each attack, in one line."""
    if terminalreporter.config.getoption("jwt_attacks"):
        from .summary import tell

        tell(terminalreporter)


@pytest.fixture
def jwt_client() -> JWTClient:
    """A JWTClient; ``sign_in(user)`` needs the database."""
    from drf_jwt_kit.testing import JWTClient

    return JWTClient()


@pytest.fixture
def jwt_cookie_client() -> JWTCookieClient:
    """A JWTCookieClient, which is a browser."""
    from drf_jwt_kit.testing import JWTCookieClient

    return JWTCookieClient()


@pytest.fixture
def jwt_clock() -> Iterator[Clock]:
    """The clock of ``later``: ``jwt_clock.shift(timedelta)`` lets time pass."""
    from drf_jwt_kit.testing import later

    with later() as clock:
        yield clock


@pytest.fixture
def jwt_keys() -> Iterator[None]:
    """Keys of this process, in place of the project's own: ``override_keys()``."""
    from drf_jwt_kit.testing import override_keys

    with override_keys():
        yield
