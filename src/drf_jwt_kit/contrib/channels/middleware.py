"""How does a consumer learn who is behind its socket, and how is the socket closed in time?"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import AuthenticationFailed

from drf_jwt_kit.exceptions import CSRFFailed, KeysUnavailable, ServiceUnavailable
from drf_jwt_kit.logs import log

from .handshake import holder_of
from .sockets import TRY_AGAIN_LATER, UNAUTHENTICATED, Socket, watch


class JWTAuthMiddleware:
    """Sets ``scope["user"]`` and ``scope["auth"]`` of a socket, and closes it with its session.

    The token is in the Authorization header, or in the access cookie if the page that opens the
    socket is of this host or of CSRF_TRUSTED_ORIGINS; or a one-time ticket of ``ticket_for`` is in
    the query string. Whoever has none of them, or a refused one, is refused before the socket is
    accepted. With ``anonymous``, that is an AnonymousUser instead, and ``auth`` is None; a cookie
    from another site's page is refused even so.
    """

    def __init__(self, inner: Any, *, anonymous: bool = False) -> None:
        self.inner, self.anonymous = inner, anonymous

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Serve one socket."""
        holder, code = None, UNAUTHENTICATED
        try:
            holder = await database_sync_to_async(holder_of)(scope)
        except CSRFFailed as refusal:
            why = str(refusal.detail)
            log("csrf_refused", level=logging.WARNING, path=scope["path"], why=why)
            return await _deny(receive, send, UNAUTHENTICATED)
        except AuthenticationFailed:
            pass
        except KeysUnavailable:
            code = TRY_AGAIN_LATER
        except ServiceUnavailable:
            return await _deny(receive, send, TRY_AGAIN_LATER)
        if holder is not None:
            return await self._serve(holder, scope, receive, send)
        if not self.anonymous:
            return await _deny(receive, send, code)
        return await self.inner({**scope, "user": AnonymousUser(), "auth": None}, receive, send)

    async def _serve(self, holder: Any, scope: Any, receive: Any, send: Any) -> Any:
        user, token = holder
        socket = Socket(token.presented, user.pk)
        ends = asyncio.ensure_future(socket.ended.wait())
        watching = watch()
        watching.add(socket)

        async def receive_or_end() -> Any:
            incoming = asyncio.ensure_future(receive())
            await asyncio.wait({incoming, ends}, return_when=asyncio.FIRST_COMPLETED)
            if not socket.ended.is_set():
                return await incoming
            incoming.cancel()
            await send({"type": "websocket.close", "code": socket.code})
            return {"type": "websocket.disconnect", "code": socket.code}

        async def send_while_live(message: Any) -> None:
            if not socket.ended.is_set():
                await send(message)

        try:
            named = {**scope, "user": user, "auth": token}
            return await self.inner(named, receive_or_end, send_while_live)
        finally:
            watching.discard(socket)
            ends.cancel()


async def _deny(receive: Any, send: Any, code: int) -> None:
    await receive()
    await send({"type": "websocket.close", "code": code})
