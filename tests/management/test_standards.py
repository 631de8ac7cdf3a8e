"""The standards are told in one list, whose tests are there, and a project shows how it stands."""

import ast
from datetime import timedelta
from functools import cache

import pytest

from drf_jwt_kit.conf import KitSettings
from drf_jwt_kit.management.standards import LEVELS, STANDARDS, Status, routes
from drf_jwt_kit.management.standards import settings as shown
from drf_jwt_kit.management.standards.nist import in_words
from tests.architecture.make import ROOT

REQUIREMENTS = [(one, row) for one in STANDARDS for row in one.requirements]
NAMED = sorted({test for _, row in REQUIREMENTS for test in row.tests})


@cache
def names_in(path):
    """Every test of a file, as pytest names it."""
    tree = ast.parse((ROOT / path).read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    inside = {
        f"{one.name}::{node.name}" for one in classes for node in ast.walk(one) if is_test(node)
    }
    return inside | {node.name for node in tree.body if is_test(node)}


def is_test(node):
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def status_of(look):
    return look().status


class TestEveryRequirement:
    @pytest.mark.parametrize("test", NAMED)
    def test_names_tests_that_are_there(self, test):
        path, _, name = test.partition("::")

        assert name in names_in(path)

    @pytest.mark.parametrize(("standard", "row"), REQUIREMENTS)
    def test_has_words_for_all_that_is_told(self, standard, row):
        assert row.number[0].isdigit()
        assert row.asks.endswith(".")
        assert row.does.endswith(".")
        assert row.tests or row.does == "Nothing." or row.left

    @pytest.mark.parametrize(("standard", "row"), REQUIREMENTS)
    def test_finds_something_in_a_project(self, standard, row):
        assert row.look().found

    def test_is_told_once(self):
        told = [(standard.name, row.number, row.asks) for standard, row in REQUIREMENTS]

        assert len(told) == len(set(told))


class TestLifetimes:
    @pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
    def test_a_level_is_met_by_its_own_limits(self, settings, level):
        look = limits_of(level)
        idle = level.inactive or level.overall
        settings.DRF_JWT_KIT = {"SESSION_MAX_AGE": level.overall, "REFRESH_TOKEN_LIFETIME": idle}

        assert status_of(look) is Status.MET

        longer = level.overall + timedelta(seconds=1)
        settings.DRF_JWT_KIT = {"SESSION_MAX_AGE": longer, "REFRESH_TOKEN_LIFETIME": idle}
        assert status_of(look) is Status.NOT_MET

    @pytest.mark.parametrize("level", LEVELS[1:], ids=lambda level: level.name)
    def test_a_level_is_not_met_by_a_longer_idle_limit(self, settings, level):
        settings.DRF_JWT_KIT = {
            "SESSION_MAX_AGE": level.overall,
            "REFRESH_TOKEN_LIFETIME": level.inactive + timedelta(seconds=1),
        }

        assert status_of(limits_of(level)) is Status.NOT_MET

    def test_the_defaults_are_those_of_the_first_level(self):
        assert LEVELS[0].overall == KitSettings.SESSION_MAX_AGE

    def test_limits_of_a_function_are_for_the_project_to_show(self, settings):
        settings.DRF_JWT_KIT = {"SESSION_LIMITS": "tests.sessions.test_limits.anything"}

        found = limits_of(LEVELS[0])()

        assert found.status is Status.YOURS
        assert "SESSION_LIMITS = tests.sessions.test_limits.anything" in found.found

    @pytest.mark.parametrize(
        ("length", "words"),
        [
            (timedelta(days=30), "30 days"),
            (timedelta(hours=24), "24 hours"),
            (timedelta(hours=1), "1 hour"),
            (timedelta(minutes=15), "15 minutes"),
        ],
    )
    def test_a_length_of_time_is_told_in_its_unit(self, length, words):
        assert in_words(length) == words


def limits_of(level):
    (row,) = [
        row for _, row in REQUIREMENTS if row.number == level.section and level.name in row.asks
    ]
    return row.look


class TestSettings:
    @pytest.mark.parametrize(
        ("look", "kit", "status"),
        [
            (shown.rotation, {"ROTATE_REFRESH_TOKENS": False}, Status.NOT_MET),
            (shown.most_sessions, {"MAX_SESSIONS_PER_USER": 3}, Status.MET),
            (shown.issuer, {"ISSUER": "https://shop.example"}, Status.MET),
            (shown.audience, {"AUDIENCE": "shop"}, Status.MET),
            (shown.inactive_users, {"CHECK_USER_IS_ACTIVE": False}, Status.NOT_MET),
            (
                shown.personal_claims,
                {"CLAIMS_SERIALIZER": "drf_jwt_kit.tokens.ProfileClaims"},
                Status.YOURS,
            ),
        ],
    )
    def test_one_that_is_set_is_the_evidence(self, settings, look, kit, status):
        settings.DRF_JWT_KIT = kit

        found = look()

        assert found.status is status
        assert f"{next(iter(kit))} = {next(iter(kit.values()))} (DRF_JWT_KIT)" in found.found

    def test_https_is_met_where_django_insists_on_it(self, settings):
        settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600

        assert status_of(looking_at("5.1", "HTTPS")) is Status.MET

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("JWTAuthentication", "the session is read at each request"),
            ("JWTStatelessAuthentication", "REVOCATION_LAG = 0:00:01"),
        ],
    )
    def test_a_default_class_of_ours_asks_for_the_session(self, settings, name, says):
        classes = [f"drf_jwt_kit.authentication.{name}"]
        settings.REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": classes}

        found = looking_at("7.2.1", "")()

        assert found.status is Status.MET
        assert says in found.found

    def test_the_admin_ends_sessions_where_it_is_installed(self, monkeypatch):
        monkeypatch.setattr("django.apps.apps.is_installed", lambda name: True)

        assert "Django's admin" in looking_at("7.4.5", "")().found


def looking_at(number, words):
    """What looks at the requirement of that number, which has these words."""
    return next(row.look for _, row in REQUIREMENTS if row.number == number and words in row.asks)


class TestKeys:
    def test_keys_that_cannot_be_read_are_no_evidence(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": [{"env": "NO_SUCH_VARIABLE", "algorithm": "HS256"}]}

        assert status_of(looking_at("3.1", "")) is Status.NOT_MET
        assert status_of(looking_at("3.2", "")) is Status.NOT_MET

    def test_each_is_named_by_its_beginning_with_its_algorithm(self):
        assert "… (HS256)" in looking_at("3.10", "")().found


class TestAddresses:
    def test_a_throttle_of_the_login_is_evidence(self, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.views.TokenObtainPairView.throttle_classes", [Throttle])

        found = routes.rate_limit()

        assert found.status is Status.YOURS
        assert "Throttle" in found.found

    def test_axes_is_evidence(self, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.management.standards.routes.apps.is_installed", bool)

        assert "django-axes" in routes.rate_limit().found

    def test_our_own_throttles_are_evidence_and_no_total(self):
        found = routes.rate_limit()

        assert found.status is Status.YOURS
        assert "20/min" in found.found

    @pytest.mark.parametrize("name", ["login_user", "login_ip"])
    def test_a_login_without_any_is_not_met(self, settings, name):
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": {name: None}}

        assert status_of(routes.rate_limit) is Status.NOT_MET

    def test_a_recent_login_to_end_others_is_met(self, settings):
        assert status_of(routes.devices) is Status.YOURS
        settings.DRF_JWT_KIT = {"RECENT_LOGIN_TO_END_OTHERS": timedelta(minutes=5)}

        assert status_of(routes.devices) is Status.MET

    def test_a_project_without_our_addresses_has_little_to_show(self, settings):
        settings.ROOT_URLCONF = __name__

        assert status_of(routes.logout) is Status.NOT_MET
        assert status_of(routes.devices) is Status.NOT_MET
        assert status_of(routes.password_login) is Status.MET
        assert status_of(routes.rate_limit) is Status.YOURS
        assert status_of(routes.storage) is Status.YOURS

    def test_a_password_that_is_asked_for_anew_is_one_that_is_taken(self, settings):
        settings.ROOT_URLCONF = "tests.management.anew"

        assert status_of(routes.password_login) is Status.YOURS

    def test_a_password_that_is_asked_for_anew_can_be_guessed(self, settings):
        settings.ROOT_URLCONF = "tests.management.anew"
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_user": None}}

        assert status_of(routes.rate_limit) is Status.NOT_MET

    def test_a_view_that_asks_for_a_recent_login_is_named(self, monkeypatch):
        monkeypatch.setattr("tests.urls.SecureView.max_auth_age", timedelta(minutes=5))

        assert "SecureView" in routes.recent_logins().found


class TestCookies:
    @pytest.fixture(autouse=True)
    def by_cookie(self, settings):
        settings.ROOT_URLCONF = "drf_jwt_kit.urls.cookie"

    def test_ours_are_as_they_should_be(self):
        assert status_of(routes.cookies) is Status.MET
        assert status_of(routes.storage) is Status.MET
        assert status_of(routes.new_session_at_login) is Status.MET

    def test_other_sites_are_named_that_are_trusted(self, settings):
        settings.CSRF_TRUSTED_ORIGINS = ["https://pages.shop.example"]

        assert "https://pages.shop.example" in routes.cross_site_requests().found

    @pytest.mark.parametrize(
        "kit",
        [
            {"COOKIE_SECURE": False},
            {"COOKIE_DOMAIN": "shop.example"},
            {"COOKIE_ACCESS_SAMESITE": "None"},
        ],
    )
    def test_wider_ones_are_not(self, settings, kit):
        settings.DRF_JWT_KIT = kit

        assert status_of(routes.cookies) is Status.NOT_MET

    def test_an_access_token_in_the_body_is_for_the_project_to_show(self, settings):
        settings.DRF_JWT_KIT = {"COOKIE_REFRESH_ONLY": True}

        assert status_of(routes.storage) is Status.YOURS


@pytest.mark.parametrize("name", ["access", "access_token", "token", "jwt"])
def test_a_token_in_the_address_opens_nothing(kit, signed_in, name):
    assert kit.get(f"/api/secure/?{name}={signed_in.access}").status_code == 401


class Throttle:
    """Stands for one of the project's."""


urlpatterns = []
