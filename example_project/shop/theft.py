"""Plays a thief, for the page's demonstration of a stolen refresh token. Development only.

He has a copy of plain Simple JWT's refresh token as well, so that one sees what differs.

The thief keeps what was copied in this process's memory, one token a session, and presents it
over HTTP as any other program would. Nothing is faked: what the server answers him is shown.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.models import Session
from drf_jwt_kit.transports import refresh_cookie

SECONDS_TO_ANSWER = 10
_loot: dict[str, "Loot"] = {}


@dataclass(frozen=True)
class Loot:
    """A copied refresh token, the cookie that it was in, if any, and that of Simple JWT."""

    token: str
    cookie: str | None = None
    plain: str | None = None


class LootSerializer(serializers.Serializer):
    """What a script has found, and sends to the thief. In cookie mode it finds nothing of ours."""

    refresh = serializers.CharField(required=False)
    plain = serializers.CharField(required=False)


class TheftView(SecureViewMixin, APIView):
    """Copy the refresh token of the browser that asks.

    A script on the page sends the one that it has found. Without one it is read from the
    cookie: HttpOnly keeps scripts from that, but no malware that reads the browser's files.
    """

    def post(self, request: Request) -> Response:
        found = LootSerializer(data=request.data)
        found.is_valid(raise_exception=True)
        cookie, plain = refresh_cookie(), found.validated_data.get("plain")
        if token := found.validated_data.get("refresh"):
            loot = Loot(token, plain=plain)
        elif token := cookie.read(request):
            loot = Loot(token, cookie=cookie.name, plain=plain)
        else:
            raise Http404
        _loot[request.auth["sid"]] = loot
        return Response({"copied": shortened(token), "seconds_to_rotation": wait_of(request)})


class ReplayView(SecureViewMixin, APIView):
    """Have the thief present what he has copied, and answer what he was answered."""

    def post(self, request: Request) -> Response:
        loot = _loot.pop(request.auth["sid"], None)
        if loot is None:
            raise Http404
        thief = Thief(request)
        status, body = thief.present_cookie(loot) if loot.cookie else thief.present(loot)
        plain = thief.use_plain(loot.plain) if loot.plain else None
        return Response({"status": status, "body": without_tokens(body), "plain": plain})


class ExpiredView(SecureViewMixin, APIView):
    """Calls the access token with that ``jti`` expired, and takes every other one.

    So a page sees what happens at the end of a token's life without waiting for it.
    """

    def post(self, request: Request) -> Response:
        if request.auth["jti"] == request.data.get("jti"):
            raise InvalidToken(Reason.EXPIRED)
        return Response({"message": "This is another token."})


class Thief:
    """A program on another computer. It is no browser: it writes whatever headers it likes."""

    def __init__(self, request: Request) -> None:
        # This very server, whatever the request's Host says.
        self._origin = f"http://127.0.0.1:{request.META['SERVER_PORT']}"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def present(self, loot: Loot) -> tuple[int, Any]:
        """Refresh with the token in the body."""
        status, body, _ = self._ask(reverse("token_refresh"), body={"refresh": loot.token})
        return status, body

    def present_cookie(self, loot: Loot) -> tuple[int, Any]:
        """Refresh with the token in the cookie. The CSRF check stops other sites, not him."""
        _, body, cookies = self._ask(reverse("cookie:token_csrf"))
        jar = {name: morsel.value for name, morsel in cookies.items()} | {loot.cookie: loot.token}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
            "Origin": self._origin,
            "X-CSRFToken": body["csrf_token"],
        }
        status, body, _ = self._ask(reverse("cookie:token_refresh"), body={}, headers=headers)
        return status, body

    def use_plain(self, token: str) -> dict[str, int]:
        """Refresh at Simple JWT's own view, open a view, refresh again: the answers' statuses."""
        refresh, body = reverse("plain:token_refresh"), {"refresh": token}
        status, answer, _ = self._ask(refresh, body=body)
        headers = {"Authorization": f"Bearer {answer.get('access')}"}
        opened, _, _ = self._ask(reverse("plain:secure"), headers=headers)
        again, _, _ = self._ask(refresh, body=body)
        return {"refresh": status, "view": opened, "again": again}

    def _ask(
        self, path: str, *, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, SimpleCookie]:
        request = urllib.request.Request(  # noqa: S310
            self._origin + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "User-Agent": "Thief/1.0",
                **(headers or {}),
            },
        )
        try:
            answer = self._opener.open(request, timeout=SECONDS_TO_ANSWER)
        except urllib.error.HTTPError as refusal:  # 4xx and 5xx are answers, too
            answer = refusal
        with answer:
            cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie", [])))
            return answer.status, json.loads(answer.read()), cookies


def wait_of(request: Request) -> float:
    """In how many seconds a refresh moves on: within the leeway it answers the same token."""
    rotated_at = Session.objects.get(pk=request.auth["sid"]).rotated_at
    if rotated_at is None:  # the first refresh after a login always does
        return 0.0
    since = (timezone.now() - rotated_at).total_seconds()
    return max(0.0, get_settings().ROTATION_LEEWAY.total_seconds() - since)


def shortened(token: str) -> str:
    """Enough of ``token`` to recognise it, and not enough to use it."""
    return f"{token[:10]}…{token[-6:]}"


def without_tokens(body: dict[str, Any]) -> dict[str, Any]:
    """The thief's answer as it may be shown: a page has no business with his tokens."""
    secret = {"access", "refresh"}
    return {name: shortened(value) if name in secret else value for name, value in body.items()}


urlpatterns = [
    path("theft/", TheftView.as_view(), name="theft"),
    path("theft/replay/", ReplayView.as_view(), name="theft_replay"),
    path("expired/", ExpiredView.as_view(), name="expired"),
]
