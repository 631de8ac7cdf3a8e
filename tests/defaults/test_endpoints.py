"""What a project sets for all its views does not reach into our endpoints."""

from datetime import datetime

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from drf_jwt_kit.checks import check_project
from drf_jwt_kit.views import CSRFView
from tests.conftest import PASSWORD
from tests.defaults.project import Throttle
from tests.flows.browser import ACCESS, REFRESH, Browser, attributes, cleared

pytestmark = pytest.mark.django_db

PREFIXES = [
    "/plain/",
    "/api/v1/",
    "/tenants/acme/",
    "/formats/html/",
    "/handlers/any/",
    "/groups/any/",
    "/suffixes/",
]
OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}


@pytest.fixture(params=PREFIXES)
def prefix(request):
    return request.param


class Page(Browser):
    """A browser at one of the prefixes."""

    def __init__(self, prefix):
        super().__init__()
        self.base = f"{prefix}auth/"

    def ask(self, method, path, body=None):
        token = self.get(f"{self.base}csrf/").json()["csrf_token"]
        headers = {**OWN_PAGE, "X-CSRFToken": token}
        content = {"data": body or {}, "content_type": "application/json"}
        content = {} if method == "get" else content
        return getattr(self, method)(f"{self.base}{path}", headers=headers, **content)


class Program(APIClient):
    """A client that holds its tokens, at one of the prefixes."""

    def __init__(self, prefix):
        super().__init__()
        self.base = f"{prefix}token/"
        self.tokens = {}

    def ask(self, method, path, body=None, **headers):
        if self.tokens:
            headers = {"Authorization": f"Bearer {self.tokens['access']}", **headers}
        content = {} if method == "get" else {"data": body or {}, "format": "json"}
        return getattr(self, method)(f"{self.base}{path}", headers=headers, **content)


def credentials(user):
    return {"username": user.username, "password": PASSWORD}


@pytest.fixture
def page(prefix, user):
    page = Page(prefix)
    assert page.ask("post", "", credentials(user)).status_code == 200
    return page


@pytest.fixture
def program(prefix, user):
    program = Program(prefix)
    program.tokens = program.ask("post", "", credentials(user)).json()
    return program


@pytest.fixture(params=["page", "program"])
def client(request, prefix):
    return request.getfixturevalue(request.param)


class TestEveryEndpoint:
    def test_lists_names_and_ends_sessions(self, client):
        (session,) = client.ask("get", "sessions/").json()
        renamed = client.ask("patch", f"sessions/{session['id']}/", {"name": "Phone"})

        assert renamed.json()["name"] == "Phone"
        assert datetime.fromisoformat(session["created_at"]).tzinfo
        assert client.ask("delete", f"sessions/{session['id']}/").status_code == 204
        assert client.ask("get", "sessions/").status_code == 401

    def test_logs_out_everywhere(self, client):
        assert client.ask("post", "logout/all/?except=current").json() == {"ended": 0}
        assert client.ask("post", "logout/all/").json() == {"ended": 1}

    def test_answers_options(self, client):
        assert client.ask("options", "sessions/").status_code == 200
        assert client.ask("options", "").status_code == 200

    def test_publishes_its_keys(self, client):
        assert client.ask("get", "jwks/").json() == {"keys": []}


class TestPrograms:
    def test_are_kept_logged_in_and_log_out(self, program):
        answer = program.ask("post", "refresh/", {"refresh": program.tokens["refresh"]})
        program.tokens = answer.json()

        assert set(program.tokens) == {"access", "refresh"}
        assert program.ask("post", "verify/", {"token": program.tokens["access"]}).json() == {}
        assert program.ask("post", "logout/", program.tokens).json() == {}

    def test_may_send_what_the_project_parses(self, program, user):
        answer = program.post(program.base, credentials(user), format="multipart")

        assert set(answer.json()) == {"access", "refresh"}

    def test_get_json_where_they_ask_for_a_page(self, program, user):
        answer = program.ask("post", "", credentials(user), Accept="text/html")

        assert answer["Content-Type"] == "application/json"

    def test_may_send_json_where_the_project_parses_none(self, program):
        assert program.ask("post", "verify/", {"token": program.tokens["access"]}).json() == {}

    def test_are_told_of_a_method_that_there_is_not(self, program):
        answer = program.ask("get", "refresh/")

        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


class TestPages:
    def test_are_kept_logged_in_and_log_out(self, page):
        refreshed = page.ask("post", "refresh/")

        assert set(refreshed.json()) == {"expires_in", "refresh_expires_in"}
        assert page.ask("post", "verify/").json() == {}
        assert cleared(page.ask("post", "logout/")) == {ACCESS, REFRESH}

    def test_have_cookies_of_the_whole_host_under_any_prefix(self, prefix, user):
        answer = Page(prefix).ask("post", "", credentials(user))

        assert [attributes(answer, name)["path"] for name in (ACCESS, REFRESH)] == ["/", "/"]


class TestSomebodyWhoIsAGuestOfTheProjects:
    @pytest.mark.parametrize("who", [Page, Program])
    @pytest.mark.parametrize(("method", "path"), [("get", "sessions/"), ("post", "logout/all/")])
    def test_is_nobody_here(self, db, prefix, who, method, path):
        answer = who(prefix).ask(method, path)

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


class TestThrottlesOfTheProject:
    @pytest.mark.parametrize("who", [Page, Program])
    @pytest.mark.parametrize(("method", "path"), [("post", ""), ("post", "refresh/")])
    def test_count(self, who, method, path, prefix, monkeypatch):
        client = who(prefix)
        monkeypatch.setattr(Throttle, "allows", False)
        monkeypatch.setattr(CSRFView, "throttle_classes", ())

        answer = client.ask(method, path)

        assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
        assert answer["Retry-After"] == "7"


class TestNames:
    def test_lead_under_the_prefix(self):
        kwargs = {"version": "v1"}

        assert reverse("v1:token_refresh", kwargs=kwargs) == "/api/v1/token/refresh/"
        assert reverse("v1:cookie:token_refresh", kwargs=kwargs) == "/api/v1/auth/refresh/"


class TestChecks:
    def test_find_the_endpoints_for_browsers_in_a_nested_namespace(self):
        assert "drf_jwt_kit.W006" in {message.id for message in check_project(None)}
