"""drf-spectacular describes the endpoints and the scheme (optional extra ``openapi``)."""

import json
import subprocess
import sys

import pytest

from .child import environment

pytest.importorskip("drf_spectacular", reason="the extra `openapi` is not installed")

SCRIPT = """
import json
from tests import settings
settings.INSTALLED_APPS.append("drf_spectacular")
settings.REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
import django
django.setup()
from django.urls import path
from tests import urls
from tests.flows.stateless_urls import PlainView
from django.urls import include
from tests.flows.cookie_urls import SecureView
urls.urlpatterns += [
    path("api/quick/", PlainView.as_view()),
    path("api/page/", SecureView.as_view()),
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),
]
from drf_spectacular.generators import SchemaGenerator
print(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
"""


@pytest.fixture(scope="module")
def schema():
    answer = subprocess.run(
        [sys.executable, "-c", "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'"
         + SCRIPT],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-3000:]
    return json.loads(answer.stdout)


def test_the_scheme_is_a_bearer_of_jwts(schema):
    assert schema["components"]["securitySchemes"]["jwtAuth"] == {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }


def test_a_secure_view_asks_for_it(schema):
    assert {"jwtAuth": []} in schema["paths"]["/api/secure/"]["get"]["security"]


def test_a_view_without_a_query_asks_for_it_too(schema):
    assert schema["paths"]["/api/quick/"]["get"]["security"] == [{"jwtAuth": []}]


def test_obtain_takes_credentials_and_answers_two_tokens(schema):
    operation = schema["paths"]["/api/token/"]["post"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]

    fields = schema["components"]["schemas"][answer.split("/")[-1]]["properties"]
    assert {name for name, field in fields.items() if field.get("readOnly")} == {
        "access",
        "refresh",
    }


def test_a_view_that_reads_the_cookie_takes_either(schema):
    assert {"jwtAuth": []} in schema["paths"]["/api/page/"]["get"]["security"]
    assert {"jwtCookie": []} in schema["paths"]["/api/page/"]["get"]["security"]
    assert schema["components"]["securitySchemes"]["jwtCookie"] == {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-access_token",
    }


@pytest.mark.parametrize("path", ["/api/auth/", "/api/auth/refresh/"])
def test_what_sets_cookies_answers_how_long_they_are_good(schema, path):
    answer = schema["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]
    name = answer["schema"]["$ref"].split("/")[-1]

    assert set(schema["components"]["schemas"][name]["properties"]) == {
        "expires_in",
        "refresh_expires_in",
    }


@pytest.mark.parametrize("path", ["refresh/", "verify/", "logout/"])
def test_a_token_in_a_cookie_needs_no_body(schema, path):
    assert "requestBody" not in schema["paths"][f"/api/auth/{path}"]["post"]


def test_the_csrf_token_is_answered(schema):
    answer = schema["paths"]["/api/auth/csrf/"]["get"]["responses"]["200"]

    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/CSRFToken")
