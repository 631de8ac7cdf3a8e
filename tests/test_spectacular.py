"""drf-spectacular describes the endpoints and the scheme (optional extra ``openapi``)."""

import json
import subprocess
import sys

import pytest

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
urls.urlpatterns.append(path("api/quick/", PlainView.as_view()))
from drf_spectacular.generators import SchemaGenerator
print(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
"""


@pytest.fixture(scope="module")
def schema():
    answer = subprocess.run(
        [sys.executable, "-c", "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'"
         + SCRIPT],
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
