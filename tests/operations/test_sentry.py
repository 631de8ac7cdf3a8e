"""What leaves for Sentry when the project's own code fails around a token: none of our secrets."""

import logging
import re

import pytest
import sentry_sdk
from django.core.handlers.wsgi import WSGIHandler
from rest_framework.test import APIRequestFactory
from sentry_sdk.transport import Transport

from drf_jwt_kit.authentication import JWTAuthentication, JWTCookieAuthentication
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.logs import log
from tests.conftest import PASSWORD, claims_of
from tests.docs.pages import ROOT, blocks_of

pytestmark = pytest.mark.django_db(transaction=True)
DSN = "https://public@sentry.example/1"
FAILING = "tests.tokens.test_claims.Failing"


class Captured(Transport):
    """Sends nothing, and keeps what would be sent."""

    def __init__(self):
        super().__init__()
        self.text = ""
        self.count = 0

    def capture_envelope(self, envelope):
        self.text += envelope.serialize().decode()
        self.count += 1


@pytest.fixture
def transport():
    yield Captured()
    sentry_sdk.init()


@pytest.fixture
def recipe(transport, monkeypatch):
    """The settings of the page, at work."""
    page = (ROOT / "docs/how-to/sentry.md").read_text()
    (snippet,) = [block.text for block in blocks_of(page) if block.language == "python"]
    started, init = [], sentry_sdk.init

    def start(**options):
        started.append(options)
        init(**options | {"dsn": DSN, "transport": transport, "traces_sample_rate": 1.0})

    monkeypatch.setattr(sentry_sdk, "init", start)
    exec(snippet, {})  # noqa: S102  # as a settings module is
    monkeypatch.setattr(sentry_sdk, "init", init)
    assert len(started) == 1
    return transport


@pytest.fixture
def as_it_comes(transport):
    """Sentry without a recipe."""
    sentry_sdk.init(dsn=DSN, transport=transport)
    return transport


@pytest.fixture
def tokens(kit, user):
    return kit.sign_in(user)


@pytest.fixture
def secrets(tokens):
    """Everything that must not leave, by its name."""
    return {
        "password": PASSWORD,
        "access token": tokens.access.split(".")[2],
        "refresh token": tokens.refresh.split(".")[2],
        "jti": claims_of(tokens.refresh)["jti"],
        "session's secret": tokens.session.secret,
        "key": repr(get_ring().signing.signing_key)[2:-1],
    }


def serve(method, path, *args, **kwargs):
    """A request through the WSGI application, which the SDK has wrapped; what it answers is 500."""
    request = getattr(APIRequestFactory(), method)(path, *args, **kwargs)
    statuses = []
    answer = WSGIHandler()(request.environ, lambda status, *_: statuses.append(status))
    b"".join(answer)
    answer.close()
    assert statuses == ["500 Internal Server Error"]


@pytest.fixture
def failures(user, tokens, settings, monkeypatch):
    """What fails in the project's code, by its name."""
    body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}

    def fail(*args):
        raise ZeroDivisionError

    def failing_claims():
        settings.DRF_JWT_KIT = {"CLAIMS_SERIALIZER": FAILING}

    def request(path="/api/secure/", **headers):
        monkeypatch.setattr(JWTAuthentication, "get_user", fail)
        serve("get", path, headers=headers, secure=True)

    def login(form="json"):
        failing_claims()
        serve("post", "/api/token/", body, format=form)

    def refresh():
        failing_claims()
        sent = {"refresh": tokens.refresh}
        key = {"Idempotency-Key": "a retry key of some length"}
        serve("post", "/api/token/refresh/", sent, format="json", headers=key)

    def by_header(name="Authorization"):
        settings.DRF_JWT_KIT = {"AUTH_HEADER_NAME": f"HTTP_{name.replace('-', '_').upper()}"}
        request(**{name: f"Bearer {tokens.access}"})

    def by_cookie(name="access_token"):
        settings.DRF_JWT_KIT = {"COOKIE_ACCESS_NAME": name}
        classes = "tests.urls.SecureView.authentication_classes"
        monkeypatch.setattr(classes, [JWTCookieAuthentication])
        request(Cookie=f"__Host-{name}={tokens.access}")

    def by_query():
        bearer = {"Authorization": f"Bearer {tokens.access}"}
        request(f"/api/secure/?ticket={tokens.access}", **bearer)

    def log_line():
        log("refused", level=logging.ERROR, token="refresh", session=tokens.session.pk)

    return {
        "a login": login,
        "a login by form": lambda: login("multipart"),
        "a refresh": refresh,
        "a token in the header": by_header,
        "a token in a header of another name": lambda: by_header("X-Door"),
        "a token in a cookie": by_cookie,
        "a token in a cookie of another name": lambda: by_cookie("door"),
        "a token in the query": by_query,
        "a line of the log": log_line,
    }


FAILURES = (
    *("a login", "a login by form", "a refresh", "a token in the header"),
    *("a token in a header of another name", "a token in a cookie"),
    *("a token in a cookie of another name", "a token in the query", "a line of the log"),
)


def found(secrets, text):
    named = {name for name, secret in secrets.items() if secret in text}
    return named | ({"a token"} if re.search(r"eyJ[\w-]{8,}", text) else set())


@pytest.mark.parametrize("name", FAILURES)
def test_no_secret_leaves(name, recipe, failures, secrets):
    failures[name]()

    assert recipe.count > 0
    assert "drf_jwt_kit" in recipe.text
    assert found(secrets, recipe.text) == set()


@pytest.mark.parametrize(
    ("name", "leaves"),
    [
        ("a login", "password"),
        ("a login by form", "password"),
        ("a refresh", "refresh token"),
        ("a token in a header of another name", "access token"),
        ("a token in a cookie of another name", "access token"),
        ("a token in the query", "access token"),
    ],
)
def test_a_secret_leaves_without_the_recipe(name, leaves, as_it_comes, failures, secrets):
    failures[name]()

    assert leaves in found(secrets, as_it_comes.text)
