"""Views that are not REST Framework's read our tokens by the lines of the page that says how."""

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ServiceUnavailable

from .recipes import middleware

pytestmark = pytest.mark.django_db

ME = {"query": "{ me }"}


def report(kit, headers):
    answer = kit.get("/report/", headers=headers)
    return answer, answer.json().get("report_for")


def orders(kit, headers):
    answer = kit.get("/ninja/orders", headers=headers)
    return answer, answer.json().get("orders_of")


def graph(kit, headers):
    answer = kit.post("/graphql/", ME, format="json", headers=headers)
    return answer, answer.json().get("data", {}).get("me")


@pytest.fixture(params=[report, orders, graph])
def ask(request, kit):
    """Ask one of them with a token: the answer, and whom it has seen."""

    def with_token(token):
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return request.param(kit, headers)

    return with_token


def test_the_user_of_a_token_is_known(ask, signed_in):
    answer, user = ask(signed_in.access)

    assert (answer.status_code, user) == (200, "ada")


def test_a_token_is_refused_once_its_session_has_ended(ask, signed_in):
    sessions.logout(signed_in.refresh)

    answer, _ = ask(signed_in.access)

    assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


@pytest.mark.parametrize("presented", ["refresh", None])
def test_whatever_is_no_access_token_is_refused(ask, signed_in, presented):
    answer, user = ask(presented and signed_in.refresh)

    assert (answer.status_code, user) == (401, None)


def unavailable(*args, **kwargs):
    raise ServiceUnavailable


def test_an_unreachable_database_is_503(ask, signed_in, monkeypatch):
    monkeypatch.setattr(sessions, "authenticate", unavailable)

    answer, _ = ask(signed_in.access)

    assert answer.status_code == 503


class TestTheMiddleware:
    @pytest.fixture(autouse=True)
    def installed(self, settings):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{middleware.__name__}.TokenMiddleware"]

    def test_the_user_is_there_before_the_view(self, kit, signed_in):
        answer = kit.get_with(signed_in.access, "/whoami/")

        assert answer.content == b"ada"
        assert "Authorization" in answer["Vary"]
        assert answer["Cache-Control"] == "private"

    def test_a_refused_token_is_nobody(self, kit, signed_in):
        sessions.logout(signed_in.refresh)

        assert kit.get_with(signed_in.access, "/whoami/").content == b"nobody"

    def test_a_browser_with_a_django_session_stays_its_user(self, kit, other_user):
        kit.force_login(other_user)

        assert kit.get("/whoami/").content == b"grace"

    def test_a_refresh_with_an_old_header_works(self, kit, signed_in):
        headers = {"Authorization": "Bearer an-old-token"}

        assert kit.refresh(signed_in.refresh, **headers).status_code == 200

    def test_an_unreachable_database_is_503_before_the_view(self, kit, signed_in, monkeypatch):
        monkeypatch.setattr(sessions, "authenticate", unavailable)

        answer = kit.get_with(signed_in.access, "/whoami/")

        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
