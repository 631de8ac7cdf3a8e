"""System checks: what a newcomer gets wrong is said at start-up, with the cure."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import override_settings
from django.urls import include
from rest_framework import serializers

import drf_jwt_kit
from drf_jwt_kit.apps import require_compatible
from drf_jwt_kit.conf.documentation import page
from drf_jwt_kit.tokens import ClaimsSerializer

from .child import environment
from .keys.material import private_pem

pytestmark = pytest.mark.usefixtures("no_sockets")
HERE = "tests.test_checks"
HOUR, REST = timedelta(hours=1), "rest_framework"
OTHERS = ["django.contrib.auth", "django.contrib.contenttypes", REST]
PUBLIC, SECRET = "django-insecure-" + "x" * 50, "y" * 50


class TakesProtocolNames(ClaimsSerializer):
    sid = serializers.CharField()


class TellsSecrets(ClaimsSerializer):
    password_hash = serializers.CharField(source="password")


class NotASerializer:
    pass


class Fine(ClaimsSerializer):
    shipping = serializers.CharField()
    secretary = serializers.CharField(source="x")


def ids(*, deploy=False):
    messages = run_checks(include_deployment_checks=deploy)
    return [message.id for message in messages if message.id.startswith("drf_jwt_kit")]


def kit(**settings):
    return override_settings(DRF_JWT_KIT=settings)


def simple_jwt(**settings):
    return override_settings(SIMPLE_JWT=settings)


class TestTheTwoLines:
    def test_the_two_lines_pass_every_check(self):
        call_command("check", fail_level="DEBUG")

    def test_ask_the_database_nothing(self, django_assert_num_queries, db):
        with django_assert_num_queries(0):
            ids(deploy=True)

    def test_need_no_new_migration(self, db):
        call_command("makemigrations", "drf_jwt_kit", check=True, dry_run=True, verbosity=0)


class TestErrors:
    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            (kit(ACESS_LIFETIME=1), ["drf_jwt_kit.E001"]),
            (kit(ISSUER=1, ROTATION_LEEWAY=1), ["drf_jwt_kit.E001"] * 2),
            (override_settings(SECRET_KEY="short"), ["drf_jwt_kit.E002"]),
            (override_settings(SECRET_KEY_FALLBACKS=["short"]), ["drf_jwt_kit.E002"]),
            (simple_jwt(SIGNING_KEY="short"), ["drf_jwt_kit.E059"]),
            (simple_jwt(SIGNING_KEY="x" * 40, ALGORITHM="HS512"), ["drf_jwt_kit.E059"]),
            (kit(CLAIMS_SERIALIZER="shop.claims.Gone"), ["drf_jwt_kit.E003"]),
            (kit(CLAIMS_SERIALIZER=f"{HERE}.NotASerializer"), ["drf_jwt_kit.E044"]),
            (kit(TOKEN_OBTAIN_SERIALIZER="shop.Gone"), ["drf_jwt_kit.E003"]),
            (kit(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.NotASerializer"), ["drf_jwt_kit.E042"]),
            (kit(SESSION_LIMITS="shop.limits.gone"), ["drf_jwt_kit.E003"]),
            (kit(SESSION_LIMITS=f"{HERE}.HERE"), ["drf_jwt_kit.E043"]),
            (kit(USER_AUTHENTICATION_RULE="shop.rules.gone"), ["drf_jwt_kit.E003"]),
            (kit(USER_AUTHENTICATION_RULE=f"{HERE}.HERE"), ["drf_jwt_kit.E043"]),
            (simple_jwt(JSON_ENCODER="shop.encoders.Gone"), ["drf_jwt_kit.E003"]),
            (kit(JSON_ENCODER=f"{HERE}.HERE"), ["drf_jwt_kit.E043"]),
            (kit(JSON_ENCODER="Gone"), ["drf_jwt_kit.E001"]),
            (
                simple_jwt(AUTH_TOKEN_CLASSES=["rest_framework_simplejwt.tokens.SlidingToken"]),
                ["drf_jwt_kit.E003"],
            ),
            (kit(CLAIMS_SERIALIZER=f"{HERE}.TakesProtocolNames"), ["drf_jwt_kit.E004"]),
            (simple_jwt(ALGORITHM="RS256"), ["drf_jwt_kit.E005"]),
            (simple_jwt(ALGORITHM="none"), ["drf_jwt_kit.E057"]),
            (simple_jwt(ALGORITHM="RS256", SIGNING_KEY="x" * 50), ["drf_jwt_kit.E005"]),
            (
                simple_jwt(ALGORITHM="RS256", SIGNING_KEY="x" * 50, VERIFYING_KEY="y"),
                ["drf_jwt_kit.E051"],
            ),
            (kit(CLAIMS_SERIALIZER=f"{HERE}.TellsSecrets"), ["drf_jwt_kit.E006"]),
            (kit(USER_ID_FIELD="nope"), ["drf_jwt_kit.E009"]),
            (kit(USER_ID_CLAIM="sid"), ["drf_jwt_kit.E010"]),
            (kit(TOKEN_TYPE_CLAIM="exp"), ["drf_jwt_kit.E010"]),
            (kit(USER_ID_CLAIM="jti"), ["drf_jwt_kit.E046"]),
            (kit(AUTH_HEADER_TYPES=("Token Bearer",)), ["drf_jwt_kit.E001"]),
            (simple_jwt(JWK_URL="https://x.example/jwks"), ["drf_jwt_kit.W005"]),
        ],
    )
    def test_each_error_is_found(self, settings, expected):
        with settings:
            assert ids() == expected

    @pytest.mark.parametrize("url", ["http://login.example/jwks", "login.example", "file:///etc/x"])
    def test_say_an_address_that_keys_must_not_come_from(self, url):
        with simple_jwt(ALGORITHM="RS256", JWK_URL=url):
            assert ids() == ["drf_jwt_kit.E001"]

    def test_never_show_a_password_in_an_address(self):
        with simple_jwt(ALGORITHM="RS256", JWK_URL="https://me:secret@login.example/jwks"):
            (message,) = [m for m in run_checks() if m.id == "drf_jwt_kit.E001"]

        assert "secret" not in message.msg
        assert "without a password in it" in message.msg

    @pytest.mark.parametrize("url", ["https://login.example/jwks", "http://127.0.0.1/jwks"])
    def test_need_no_signing_key_where_keys_are_published(self, url):
        with simple_jwt(ALGORITHM="RS256", JWK_URL=url):
            assert ids() == []

    def test_take_no_address_for_none(self):
        with simple_jwt(JWK_URL=""):
            assert ids() == []

    def test_say_a_setting_in_whole_sentences(self):
        with kit(ACESS_LIFETIME=1):
            (message,) = [m for m in run_checks() if m.id == "drf_jwt_kit.E001"]

        assert "Did you mean 'ACCESS_TOKEN_LIFETIME'?" in message.msg

    @pytest.mark.parametrize("name", ["JWT_KIT", "DRF_JWT", "DRF_JWTKIT", "DRF_JWT_KITS"])
    def test_name_a_setting_that_is_almost_ours(self, name):
        with override_settings(**{name: {"ROTATION_LEEWAY": 5}}):
            (message,) = [m for m in run_checks() if m.id == "drf_jwt_kit.W008"]

        assert message.msg.startswith(f"{name} is almost the name of our settings")
        assert message.hint == "Rename it to DRF_JWT_KIT."

    @pytest.mark.parametrize(
        ("name", "value"),
        [("JWT_AUTH", {}), ("GRAPHQL_JWT", {}), ("SIMPLE_JWT", {}), ("JWT_KIT", "a text")],
    )
    def test_know_the_settings_of_others(self, name, value):
        with override_settings(**{name: value}):
            assert ids() == []

    def test_tell_where_a_scope_goes(self):
        with kit(CLAIMS_SERIALIZER=f"{HERE}.TakesProtocolNames"):
            (message,) = [m for m in run_checks() if m.id == "drf_jwt_kit.E004"]

        assert page("docs/how-to/own-claims.md") in message.hint

    def test_name_the_line_that_adds_rest_framework(self, settings):
        settings.INSTALLED_APPS = [one for one in settings.INSTALLED_APPS if one != REST]
        (message,) = [m for m in run_checks() if m.id == "drf_jwt_kit.E049"]

        assert message.hint == (
            'Add this line to your settings: INSTALLED_APPS += ["rest_framework"]'
        )

    def test_leave_rest_framework_out_where_no_view_answers_with_its_pages(self, settings):
        settings.INSTALLED_APPS = [one for one in settings.INSTALLED_APPS if one != REST]
        settings.REST_FRAMEWORK = {
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]
        }

        assert ids() == []

    def test_leave_harmless_names_alone(self):
        with kit(CLAIMS_SERIALIZER=f"{HERE}.Fine"):
            assert ids() == []

    def test_an_error_of_a_setting_is_raised_at_first_use_too(self, kit, db):
        with (
            override_settings(DRF_JWT_KIT={"ACESS_LIFETIME": 1}),
            pytest.raises(ImproperlyConfigured, match="ACCESS_TOKEN_LIFETIME"),
        ):
            kit.post_json("", {"username": "a", "password": "b"})


class TestWarnings:
    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            (kit(ACCESS_TOKEN_LIFETIME=timedelta(hours=2)), ["drf_jwt_kit.W002"]),
            (simple_jwt(ROTATE_REFRESH_TOKEN=True), ["drf_jwt_kit.W003"]),
            (kit(SESSIONS_VALID_AFTER=datetime.now(timezone.utc) + HOUR), ["drf_jwt_kit.W009"]),
            (kit(SESSIONS_VALID_AFTER=datetime.now(timezone.utc) - HOUR), []),
        ],
    )
    def test_each_warning_is_found(self, settings, expected):
        with settings:
            assert ids() == expected

    def test_name_simple_jwts_nearest_setting(self):
        with simple_jwt(ROTATE_REFRESH_TOKEN=True):
            (message,) = [m for m in run_checks() if m.id == "drf_jwt_kit.W003"]

        assert message.hint == "Did you mean 'ROTATE_REFRESH_TOKENS'?"

    @pytest.mark.parametrize(
        ("name", "ours"),
        [
            ("JWTAuthentication", "JWTAuthentication"),
            ("JWTStatelessUserAuthentication", "JWTStatelessUserAuthentication"),
            ("JWTTokenUserAuthentication", "JWTStatelessAuthentication"),
        ],
    )
    def test_mention_simple_jwts_own_class_beside_ours(self, name, ours):
        theirs = f"rest_framework_simplejwt.authentication.{name}"
        ours = f"drf_jwt_kit.authentication.{ours}"
        with override_settings(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [theirs, ours]}):
            assert ids() == ["drf_jwt_kit.W004"]
        with override_settings(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [ours]}):
            assert ids() == []

    def test_mention_a_class_in_parentheses_that_make_no_tuple(self):
        ours = "drf_jwt_kit.authentication.JWTAuthentication"
        with override_settings(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": (ours)}):
            assert ids(deploy=True) == ["drf_jwt_kit.E048", "drf_jwt_kit.W140"]

    def test_mention_simple_jwts_blacklist_app(self):
        script = (
            "import django; from django.core.checks import run_checks; django.setup(); "
            "print([m.id for m in run_checks()])"
        )
        answer = in_project("tests.settings_accounts", script)

        assert answer.stdout.strip() == "['drf_jwt_kit.W001']"

    def test_say_of_a_loop_over_old_tokens_whether_it_must_stay(self):
        script = (
            "import datetime, django; from django.core.checks import run_checks; django.setup(); "
            "from django.test import override_settings; "
            "day = datetime.datetime(2999, 1, 1, tzinfo=datetime.timezone.utc); "
            "print(run_checks()[0].hint); "
            "override_settings(DRF_JWT_KIT={'ADOPT_SIMPLEJWT_TOKENS_UNTIL': day}).enable(); "
            "print(run_checks()[0].hint)"
        )
        usual, adopting = in_project("tests.settings_accounts", script).stdout.splitlines()

        assert usual.startswith("Call drf_jwt_kit.sessions.revoke(user=user) in its place. Then")
        assert adopting.startswith(
            "Call drf_jwt_kit.sessions.revoke(user=user) after it, and keep both the loop and the "
            "app until the day of ADOPT_SIMPLEJWT_TOKENS_UNTIL: tokens that have not been "
            "exchanged end by it alone."
        )


class TestDeployment:
    def test_asks_for_the_third_line(self):
        (message,) = [m for m in run_checks(include_deployment_checks=True)
                      if m.id == "drf_jwt_kit.W101"]  # fmt: skip

        assert message.hint == (
            'Write into the dict REST_FRAMEWORK of the settings: "DEFAULT_AUTHENTICATION_CLASSES": '
            '["drf_jwt_kit.authentication.JWTAuthentication"]'
        )
        assert "drf_jwt_kit.W101" not in ids()

    @pytest.mark.parametrize("name", ["JWTAuthentication", "JWTStatelessAuthentication"])
    def test_is_content_with_either_class(self, name):
        ours = f"drf_jwt_kit.authentication.{name}"
        with override_settings(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [ours]}):
            assert "drf_jwt_kit.W101" not in ids(deploy=True)

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            (kit(ROTATE_REFRESH_TOKENS=False), "drf_jwt_kit.W102"),
            (
                override_settings(SECRET_KEY="x" * 50, SIMPLE_JWT={"SIGNING_KEY": "x" * 50}),
                "drf_jwt_kit.W103",
            ),
            (override_settings(SECRET_KEY="django-insecure-" + "x" * 50), "drf_jwt_kit.W104"),
        ],
    )
    def test_says_what_is_unwise(self, settings, expected):
        with settings:
            assert expected in ids(deploy=True)
            assert expected not in ids()

    @pytest.mark.parametrize(
        ("keys", "says"),
        [
            ("SECRET_KEY", True),
            (["SECRET_KEY"], True),
            ([{"key": private_pem()}, "SECRET_KEY"], True),
            ({"key": private_pem()}, False),
            ([{"key": private_pem()}], False),
        ],
        ids=["SECRET_KEY", "a list", "behind another key", "another key", "a list of another key"],
    )
    @override_settings(SECRET_KEY="django-insecure-" + "x" * 50)
    def test_says_that_a_key_is_derived_from_a_secret_of_startproject(self, keys, says):
        with kit(KEYS=keys):
            assert ("drf_jwt_kit.W104" in ids(deploy=True)) is says

    @pytest.mark.parametrize(
        ("secrets", "says"),
        [
            ({"SECRET_KEY": PUBLIC}, ["SECRET_KEY"]),
            ({"SECRET_KEY": SECRET, "SECRET_KEY_FALLBACKS": [PUBLIC]}, ["SECRET_KEY_FALLBACKS[0]"]),
            ({"SECRET_KEY": SECRET, "SECRET_KEY_FALLBACKS": [SECRET]}, []),
        ],
        ids=["the key", "a fallback", "neither"],
    )
    @pytest.mark.parametrize(
        "keys", ["SECRET_KEY", [{"key": private_pem()}, "SECRET_KEY"]], ids=["signs", "verifies"]
    )
    def test_says_what_a_secret_of_startproject_does_whether_it_signs_or_not(
        self, secrets, says, keys
    ):
        with kit(KEYS=keys), override_settings(**secrets):
            messages = run_checks(include_deployment_checks=True)
        found = [message for message in messages if message.id == "drf_jwt_kit.W104"]

        assert [message.msg for message in found] == [
            f"{where} was made by startproject ('django-insecure-'), so it may be public."
            for where in says
        ]
        assert ["verifies tokens" in message.hint for message in found] == [True] * len(says)
        assert not any("sign" in message.hint for message in found)

    def test_keeps_silent_about_settings_that_cannot_be_read(self):
        with kit(ACESS_LIFETIME=1):
            assert ids(deploy=True) == ["drf_jwt_kit.E001"]


class TestWhatNoCheckCanSay:
    """Django stops before checks run, or a check would stop ``migrate`` itself."""

    @pytest.mark.parametrize(
        "touch",
        [
            "import drf_jwt_kit.urls",
            "import drf_jwt_kit.urls.cookie",
            "from drf_jwt_kit.authentication import JWTAuthentication",
            "from drf_jwt_kit.mixins import SecureViewMixin",
            "from drf_jwt_kit.models import Session",
            "from drf_jwt_kit import sessions",
            "from rest_framework.views import APIView",
        ],
    )
    def test_whatever_touches_us_without_the_app_names_the_missing_line(self, touch):
        classes = ["drf_jwt_kit.authentication.JWTAuthentication"]
        script = (
            "from django.conf import settings; import django; "
            f"settings.configure(SECRET_KEY={SECRET!r}, INSTALLED_APPS={OTHERS}, REST_FRAMEWORK="
            f"{{'DEFAULT_AUTHENTICATION_CLASSES': {classes}}}); django.setup(); {touch}"
        )
        answer = subprocess.run(
            [sys.executable, "-c", script],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )

        assert 'INSTALLED_APPS += ["rest_framework", "drf_jwt_kit"]' in answer.stderr
        assert "ImproperlyConfigured" in answer.stderr

    def test_an_include_of_the_package_names_its_urls(self):
        with pytest.raises(ImportError, match=r'Its URLs are in "drf_jwt_kit\.urls"'):
            include("drf_jwt_kit")

    def test_nothing_else_is_said_of_what_the_package_has_not(self):
        with pytest.raises(AttributeError, match="has no attribute 'urlpattern'"):
            _ = drf_jwt_kit.urlpattern

    def test_a_django_that_cannot_import_its_rest_framework_says_what_to_install(self):
        with pytest.raises(ImproperlyConfigured, match=r'pip install "djangorestframework>=3\.18"'):
            require_compatible((6, 1, 3, "final", 0), "3.17.2")

    @pytest.mark.parametrize(
        ("django", "drf"), [((6, 1, 3), "3.18.3"), ((6, 0, 1), "3.16.0"), ((5, 2, 0), "3.16.1")]
    )
    def test_the_other_pairs_are_fine(self, django, drf):
        assert require_compatible(django, drf) is None


def in_project(settings, script):
    """Run ``script`` in a process of its own, under other settings."""
    return subprocess.run(
        [sys.executable, "-c", f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = {settings!r}; "
         + script],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
