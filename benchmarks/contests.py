"""What `make bench` compares: the same work done with Simple JWT and with this package."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView
from rest_framework_simplejwt import authentication as simplejwt_authentication
from rest_framework_simplejwt import tokens as simplejwt_tokens
from rest_framework_simplejwt import views as simplejwt_views
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from drf_jwt_kit import authentication, mixins, sessions, views
from drf_jwt_kit.models import Session

from .timing import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .timing import Series

_FACTORY = APIRequestFactory()
_PASSWORD = "correct horse battery staple"


class OpenView(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Any) -> Response:
        return Response({"message": "You are authenticated!"})


class SimpleView(OpenView):
    authentication_classes = (simplejwt_authentication.JWTAuthentication,)
    permission_classes = (IsAuthenticated,)


class StrictView(mixins.SecureViewMixin, OpenView):
    authentication_classes = (authentication.JWTAuthentication,)


class StatelessView(StrictView):
    authentication_classes = (authentication.JWTStatelessAuthentication,)


@dataclass(frozen=True)
class Contest:
    """The second operation is ours; its budget is a ratio to the first."""

    name: str
    theirs: Operation
    ours: Operation
    budget: float

    def line(self, theirs: Series, ours: Series) -> str:
        """The medians in microseconds and their ratio, beside the budget."""
        ratio = ours.median / theirs.median
        return (
            f"{self.name:32}{theirs.median * 1e6:8,.0f}{ours.median * 1e6:8,.0f}{ratio:7.2f}x"
            f"   {'within' if ratio <= self.budget else 'OVER':6} {self.budget}x"
        )


def contests(fresh: int) -> Iterator[Contest]:
    """One after the other, on a database that is migrated and empty.

    ``fresh`` is how many tokens to make for the one that sees each token for the first time.
    """
    user = get_user_model().objects.create_user("ada", "ada@example.com", _PASSWORD)
    theirs = str(simplejwt_tokens.RefreshToken.for_user(user).access_token)
    ours = sessions.start(user).access
    never_seen = iter([sessions.start(user).access for _ in range(fresh)])
    simple = simplejwt_authentication.JWTAuthentication()
    simple_stateless = simplejwt_authentication.JWTStatelessUserAuthentication()
    strict, stateless = (
        authentication.JWTAuthentication(),
        authentication.JWTStatelessAuthentication(),
    )

    yield Contest("authenticate", _by(simple, theirs), _by(strict, ours), 0.22)
    seen = _by(stateless, ours)
    yield Contest("stateless, token seen before", _by(simple_stateless, theirs), seen, 0.15)
    new = Operation("", lambda: Request(_get(next(never_seen))), stateless.authenticate)
    yield Contest("stateless, new token", _by(simple_stateless, theirs), new, 1.1)
    request = _to(StrictView, ours)
    yield Contest("request", _to(SimpleView, theirs), request, 0.55)
    yield Contest("request, beside an open view", _to(OpenView, ""), request, 1.9)
    request = _to(StatelessView, ours)
    yield Contest("the same, stateless", _to(OpenView, ""), request, 1.1)
    yield Contest("refresh", _refresh(simplejwt_views), _refresh(views), 0.4)
    yield Contest("obtain", _login(simplejwt_views), _login(views), 1.0)


def counts() -> Iterator[str]:
    """Queries, and rows after a login and a hundred refreshes: the same on every machine."""
    for name, module, models in (
        ("Simple JWT", simplejwt_views, (BlacklistedToken, OutstandingToken)),
        ("drf_jwt_kit", views, (Session,)),
    ):
        for model in models:
            model.objects.all().delete()
        login, refresh = _login(module), _refresh(module)
        refresh.prepare()
        for _ in range(100):
            refresh.work(None)
        rows = sum(model.objects.count() for model in models)
        asked = f"{_queries(login)} queries a login, {_queries(refresh)} a refresh"
        yield f"{name:12} {asked}, {rows} rows after a login and a hundred refreshes"


def _by(authenticator: Any, token: str) -> Operation:
    return Operation("", lambda: Request(_get(token)), authenticator.authenticate)


def _to(view: type[APIView], token: str) -> Operation:
    return Operation("", lambda: _get(token), view.as_view())


def _login(module: Any) -> Operation:
    body = {"username": "ada", "password": _PASSWORD}
    return Operation("", lambda: _post(body), _expecting_200(module.TokenObtainPairView))


def _refresh(module: Any) -> Operation:
    """Each refresh presents what the one before has answered."""
    login, refresh = (
        _expecting_200(v) for v in (module.TokenObtainPairView, module.TokenRefreshView)
    )
    newest: deque[str] = deque(maxlen=1)

    def prepare() -> None:
        if not newest:
            newest.append(login(_post({"username": "ada", "password": _PASSWORD})).data["refresh"])

    def work(_: None) -> None:
        newest.append(refresh(_post({"refresh": newest[0]})).data["refresh"])

    return Operation("", prepare, work)


def _expecting_200(view: type[APIView]) -> Callable[[Any], Any]:
    answer = view.as_view()

    def ask(request: Any) -> Any:
        response = answer(request)
        if response.status_code != 200:
            raise RuntimeError(f"{view} answered {response.status_code}: {response.data}")
        return response

    return ask


def _get(token: str) -> Any:
    return _FACTORY.get("/", headers={"Authorization": f"Bearer {token}"} if token else {})


def _post(body: dict[str, str]) -> Any:
    return _FACTORY.post("/", body, format="json")


def _queries(operation: Operation) -> int:
    made = operation.prepare()
    with CaptureQueriesContext(connection) as captured:
        operation.work(made)
    return len(captured)
