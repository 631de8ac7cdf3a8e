"""The sites that races are run on: every database, isolation level and kind of request."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.database import LEVELS
from tests.servers.makers import empty_databases, sites

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.database import Database

_WITH_LEVELS = [(engine, level) for engine in ("postgresql", "mariadb") for level in LEVELS]


def modes(*databases: tuple[str, str | None]) -> list[Any]:
    """Parameters for ``site``: each of these in autocommit, and with ATOMIC_REQUESTS."""
    return [
        pytest.param((engine, level, atomic), id=_name(engine, level, atomic))
        for engine, level in databases
        for atomic in (False, True)
    ]


def _name(engine: str, level: str | None, atomic: bool) -> str:
    words = [engine, (level or "").replace(" ", "-"), "atomic" if atomic else ""]
    return "-".join(word for word in words if word)


# For the whole session, so that each site is started once for all races.
databases = pytest.fixture(scope="session", name="databases")(empty_databases)


@pytest.fixture(scope="session", params=modes(("sqlite", None), *_WITH_LEVELS))
def site(
    request: Any, databases: Callable[..., Database], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Four worker processes on an empty database, which is of one kind after the other."""
    engine, level, atomic = request.param
    database = databases(engine)
    entry = database.at(level) if level is not None else database.settings
    serving = sites(tmp_path_factory)
    kit = {
        "SESSION_LIMITS": "tests.servers.served.limits.as_the_client_asks",
        "ADOPT_SIMPLEJWT_TOKENS_UNTIL": datetime(2099, 1, 1, tzinfo=timezone.utc),
    }
    yield next(serving)(entry, ATOMIC_REQUESTS=atomic, CONN_MAX_AGE=60, DRF_JWT_KIT=kit)
    next(serving, None)
