"""What is measured, and on which sides? Each measure is the same work, done by all who can."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.http import HttpRequest
from django.test import override_settings
from knox.auth import TokenAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt import authentication as simplejwt

from drf_jwt_kit import authentication, sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import revocations

from . import logins
from .asking import ask, get, post
from .sides import floors
from .timing import Operation
from .tokens import renewed

if TYPE_CHECKING:
    from collections.abc import Callable

_DEVICES = 20
_DJANGOS_HASHER = "django.contrib.auth.hashers.PBKDF2PasswordHasher"


@dataclass(frozen=True)
class Measure:
    """The same work on several sides, ``times`` in a block, in every ``every``-th round."""

    name: str
    sides: dict[str, Operation]
    times: int
    every: int = 1
    counts_as: str | None = None
    """The measure that makes the same statements, if this one takes too long to be counted."""


class Measures:
    """All of them, on a database that is migrated and empty."""

    def __init__(self) -> None:
        self.endpoints = logins.sides()
        self.ada = self._new_user("ada")
        self.tokens = {name: side.tokens("ada")["access"] for name, side in self.endpoints.items()}
        self.session = Session.objects.get(user=self.ada)

    def of_every_algorithm(self) -> list[Measure]:
        """What the algorithm of the tokens may change."""
        return [self._authenticate(), self._request(), self._obtain(), self._refresh()]

    def of_one_algorithm(self) -> list[Measure]:
        """What is measured once for each database."""
        return [self._hashing(), self._refused(), self._logout(), self._devices()]

    def _authenticate(self) -> Measure:
        """The classes alone: ``authenticate(request)``, and what each of them cannot do without."""
        kit, theirs = self.tokens["kit"], self.tokens["simplejwt"]
        strict = authentication.JWTAuthentication()
        stateless = authentication.JWTStatelessAuthentication()
        new = partial(renewed, kit)
        session, user = self.session.pk, self.ada
        decode = partial(jwt.decode, theirs, _verifying_key(), [_algorithm()])
        sides = {
            "simplejwt": _by(simplejwt.JWTAuthentication(), lambda: theirs),
            "simplejwt, stateless": _by(simplejwt.JWTStatelessUserAuthentication(), lambda: theirs),
            "knox": _by(TokenAuthentication(), lambda: self.tokens["knox"], scheme="Token"),
            "strict": _by(strict, lambda: kit),
            "strict, new token": _by(strict, new),
            "stateless": _by(stateless, lambda: kit),
            "stateless, new token": _by(stateless, new),
            "stateless, once a second": _alone(partial(revocations.read, revocations.read(None))),
            "floor: the join": _alone(lambda: floors.read_joined(session)),
            "floor: PyJWT": _alone(decode),
            "floor: Django's HMAC": _alone(user.get_session_auth_hash),
        }
        return Measure("authenticate", sides, times=10)

    def _request(self) -> Measure:
        """The view of the README, through the handler."""
        bearer = {name: f"Bearer {token}" for name, token in self.tokens.items()}
        kit, theirs = bearer["kit"], bearer["simplejwt"]
        sides = {
            "nobody": _asked("/nobody/"),
            "simplejwt": _asked("/simplejwt/", Authorization=theirs),
            "simplejwt, stateless": _asked("/simplejwt/stateless/", Authorization=theirs),
            "knox": _asked("/knox/", Authorization=f"Token {self.tokens['knox']}"),
            "strict": _asked("/api/secure/", Authorization=kit),
            "stateless": _asked("/api/stateless/", Authorization=kit),
            "cookie": _asked("/api/cookie/", Cookie=f"__Host-access_token={self.tokens['kit']}"),
            "floor: the join": _asked(f"/floors/join/{self.session.pk}/"),
        }
        return Measure("request", sides, times=5)

    def _obtain(self) -> Measure:
        sides = {name: side.obtaining("ada") for name, side in self.endpoints.items()}
        return Measure("obtain", sides, times=2)

    def _hashing(self) -> Measure:
        """The same with the password as Django hashes it by default."""
        self._new_user("hashed", hasher="pbkdf2_sha256")
        sides = {
            name: _with_djangos_hasher(side.obtaining("hashed"))
            for name, side in self.endpoints.items()
        }
        return Measure("obtain, Django's hasher", sides, times=1, every=10, counts_as="obtain")

    def _refused(self) -> Measure:
        """What a stranger learns by the clock: whether there is such a user."""
        for name, active in (("active", True), ("inactive", False), ("unusable", True)):
            user = self._new_user(name, hasher="pbkdf2_sha256", is_active=active)
            if name == "unusable":
                user.set_unusable_password()
                user.save()
        asked = {
            "unknown user": ("nobody", logins.PASSWORD),
            "wrong password": ("active", "a guess"),
            "inactive user": ("inactive", logins.PASSWORD),
            "unusable password": ("unusable", logins.PASSWORD),
        }
        sides = {case: _with_djangos_hasher(_refused(*body)) for case, body in asked.items()}
        return Measure("refused login, Django's hasher", sides, times=1, every=10)

    def _refresh(self) -> Measure:
        self._new_user("refreshing")
        sides = {
            name: side.refreshing("refreshing")
            for name, side in self.endpoints.items()
            if side.refresh
        }
        body = {"refresh": self.tokens["kit"]}
        write = f"/floors/write/{self.ada.pk}/"
        sides["floor: an open POST"] = Operation(lambda: post("/nobody/", body), ask)
        sides["floor: one write"] = Operation(lambda: post(write, body), ask)
        return Measure("refresh", sides, times=2)

    def _logout(self) -> Measure:
        self._new_user("leaving")
        sides = {
            name: side.logging_out("leaving")
            for name, side in self.endpoints.items()
            if side.logout
        }
        return Measure("logout", sides, times=2)

    def _devices(self) -> Measure:
        owner = self._new_user("owner")
        *_, access = (sessions.start(owner).access for _ in range(_DEVICES))
        listed = _asked("/api/token/sessions/", Authorization=f"Bearer {access}")
        return Measure("list of 20 devices", {"nobody": _asked("/nobody/"), "kit": listed}, times=2)

    def _new_user(self, name: str, *, hasher: str = "md5", is_active: bool = True) -> Any:
        password = make_password(logins.PASSWORD, hasher=hasher)
        users = get_user_model().objects
        return users.create(username=name, password=password, is_active=is_active)


def _by(authenticator: Any, token: Callable[[], str], scheme: str = "Bearer") -> Operation:
    def request() -> Request:
        asked = HttpRequest()
        asked.META["HTTP_AUTHORIZATION"] = f"{scheme} {token()}"
        return Request(asked)

    return Operation(request, authenticator.authenticate)


def _asked(path: str, **headers: str) -> Operation:
    return Operation(lambda: get(path, **headers), ask)


def _refused(username: str, password: str) -> Operation:
    def fail() -> dict[str, Any]:
        cache.clear()  # or the throttles answer
        return post("/api/token/", {"username": username, "password": password})

    return Operation(fail, partial(ask, expected="401"))


def _alone(work: Callable[[], Any]) -> Operation:
    return Operation(lambda: None, lambda _: work())


def _with_djangos_hasher(operation: Operation) -> Operation:
    hashing = override_settings(PASSWORD_HASHERS=[_DJANGOS_HASHER])
    return Operation(operation.prepare, hashing(operation.work))


def _algorithm() -> str:
    return str(settings.SIMPLE_JWT.get("ALGORITHM", "HS256"))


def _verifying_key() -> str:
    return str(settings.SIMPLE_JWT.get("VERIFYING_KEY", settings.SECRET_KEY))
