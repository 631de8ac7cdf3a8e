"""What pytest gets by the entry point, in projects that are not this one."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from drf_jwt_kit.testing.attacks import ATTACKS
from tests.child import environment

# What a child of a measured run needs, to be measured as well.
MEASURED = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_PROCESS")}
NAMES = [one.__name__.replace("_", " ") for one in ATTACKS]
SETTINGS = """
SECRET_KEY = "a key of a project that attacks itself, and of nobody else"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
INSTALLED_APPS += ["rest_framework", "drf_jwt_kit"]
ROOT_URLCONF = "shop.urls"
USE_TZ = True
"""
URLS = """
from django.urls import include, path, re_path
from rest_framework.response import Response
from rest_framework.views import APIView
from drf_jwt_kit.mixins import SecureViewMixin

class Secure(SecureViewMixin, APIView):
    def get(self, request, **captured):
        return Response({"message": "You are authenticated!"})

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/secure/", Secure.as_view()),
    path("api/orders/<int:pk>/<slug:kind>/", Secure.as_view()),
    path("api/carts/<uuid:pk>/", Secure.as_view()),
    re_path(r"^api/old/(?P<pk>[0-9]+)/$", Secure.as_view()),
    re_path(r"^api/odd/(?P<pk>[x-z]{7})/$", Secure.as_view()),
]
"""
MISTAKES = """
import logging
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.tokens import AccessToken, ClaimsSerializer
from rest_framework import serializers
from rest_framework_simplejwt.authentication import JWTAuthentication as Plain

class Unverified(JWTAuthentication):
    def get_validated_token(self, raw_token):
        logging.getLogger("shop").warning("got %s", raw_token.decode("latin-1"))
        return AccessToken(raw_token, verify=False)

class ByQuery(JWTAuthentication):
    def header_token(self, request):
        return request.GET.get("token", "").encode() or super().header_token(request)

class Claims(ClaimsSerializer):
    etag = serializers.CharField(source="password")

for name, cls in {"unverified": Unverified, "by-query": ByQuery, "plain": Plain}.items():
    view = type(name, (Secure,), {"authentication_class": cls})
    urlpatterns.append(path(f"api/{name}/", view.as_view()))
"""
EMAIL_USERS = """
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

class Shop(models.Model):
    name = models.CharField(max_length=9, unique=True)
    kind = models.CharField(max_length=9, choices=[("a", "A"), ("b", "B")])

class User(AbstractBaseUser):
    email = models.EmailField(unique=True)
    shop = models.ForeignKey(Shop, models.CASCADE)
    is_active = models.BooleanField(default=False)
    born = models.DateField()
    seen = models.DateTimeField()
    page = models.URLField()
    points = models.IntegerField()
    worth = models.DecimalField(max_digits=9, decimal_places=2)
    ref = models.UUIDField(unique=True)
    agreed = models.BooleanField()
    pause = models.DurationField()
    extra = models.JSONField()
    objects = BaseUserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["born"]
"""
DEMANDING_USERS = """
from uuid import uuid4
from django.contrib.auth.models import AbstractUser

class User(AbstractUser):
    def save(self, *args, **kwargs):
        if not self.last_name:
            raise ValueError("A user has a last name here.")
        super().save(*args, **kwargs)

def make_user(password):
    return User.objects.create_user(uuid4().hex, password=password, last_name="Lovelace")
"""
IN_THE_SHOP = """
INSTALLED_APPS += ["shop"]
AUTH_USER_MODEL = "shop.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""


class Project:
    """A project in a folder, and its runs of pytest."""

    def __init__(self, folder):
        self.folder = folder
        self.write("shop/__init__.py")
        self.write("shop/settings.py", SETTINGS)
        self.write("shop/urls.py", URLS)

    def write(self, name, *texts):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(texts))

    def run(self, *words):
        """What a Python of the project says to these words, and its exit status."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=environment(self.folder, inherit=False, **MEASURED),
            capture_output=True,
            text=True,
            check=False,
        )
        return SimpleNamespace(status=done.returncode, said=done.stdout + done.stderr)

    def attack(self, *words, settings="shop.settings"):
        """A run of pytest with the attacks."""
        quiet = ("-q", "-p", "no:cacheprovider", f"--ds={settings}")
        return self.run("-m", "pytest", "--jwt-attacks", *quiet, *words)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="module")
def two_lines(tmp_path_factory):
    """A run of a project with the two lines, and a test of its own."""
    project = Project(tmp_path_factory.mktemp("two_lines"))
    project.write("test_own.py", "def test_own():\n    pass\n")
    return project.attack()


def told(run, word):
    """The attacks of which the last lines of a run say ``word``."""
    return set(re.findall(rf"^{word} +([^:\n]+)", run.said, re.MULTILINE))


def test_a_project_with_the_two_lines_withstands_all_attacks(two_lines):
    assert two_lines.status == 0, two_lines.said
    assert told(two_lines, "holds") | told(two_lines, "skipped") == set(NAMES)
    assert told(two_lines, "skipped") == {
        "a copy of a bound session gets no tokens",
        "a public key as a secret is refused",
        "a cookie without a csrf token is refused",
        "no script reads a token in cookie mode",
    }


def test_a_projects_own_tests_run_beside_the_attacks(two_lines):
    assert f"{len(NAMES) - 4 + 1} passed, 4 skipped" in two_lines.said


def test_the_addresses_that_were_attacked_are_named(two_lines):
    (line,) = re.findall(r"^Closed views that were attacked: (.*)$", two_lines.said, re.MULTILINE)

    assert line.split(", ") == [
        "/api/carts/00000000-0000-0000-0000-000000000001/",
        "/api/old/1/",
        "/api/orders/1/1/",
        "/api/secure/",
        "/api/token/logout/all/",
        "/api/token/reauthenticate/",
        "/api/token/sessions/",
        "/api/token/sessions/1/",
    ]


def test_a_project_with_mistakes_is_told_each_by_its_name(project):
    project.write("shop/urls.py", URLS, MISTAKES)
    kit = {"ROTATE_REFRESH_TOKENS": False, "CLAIMS_SERIALIZER": "shop.urls.Claims"}
    project.write("shop/settings.py", SETTINGS, f"DRF_JWT_KIT = {kit}\n")

    run = project.attack()

    assert run.status == 1
    assert told(run, "BROKEN") == {
        "alg none is refused",
        "a token without its signature is refused",
        "a token of another key is refused",
        "a key that the token brings is refused",
        "a kid that is a path or a query is refused",
        "an empty or usual secret is refused",
        "an expired token is refused",
        "a refresh token is no access token",
        "a token of plain simple jwt is refused",
        "a token in the query string is refused",
        "a changed payload is refused",
        "a replayed refresh token ends the session",
        "no secret is in a claim",
        "no token is logged",
    }
    assert "/api/unverified/ answers 200, where 401 is due. Anybody can write" in run.said
    assert "/api/by-query/ answers 200, where 401 is due. Tokens in addresses" in run.said
    assert "/api/plain/ answers 200, where 401 is due. A class of Simple JWT's own" in run.said


def test_only_the_addresses_of_the_setting_are_attacked(project):
    project.write("shop/urls.py", URLS, MISTAKES)
    project.write(
        "pytest.ini", "[pytest]\njwt_attack_url =\n  /api/secure/\n  /api/by-query/?x=1\n"
    )

    run = project.attack("-k", "string or none")

    assert (told(run, "holds"), told(run, "BROKEN")) == (
        {"alg none is refused"},
        {"a token in the query string is refused"},
    )
    assert "attacked: /api/by-query/?x=1, /api/secure/\n" in run.said


def test_every_worker_of_a_parallel_run_attacks(project):
    run = project.attack("-n", "2", "-k", "none or logout")

    assert run.status == 0, run.said
    assert len(told(run, "holds")) == 4
    assert "/api/secure/" in run.said


def test_users_of_any_model_are_made(project):
    project.write("shop/models.py", EMAIL_USERS)
    project.write("shop/settings.py", SETTINGS, IN_THE_SHOP)

    run = project.attack()

    assert run.status == 0, run.said


def test_users_that_need_more_than_fields_are_made_by_the_project(project):
    project.write("shop/models.py", DEMANDING_USERS)
    project.write("shop/settings.py", SETTINGS, IN_THE_SHOP)

    without = project.attack("-k", "deactivated")
    project.write("pytest.ini", "[pytest]\njwt_attack_user = shop.models.make_user\n")
    run = project.attack("-k", "deactivated")

    assert told(without, "BROKEN") == {"a deactivated user is refused"}
    assert "A user has a last name here." in without.said
    assert run.status == 0, run.said


def test_attacks_without_settings_say_what_they_need(project):
    run = project.run("-m", "pytest", "--jwt-attacks", "-p", "no:cacheprovider")

    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "--jwt-attacks needs pytest-django, and the settings of a project" in run.said


def test_attacks_on_a_project_without_us_say_what_they_need(project):
    project.write("shop/settings.py", SETTINGS, "INSTALLED_APPS.remove('drf_jwt_kit')\n")

    run = project.attack()

    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "--jwt-attacks needs pytest-django, and the settings of a project" in run.said


def test_a_run_without_django_imports_nothing_of_it(project):
    project.write(
        "test_own.py",
        "import sys\n"
        "def test_own():\n"
        "    assert 'drf_jwt_kit.contrib.pytest' in sys.modules\n"
        "    ours = {name for name in sys.modules if name.startswith('drf_jwt_kit')}\n"
        "    assert ours <= {'drf_jwt_kit', 'drf_jwt_kit.contrib', 'drf_jwt_kit.contrib.pytest'}\n"
        "    assert not {'rest_framework', 'jwt'} & sys.modules.keys()\n",
    )

    run = project.run("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:django", "-W", "error")

    assert run.status == 0, run.said


def test_the_fixtures_are_there(project):
    project.write(
        "test_own.py",
        """
from datetime import timedelta
import pytest
from django.contrib.auth.models import User
from drf_jwt_kit.keys import get_ring

pytestmark = pytest.mark.django_db

@pytest.mark.parametrize("name", ["jwt_client", "jwt_cookie_client"])
def test_own(name, request, jwt_clock, jwt_keys):
    client = request.getfixturevalue(name)
    client.sign_in(User.objects.create_user("ada"))
    assert get_ring().signing.algorithm == "ES256"
    jwt_clock.shift(timedelta(minutes=16))
    assert client.get("/api/token/sessions/").status_code == 401
""",
    )

    run = project.run("-m", "pytest", "-p", "no:cacheprovider", "--ds=shop.settings", "-W", "error")

    assert "2 passed" in run.said, run.said


def test_djangos_own_runner_needs_no_pytest(project):
    project.write(
        "shop/tests.py",
        """
import sys
from django.contrib.auth.models import User
from django.test import TestCase
from drf_jwt_kit.testing import JWTClient, assert_session_ended, later, override_keys, tokens
from drf_jwt_kit.testing.attacks import ATTACKS, Site, attack

@override_keys()
class Tests(TestCase):
    client_class = JWTClient

    def test_a_login(self):
        pair = self.client.sign_in(User.objects.create_user("ada"))
        self.assertEqual(self.client.get("/api/secure/").status_code, 200)
        self.client.sign_out()
        assert_session_ended(pair)

    def test_attacks(self):
        for one in ATTACKS[:3]:
            attack(Site(), one)

    def test_pytest(self):
        self.assertNotIn("pytest", sys.modules)
""",
    )

    run = project.run("-m", "django", "test", "--settings=shop.settings")

    assert run.status == 0, run.said
    assert "Ran 3 tests" in run.said
