"""A whole resource server in one file, with no users, no database and no more than it needs.

Run by test_alone.py, which reads the facts that it prints. ``--as-it-comes`` leaves
UNAUTHENTICATED_USER to REST Framework.
"""

import importlib.util
import json
import sys

import django
from django.conf import settings
from django.core.checks import run_checks
from django.urls import path

from tests.resource_server.issuer import SETTINGS, Network, token

NOBODY = {} if "--as-it-comes" in sys.argv else {"UNAUTHENTICATED_USER": None}
DESCRIBED = (
    {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
    if importlib.util.find_spec("drf_spectacular")
    else {}
)

settings.configure(
    SECRET_KEY="not used for anything here",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="__main__",
    INSTALLED_APPS=["rest_framework", "drf_jwt_kit.resource_server"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "drf_jwt_kit.resource_server.ResourceServerAuthentication"
        ],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        **DESCRIBED,
        **NOBODY,
    },
    DRF_JWT_KIT={"RESOURCE_SERVER": SETTINGS},
)
django.setup()

from django.test import Client  # noqa: E402  # REST Framework reads the settings
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from drf_jwt_kit.resource_server import issuer  # noqa: E402
from drf_jwt_kit.resource_server.mixins import ResourceServerMixin  # noqa: E402

issuer.fetch = Network().fetch


class Orders(ResourceServerMixin, APIView):
    required_scopes = ("orders:read",)

    def get(self, request):
        return Response({"user": request.user.pk})


class Open(APIView):
    def get(self, request):
        return Response({"anonymous": request.user is None})


urlpatterns = [path("orders/", Orders.as_view()), path("open/", Open.as_view())]


def schema():
    """What drf-spectacular says of this service's authentication, where it is installed."""
    if not DESCRIBED:
        return None
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415

    import drf_jwt_kit.contrib.spectacular  # noqa: F401, PLC0415

    described = SchemaGenerator().get_schema(request=None, public=True)
    return described["components"]["securitySchemes"]


def facts():
    """What this service does, for its tests."""
    client = Client(raise_request_exception=False)
    good = {"Authorization": f"Bearer {token(scope='orders:read')}"}
    poor = {"Authorization": f"Bearer {token()}"}
    open_view, no_token = client.get("/open/"), client.get("/orders/")
    return {
        "checks": [message.id for message in run_checks()],
        "with a token": client.get("/orders/", headers=good).content.decode(),
        "without the scope": client.get("/orders/", headers=poor).status_code,
        "without a token": [no_token.status_code, no_token.get("WWW-Authenticate")],
        "open view": open_view.status_code,
        "error": str(open_view.exc_info[1]) if open_view.exc_info else None,
        "imported": sorted(sys.modules),
        "schema": schema(),
    }


sys.stdout.write(json.dumps(facts()))
