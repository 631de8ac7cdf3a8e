"""Async views of plain Django behind ``secured``."""

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.asynchronous import secured

pytestmark = pytest.mark.django_db(transaction=True)

EVERY_CLASS = ["strict", "stateless", "cookie"]


@pytest.mark.parametrize("view", EVERY_CLASS)
def test_a_plain_view_knows_the_user_and_the_token(asking, signed_in, user, view):
    answer = asking.get(f"/plain/{view}/", signed_in.access)

    session = str(signed_in.session.pk)
    assert answer.json() == {"user": user.email, "session": session, "name": "nobody"}


@pytest.mark.parametrize("view", EVERY_CLASS)
def test_nobody_else_comes_in(asking, view):
    answer = asking.get(f"/plain/{view}/", Accept="text/html")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["Content-Type"] == "application/json"
    assert answer["WWW-Authenticate"].startswith('Bearer realm="api"')


@pytest.mark.parametrize("view", EVERY_CLASS)
def test_an_ended_session_is_refused(asking, signed_in, view):
    sessions.revoke(signed_in.session)

    answer = asking.get(f"/plain/{view}/", signed_in.access)

    assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")


def test_an_answer_is_kept_out_of_caches(asking, signed_in):
    answer = asking.get("/plain/cookie/", signed_in.access)

    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Vary"] == "Authorization, Cookie"


def test_a_cookie_from_a_page_of_ours_may_change_something(asking, signed_in):
    csrf_token = asking.get("/api/auth/csrf/").json()["csrf_token"]
    asking.hold(signed_in.access)
    from_here = {"Origin": "http://testserver", "X_CSRFToken": csrf_token}

    assert asking.post("/plain/cookie/", **from_here).status_code == 200


def test_a_cookie_from_a_page_of_another_site_is_refused(asking, signed_in):
    asking.hold(signed_in.access)

    answer = asking.post("/plain/cookie/", Origin="https://evil.example.com")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_a_header_needs_no_csrf_token(asking, signed_in):
    assert asking.post("/plain/strict/", signed_in.access).status_code == 200


def test_a_scope_is_required(asking, user):
    less = sessions.start(user, scope="profile").access

    answer = asking.get("/plain/scoped/", less)

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_a_view_gets_what_its_address_captures(asking, signed_in):
    assert asking.get("/plain/named/ada/", signed_in.access).json()["name"] == "ada"


@pytest.mark.parametrize("place", ["plain", "adrf"])
class TestAStatelessUser:
    def test_a_touch_says_what_to_write(self, asking, signed_in, caplog, place):
        answer = asking.get(f"/{place}/touching/", signed_in.access)

        assert answer.status_code == 500
        assert "Write: user = await request.auser()" in caplog.text

    def test_is_401_when_awaited_after_its_end(self, asking, signed_in, monkeypatch, place):
        asking.get(f"/{place}/stateless/", signed_in.access)
        sessions.revoke(signed_in.session)
        forget_the_end(monkeypatch)

        answer = asking.get(f"/{place}/stateless/", signed_in.access)

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")


def test_a_view_that_is_not_async_is_refused_when_it_is_defined():
    def view(request): ...

    with pytest.raises(TypeError, match=r"secured\(\) closes async views, and .*view is none"):
        secured()(view)


def forget_the_end(monkeypatch):
    """As in another process, within REVOCATION_LAG."""
    monkeypatch.setattr("drf_jwt_kit.sessions.stateless._vouches", lambda *args: True)


def test_who_must_log_in_for_djangos_views_needs_a_token_alone(asking, signed_in, settings):
    auth = "django.contrib.auth.middleware"
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.sessions"]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        f"{auth}.AuthenticationMiddleware",
        f"{auth}.LoginRequiredMiddleware",
    ]

    assert asking.get("/plain/strict/", signed_in.access).status_code == 200
