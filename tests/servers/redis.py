"""Redis, from the system's packages, for what a project keeps in Django's cache."""

from __future__ import annotations

import importlib.util
from typing import Any

from .process import LeftOutError, Server, program, succeeds


class Redis(Server):
    """One Redis server."""

    name = "Redis"
    variable = "TEST_REDIS_URL"
    default_port = 6379

    @classmethod
    def require_installed(cls) -> None:
        if importlib.util.find_spec("redis") is None:
            raise LeftOutError("Redis: its driver is not installed. `make test` installs it.")
        if program("redis-server") is None:
            raise LeftOutError(
                "Redis: no server here. `make services` brings one, or set "
                f"{cls.variable}=redis://host:port/"
            )

    @property
    def url(self) -> str:
        """For a cache's LOCATION."""
        where = self.address
        login = f"{where.user}:{where.password}@" if where.password else ""
        return f"redis://{login}{where.host}:{where.port}/0"

    def cache(self, prefix: str) -> dict[str, Any]:
        """An entry of CACHES whose keys begin with ``prefix``."""
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": self.url,
            "KEY_PREFIX": prefix,
        }

    def command(self) -> list[str]:
        return [
            *(str(program("redis-server")), "--port", str(self.address.port)),
            *("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "."),
        ]

    def answers(self) -> bool:
        import redis

        def ask() -> None:
            with redis.Redis.from_url(self.url, socket_connect_timeout=5) as client:
                client.ping()

        return succeeds(ask, redis.RedisError)
