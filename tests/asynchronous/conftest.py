"""A client that asks as an ASGI server does, called from code that is not async."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from drf_jwt_kit.transports import access_cookie


class AsyncKit:
    """A client of async views, with the token in the header or in the cookie."""

    def __init__(self) -> None:
        self.client = AsyncClient(enforce_csrf_checks=True, raise_request_exception=False)

    def get(self, path: str, access: str | None = None, **headers: str) -> Any:
        return self._ask(self.client.get, path, access, headers)

    def post(self, path: str, access: str | None = None, **headers: str) -> Any:
        return self._ask(self.client.post, path, access, headers)

    def hold(self, access: str) -> None:
        """Keep the token in the access cookie, as a browser does."""
        self.client.cookies[access_cookie().name] = access

    def _ask(self, method: Any, path: str, access: str | None, headers: dict[str, str]) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if access is not None:
            sent["Authorization"] = f"Bearer {access}"
        return async_to_sync(method)(path, headers=sent)


@pytest.fixture
def asking() -> AsyncKit:
    return AsyncKit()
