"""What does drf-spectacular say of an API that has our endpoints, and of views with our mixin?"""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings, spectacular_settings

from drf_jwt_kit.jose.jwk import key_of_material, read_jwk

PROJECTS = ("header", "cookie", "both", "nested")
METHODS = ("get", "post", "patch", "delete")


def described(urlconf):
    """The document, as it is served."""
    schema = SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)
    return json.loads(json.dumps(schema, default=str))


def operations(document):
    """Each operation with its path and method."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


@pytest.fixture
def both():
    return described("tests.openapi.urls.both")


@pytest.fixture
def own():
    return described("tests.openapi.views")["paths"]


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.1"])
def test_a_project_with_our_includes_alone_has_no_warning(project, version):
    with patched_settings({"OAS_VERSION": version}):
        call_command(
            "spectacular",
            *("--validate", "--fail-on-warn", "--urlconf", f"tests.openapi.urls.{project}"),
            stdout=StringIO(),
        )


def test_nothing_is_split_twice_where_the_project_splits_what_is_sent_and_answered():
    with patched_settings({"COMPONENT_SPLIT_REQUEST": True}):
        document = described("tests.openapi.urls.header")

    operation = document["paths"]["/api/token/"]["post"]
    assert set(component(document, operation["requestBody"])["properties"]) == {
        "username",
        "password",
        "scope",
    }
    assert "TokenObtainPairRequestRequest" not in document["components"]["schemas"]


def test_a_project_s_own_views_and_subclasses_have_none():
    call_command(
        "spectacular",
        *("--validate", "--fail-on-warn", "--urlconf", "tests.openapi.views"),
        stdout=StringIO(),
    )


def test_every_endpoint_is_there(both):
    assert {(path, method) for path, method, _ in operations(both)} == {
        (f"{prefix}{address}", method)
        for prefix, more in (("/api/token/", ()), ("/api/auth/", (("csrf/", "get"),)))
        for address, method in (
            ("", "post"),
            ("refresh/", "post"),
            ("reauthenticate/", "post"),
            ("verify/", "post"),
            ("logout/", "post"),
            ("blacklist/", "post"),
            ("logout/all/", "post"),
            ("jwks/", "get"),
            ("sessions/", "get"),
            ("sessions/{session_id}/", "patch"),
            ("sessions/{session_id}/", "delete"),
            *more,
        )
    }


def test_each_has_a_summary_and_a_text(both):
    for path, method, operation in operations(both):
        assert operation["summary"], (path, method)
        assert operation["description"].endswith("."), (path, method)


def test_nothing_is_said_in_the_words_of_developers(both):
    text = json.dumps(both)

    assert "``" not in text
    assert "Raises" not in text
    assert "Simple JWT" not in text


def test_every_refusal_has_an_example_whose_code_it_names(both):
    for path, method, operation in operations(both):
        refusals = {s: a for s, a in operation["responses"].items() if s >= "400"}
        always = {"503"} if path.endswith("jwks/") else {"406", "429", "503"}
        assert always <= set(refusals), (path, method)
        for status, answer in refusals.items():
            bodies = [one["value"] for one in examples(answer)]
            assert bodies, (path, method, status)
            assert {f"`{body['code']}`" for body in bodies} == set(
                re.findall(r"`\w+`", answer["description"])
            )


def examples(answer):
    return answer["content"]["application/json"]["examples"].values()


def test_every_code_that_our_endpoints_answer_is_described(both):
    page = Path(__file__).parents[2] / "docs/reference/codes.md"
    listed = set(
        re.findall(r"^\| (\d{3}) \| `(\w+)`", page.read_text(encoding="utf-8"), re.MULTILINE)
    )

    told = {
        (status, example["value"]["code"])
        for _, _, operation in operations(both)
        for status, answer in operation["responses"].items()
        if status >= "400"
        for example in examples(answer)
    }

    # A method that is not there has no description.
    assert told == listed - {("405", "method_not_allowed")}


def test_a_header_endpoint_takes_credentials_and_answers_tokens(both):
    operation = both["paths"]["/api/token/"]["post"]
    sent, answered = operation["requestBody"], operation["responses"]["200"]

    assert set(component(both, sent)["required"]) == {"username", "password"}
    assert set(component(both, sent)["properties"]) == {"username", "password", "scope"}
    assert set(component(both, answered)["properties"]) == {"access", "refresh", "scope"}
    assert set(operation["requestBody"]["content"]) >= {
        "application/json",
        "multipart/form-data",
    }


def component(document, answer):
    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return document["components"]["schemas"][name]


@pytest.mark.parametrize("path", ["/api/auth/", "/api/auth/refresh/"])
def test_what_sets_cookies_answers_how_long_they_are_good(both, path):
    answer = both["paths"][path]["post"]["responses"]["200"]

    assert set(component(both, answer)["properties"]) == {
        *("expires_in", "refresh_expires_in", "scope"),
    }


def test_the_access_token_is_answered_where_the_refresh_token_alone_is_in_a_cookie(settings):
    settings.DRF_JWT_KIT = {"COOKIE_REFRESH_ONLY": True}
    document = described("tests.openapi.urls.cookie")

    answer = document["paths"]["/api/auth/refresh/"]["post"]["responses"]["200"]
    assert "access" in component(document, answer)["properties"]


def test_a_refresh_answers_an_access_token_alone_where_nothing_rotates(settings):
    settings.DRF_JWT_KIT = {"ROTATE_REFRESH_TOKENS": False}
    document = described("tests.openapi.urls.header")

    answer = document["paths"]["/api/token/refresh/"]["post"]["responses"]["200"]
    assert set(component(document, answer)["properties"]) == {"access", "scope"}


class TestBoundSessions:
    """What only browsers ask is described where sessions are bound."""

    @pytest.fixture
    def paths(self, document):
        return document["paths"]

    @pytest.fixture
    def document(self, settings):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        return described("tests.openapi.urls.cookie")

    def parameters(self, operation):
        return {one["name"]: one.get("required", False) for one in operation["parameters"]}

    def test_are_described_without_a_warning(self, settings):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}

        call_command(
            "spectacular",
            *("--validate", "--fail-on-warn", "--urlconf", "tests.openapi.urls.cookie"),
            stdout=StringIO(),
        )

    def test_have_two_addresses_more(self, paths, settings):
        settings.DRF_JWT_KIT = {}
        without = described("tests.openapi.urls.cookie")["paths"]

        assert paths.keys() - without.keys() == {"/api/auth/bind/", "/api/auth/bind/refresh/"}

    @pytest.mark.parametrize("path", ["/api/auth/", "/api/auth/refresh/"])
    def test_are_offered_by_login_and_refresh(self, document, path):
        answer = document["paths"][path]["post"]["responses"]["200"]

        assert set(component(document, answer)["properties"]) == {
            *("expires_in", "refresh_expires_in", "scope", "device_bound"),
        }
        assert set(answer["headers"]) == {"Secure-Session-Registration"}

    def test_are_bound_by_a_key_that_the_browser_sends(self, paths):
        told = paths["/api/auth/bind/"]["post"]

        assert self.parameters(told) == {"Secure-Session-Response": True}
        assert "requestBody" not in told

    def test_are_renewed_by_a_proof_after_a_challenge(self, paths):
        told = paths["/api/auth/bind/refresh/"]["post"]

        assert self.parameters(told) == {
            "Sec-Secure-Session-Id": True,
            "Secure-Session-Response": False,
        }
        assert set(told["responses"]["403"]["headers"]) == {"Secure-Session-Challenge"}
        assert "requestBody" not in told

    def test_say_how_the_browser_is_asked_for_a_proof(self, document):
        refusal = document["paths"]["/api/auth/bind/refresh/"]["post"]["responses"]["403"]

        assert "proof_required" in [one["value"].get("reason") for one in examples(refusal)]
        assert "reason" in component(document, refusal)["properties"]

    def test_tell_the_browser_what_to_renew(self, document):
        answers = [
            document["paths"][path]["post"]["responses"]["200"]
            for path in ("/api/auth/bind/", "/api/auth/bind/refresh/")
        ]

        assert answers[0] == answers[1]
        assert set(component(document, answers[0])["properties"]) == {
            *("session_identifier", "refresh_url", "scope", "credentials", "continue"),
            "allowed_refresh_initiators",
        }

    def test_name_the_hosts_that_they_are_renewed_for(self, document):
        answer = document["paths"]["/api/auth/bind/"]["post"]["responses"]["200"]

        hosts = component(document, answer)["properties"]["allowed_refresh_initiators"]
        assert (hosts["type"], hosts["items"]) == ("array", {"type": "string"})

    def test_are_not_over_where_there_were_too_many_renewals(self, paths):
        told = paths["/api/auth/bind/refresh/"]["post"]["responses"]

        assert {"429", "503"} & told.keys() == {"503"}

    def test_are_bound_only_so_often(self, paths):
        assert "429" in paths["/api/auth/bind/"]["post"]["responses"]

    def test_tell_a_page_whether_they_are(self, document):
        answer = document["paths"]["/api/auth/bind/"]["get"]["responses"]["200"]

        assert set(component(document, answer)["properties"]) == {"device_bound"}

    @pytest.mark.parametrize(
        ("path", "method"),
        [("bind/", "get"), ("bind/", "post"), ("bind/refresh/", "post")],
    )
    def test_need_the_refresh_cookie_and_no_csrf_token(self, paths, path, method):
        told = paths[f"/api/auth/{path}"][method]

        assert told["security"] == [{"jwtRefreshCookie": []}]
        assert "X-CSRFToken" not in self.parameters({"parameters": [], **told})


@pytest.mark.parametrize("address", ["verify/", "logout/", "logout/all/"])
def test_a_token_in_a_cookie_needs_no_body(both, address):
    assert "requestBody" not in both["paths"][f"/api/auth/{address}"]["post"]


def test_a_refresh_by_cookie_may_have_a_body_with_a_scope_alone(both):
    sent = both["paths"]["/api/auth/refresh/"]["post"]["requestBody"]

    assert not sent.get("required")
    assert set(component(both, sent)["properties"]) == {"scope"}


def test_the_parameters_are_described(both):
    def parameters(path, method):
        return {one["name"]: one for one in both["paths"][path][method].get("parameters", ())}

    assert parameters("/api/token/logout/all/", "post")["except"]["schema"]["enum"] == ["current"]
    assert "Idempotency-Key" in parameters("/api/token/refresh/", "post")
    assert "Idempotency-Key" in parameters("/api/auth/refresh/", "post")
    assert parameters("/api/auth/refresh/", "post")["X-CSRFToken"]["required"]
    assert "required" not in parameters("/api/auth/logout/all/", "post")["X-CSRFToken"]
    assert "X-CSRFToken" not in parameters("/api/auth/sessions/", "get")
    session_id = parameters("/api/token/sessions/{session_id}/", "delete")["session_id"]
    assert session_id["schema"]["format"] == "uuid"


def test_the_csrf_header_is_the_one_of_the_project(settings):
    settings.CSRF_HEADER_NAME = "HTTP_X_SHOP_TOKEN"
    document = described("tests.openapi.urls.cookie")

    names = {one["name"] for one in document["paths"]["/api/auth/"]["post"]["parameters"]}
    assert "X-Shop-Token" in names


def test_the_challenge_and_the_time_to_wait_are_headers_of_refusals(both):
    answers = both["paths"]["/api/token/sessions/"]["get"]["responses"]

    assert set(answers["401"]["headers"]) == {"WWW-Authenticate"}
    assert set(answers["429"]["headers"]) == set(answers["503"]["headers"]) == {"Retry-After"}
    assert "headers" not in answers["200"]


def test_the_header_and_both_cookies_are_security_schemes(both):
    assert both["components"]["securitySchemes"] == {
        "jwtAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "jwtCookie": {"type": "apiKey", "in": "cookie", "name": "__Host-access_token"},
        "jwtRefreshCookie": {"type": "apiKey", "in": "cookie", "name": "__Host-refresh_token"},
    }


class TestPublicKeys:
    """Their view is none of REST framework's, which drf-spectacular passes over."""

    @pytest.fixture
    def keys(self, both):
        return both["paths"]["/api/token/jwks/"]["get"]

    def test_are_a_set_of_json_web_keys(self, both, keys):
        answer = component(both, keys["responses"]["200"])["properties"]["keys"]
        key = both["components"]["schemas"][answer["items"]["$ref"].rpartition("/")[2]]

        assert answer["type"] == "array"
        assert set(key["required"]) == {"kty", "kid", "alg", "use"}

    def test_have_an_example_that_is_one(self, keys):
        ((example,),) = [one["value"]["keys"] for one in examples(keys["responses"]["200"])]

        material, algorithm, kid = read_jwk(example, ["EdDSA"])
        assert (algorithm, kid) == ("EdDSA", key_of_material(material, algorithm).kid)

    def test_are_kept_by_their_readers(self, keys):
        answers = keys["responses"]

        assert [one["name"] for one in keys["parameters"]] == ["If-None-Match"]
        assert set(answers) == {"200", "304", "503"}
        assert set(answers["200"]["headers"]) == {"ETag", "Cache-Control"}
        assert "content" not in answers["304"]

    def test_the_well_known_ones_are_described_too(self):
        paths = described("drf_jwt_kit.urls.wellknown")["paths"]

        assert paths["/.well-known/jwks.json"]["get"]["summary"] == "Get the public keys"

    def test_a_view_of_the_project_s_is_described_in_its_words(self, own):
        assert own["/keys/"]["get"]["description"] == "Who wants to verify our tokens."

    def test_a_hook_of_the_project_s_sees_a_class(self, monkeypatch):
        seen = []

        def keep(endpoints):
            seen.extend(callback.cls.__name__ for *_, callback in endpoints)
            return endpoints

        monkeypatch.setattr(spectacular_settings, "PREPROCESSING_HOOKS", [keep])
        described("drf_jwt_kit.urls.wellknown")

        assert seen == ["JWKSView"]

    def test_a_view_that_is_neither_stays_out(self, own):
        assert "/plain/" not in own


@pytest.mark.parametrize(
    ("path", "method", "needs"),
    [
        ("/api/token/", "post", None),
        ("/api/token/jwks/", "get", None),
        ("/api/token/refresh/", "post", None),
        ("/api/token/logout/", "post", [{"jwtAuth": []}, {}]),
        ("/api/token/logout/all/", "post", [{"jwtAuth": []}]),
        ("/api/token/sessions/", "get", [{"jwtAuth": []}]),
        ("/api/auth/", "post", None),
        ("/api/auth/csrf/", "get", None),
        ("/api/auth/refresh/", "post", [{"jwtRefreshCookie": []}]),
        ("/api/auth/verify/", "post", [{"jwtCookie": []}]),
        ("/api/auth/logout/", "post", [{"jwtRefreshCookie": []}, {"jwtCookie": []}, {}]),
        ("/api/auth/sessions/", "get", [{"jwtAuth": []}, {"jwtCookie": []}]),
    ],
)
def test_each_says_what_it_needs(both, path, method, needs):
    assert both["paths"][path][method].get("security") == needs


def test_a_view_with_the_mixin_is_closed_though_the_project_opens_its_views(own):
    closed = [{"jwtAuth": []}, {"jwtCookie": []}]

    assert own["/untold/"]["get"]["security"] == closed
    assert own["/told/"]["get"]["security"] == closed


def test_its_scopes_are_told(own):
    assert own["/told/"]["get"]["x-required-scopes"] == ["orders:read", "orders:list"]
    assert "x-required-scopes" not in own["/untold/"]["get"]


def test_scopes_by_method_are_told_by_method(own):
    told = own["/by-method/"]

    assert told["get"]["x-required-scopes"] == ["orders:read"]
    assert told["post"]["x-required-scopes"] == ["orders:write"]
    assert "x-required-scopes" not in told["delete"]


def test_openapi_3_1_has_scopes_by_method_too():
    with patched_settings({"OAS_VERSION": "3.1.1"}):
        told = described("tests.openapi.views")["paths"]["/by-method/"]

    assert told["post"]["security"] == [
        {"jwtAuth": ["orders:write"]},
        {"jwtCookie": ["orders:write"]},
    ]
    assert told["delete"]["security"] == [{"jwtAuth": []}, {"jwtCookie": []}]


def test_a_proof_is_what_the_login_takes_but_for_who_logs_in(both):
    for prefix, answered in (("token", {"access"}), ("auth", {"expires_in"})):
        operation = both["paths"][f"/api/{prefix}/reauthenticate/"]["post"]

        assert set(component(both, operation["requestBody"])["properties"]) == {"password"}
        answer = component(both, operation["responses"]["200"])
        assert set(answer["properties"]) == answered


def test_openapi_3_1_has_them_where_it_asks_for_scopes():
    with patched_settings({"OAS_VERSION": "3.1.1"}):
        paths = described("tests.openapi.views")["paths"]

    scopes = ["orders:read", "orders:list"]
    assert paths["/told/"]["get"]["security"] == [{"jwtAuth": scopes}, {"jwtCookie": scopes}]
    assert paths["/untold/"]["get"]["security"] == [{"jwtAuth": []}, {"jwtCookie": []}]


def test_a_view_without_a_docstring_has_no_text_of_ours(own):
    assert "description" not in own["/untold/"]["get"]


def test_a_view_with_one_has_its_own(own):
    assert own["/told/"]["get"]["description"] == "Orders of the user."
    assert (
        own["/unlike/"]["get"]["description"] == "An endpoint of the project's that borrows ours."
    )


@pytest.mark.skipif(
    not hasattr(spectacular_settings, "DISABLE_DOCSTRING_DESCRIPTIONS"),
    reason="this version of drf-spectacular always publishes them",
)
def test_no_docstring_is_published_where_the_project_wants_none():
    with patched_settings({"DISABLE_DOCSTRING_DESCRIPTIONS": True}):
        paths = described("tests.openapi.views")["paths"]

    assert "description" not in paths["/told/"]["get"]
    assert paths["/cookie-login/"]["post"]["description"].startswith("Puts the tokens")


def test_what_the_project_says_of_an_action_stays(own):
    operation = own["/orders/"]["get"]

    assert operation["summary"] == "What the project says"
    assert operation["x-own"] is True


def test_a_login_of_the_project_s_takes_and_answers_what_its_serializer_says():
    document = described("tests.openapi.views")
    operation = document["paths"]["/login/"]["post"]

    answered = component(document, operation["responses"]["200"])["properties"]
    sent = component(document, operation["requestBody"])["properties"]
    assert set(answered) == {"access", "refresh", "scope", "locale"}
    assert set(sent) == {"username", "password", "scope", "captcha"}
    assert operation["summary"] == "Log in"
    assert "401" in operation["responses"]


def test_a_cookie_login_of_the_project_s_answers_everything_but_the_tokens():
    document = described("tests.openapi.views")
    operation = document["paths"]["/cookie-login/"]["post"]

    answered = component(document, operation["responses"]["200"])["properties"]
    assert set(answered) == {"expires_in", "refresh_expires_in", "scope", "locale"}
    assert operation["description"] == "Log in to the shop."


def test_what_the_project_says_of_a_subclass_counts_first(own):
    refresh, logout, devices = own["/refresh/"], own["/logout/"], own["/devices/"]

    assert refresh["post"]["summary"] == "Stay in the shop"
    assert set(refresh["post"]["responses"]) == {"200"}
    assert logout["post"]["summary"] == "Leave the shop"
    assert "401" in logout["post"]["responses"]
    assert devices["get"]["tags"] == ["shop"]
    assert devices["get"]["summary"] == "List the user's sessions"


def test_a_description_changes_no_view(own):
    again = described("tests.openapi.views")["paths"]

    assert json.dumps(again) == json.dumps(own)
