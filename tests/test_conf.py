"""Settings: three places, in order, typed, and right under override_settings."""

from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit import authentication
from drf_jwt_kit.conf import KitSettings, get_settings
from drf_jwt_kit.conf.settings import sources
from drf_jwt_kit.conf.validation import problems as problems_of
from drf_jwt_kit.tokens import ClaimsSerializer

HOUR = timedelta(hours=1)
RULE = "default_user_authentication_rule"


def problems(kit, simple_jwt):
    return problems_of(*sources(kit, simple_jwt))


def only_problem(kit=None, simple_jwt=None):
    (problem,) = problems(kit or {}, simple_jwt or {})
    return problem


class TestOrder:
    def test_is_ours_then_simple_jwts_then_the_default(self):
        simple_jwt = {"ACCESS_TOKEN_LIFETIME": HOUR, "REFRESH_TOKEN_LIFETIME": 2 * HOUR}

        settings = KitSettings.from_mappings({"ACCESS_TOKEN_LIFETIME": HOUR / 2}, simple_jwt)

        assert settings.ACCESS_TOKEN_LIFETIME == HOUR / 2
        assert settings.REFRESH_TOKEN_LIFETIME == 2 * HOUR
        assert settings.ROTATE_REFRESH_TOKENS is True

    def test_an_explicit_none_of_ours_beats_simple_jwts_value(self):
        assert KitSettings.from_mappings({"ISSUER": None}, {"ISSUER": "x"}).ISSUER is None

    def test_session_max_age_follows_a_longer_refresh_lifetime(self):
        long = {"REFRESH_TOKEN_LIFETIME": timedelta(days=90)}

        assert timedelta(days=90) == KitSettings.from_mappings(long).SESSION_MAX_AGE
        assert timedelta(days=30) == KitSettings.from_mappings({}).SESSION_MAX_AGE

    def test_simple_jwts_own_class_path_means_ours(self):
        theirs = {"AUTH_TOKEN_CLASSES": ("rest_framework_simplejwt.tokens.AccessToken",)}

        settings = KitSettings.from_mappings({}, theirs)

        assert settings.AUTH_TOKEN_CLASSES == ("drf_jwt_kit.tokens.AccessToken",)

    @pytest.mark.parametrize(
        "simple_jwt",
        [
            {},
            *(
                {"USER_AUTHENTICATION_RULE": f"{package}.authentication.{RULE}"}
                for package in ("drf_jwt_kit", "rest_framework_simplejwt")
            ),
        ],
    )
    def test_the_default_by_any_path_is_one_object(self, simple_jwt):
        rule = KitSettings.from_mappings({}, simple_jwt).load("USER_AUTHENTICATION_RULE")

        assert rule is authentication.default_user_authentication_rule

    @pytest.mark.parametrize(
        "kit", [{}, {"CLAIMS_SERIALIZER": "drf_jwt_kit.tokens.ClaimsSerializer"}]
    )
    def test_the_default_claims_by_any_path_are_one_class(self, kit):
        assert KitSettings.from_mappings(kit).load("CLAIMS_SERIALIZER") is ClaimsSerializer


class TestOverride:
    def test_is_honoured_nested_and_restored(self):
        with override_settings(DRF_JWT_KIT={"ACCESS_TOKEN_LIFETIME": HOUR}):
            with override_settings(DRF_JWT_KIT={"ACCESS_TOKEN_LIFETIME": HOUR / 2}):
                assert get_settings().ACCESS_TOKEN_LIFETIME == HOUR / 2
            assert get_settings().ACCESS_TOKEN_LIFETIME == HOUR
        assert get_settings().ACCESS_TOKEN_LIFETIME == HOUR / 4

    def test_an_override_of_simple_jwts_settings_is_honoured(self):
        with override_settings(SIMPLE_JWT={"ACCESS_TOKEN_LIFETIME": HOUR}):
            assert get_settings().ACCESS_TOKEN_LIFETIME == HOUR

    def test_an_override_by_assignment_is_refused(self):
        with pytest.raises(FrozenInstanceError):
            get_settings().ISSUER = "x"


class TestUnknownKeys:
    def test_name_the_key_the_value_and_the_nearest_setting(self):
        assert only_problem({"ACESS_LIFETIME": HOUR}) == (
            "DRF_JWT_KIT['ACESS_LIFETIME'] is not a setting (its value: "
            "datetime.timedelta(seconds=3600)). Did you mean 'ACCESS_TOKEN_LIFETIME'?"
        )

    def test_an_unknown_key_in_lower_case_is_recognised(self):
        assert only_problem({"issuer": "x"}).endswith("Did you mean 'ISSUER'?")

    def test_far_from_all_of_them_list_them(self):
        assert "The settings are: ACCESS_TOKEN_LIFETIME, " in only_problem({"ZZZ": 1})

    def test_never_show_a_secret(self):
        assert "hunter2" not in only_problem({"SIGNING_KEY": "hunter2"})

    def test_unknown_keys_of_simple_jwt_are_no_error(self):
        assert not list(problems({}, {"SLIDING_TOKEN_LIFETIME": HOUR, "MADE_UP": 1}))


class TestWrongValues:
    def test_name_the_key_and_the_value_and_what_is_accepted(self):
        assert only_problem({}, {"ACCESS_TOKEN_LIFETIME": 900}) == (
            "SIMPLE_JWT['ACCESS_TOKEN_LIFETIME'] must be a timedelta longer than zero, not 900. "
            "For seconds, write timedelta(seconds=900)."
        )

    @pytest.mark.parametrize("value", [900, 0.5])
    def test_spell_a_number_that_was_meant_as_seconds(self, value):
        said = only_problem({"ACCESS_TOKEN_LIFETIME": value})

        assert said.endswith(f"For seconds, write timedelta(seconds={value}).")

    @pytest.mark.parametrize("value", [0, -1, True, 1e300, float("nan")])
    def test_spell_no_number_that_would_be_wrong_even_so(self, value):
        assert "write" not in only_problem({"ACCESS_TOKEN_LIFETIME": value})

    def test_spell_no_number_where_no_duration_is_wanted(self):
        assert "write" not in only_problem({"ISSUER": 900})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ACCESS_TOKEN_LIFETIME", timedelta(0)),
            ("REFRESH_TOKEN_LIFETIME", -HOUR),
            ("ROTATE_REFRESH_TOKENS", "yes"),
            ("ROTATE_REFRESH_TOKENS", 1),
            ("ROTATION_LEEWAY", timedelta(seconds=61)),
            ("ROTATION_LEEWAY", 10),
            ("LEEWAY", timedelta(minutes=5)),
            ("LEEWAY", True),
            ("LEEWAY", "10"),
            ("LEEWAY", float("nan")),
            ("LEEWAY", float("inf")),
            ("ISSUER", ""),
            ("ISSUER", 1),
            ("AUDIENCE", []),
            ("AUDIENCE", [1]),
            ("USER_ID_FIELD", None),
            ("CLAIMS_SERIALIZER", "ShopClaims"),
            ("CLAIMS_SERIALIZER", None),
            ("AUTH_HEADER_TYPES", ()),
            ("AUTH_HEADER_TYPES", 1),
            ("AUTH_TOKEN_CLASSES", "a.B"),
            ("MAX_SESSIONS_PER_USER", 0),
            ("MAX_SESSIONS_PER_USER", True),
            ("MAX_SESSIONS_PER_USER", "5"),
            ("SESSION_LIMITS", "limits"),
            ("SESSION_LIMITS", 1),
            ("NUM_PROXIES", -1),
            ("NUM_PROXIES", None),
            ("NUM_PROXIES", 1.0),
            ("THROTTLE_RATES", None),
            ("THROTTLE_RATES", "20/min"),
            ("THROTTLE_RATES", {"login_users": "20/min"}),
            ("THROTTLE_RATES", {"login_user": 20}),
            ("THROTTLE_RATES", {"login_user": "20"}),
            ("THROTTLE_RATES", {"login_user": "0/min"}),
            ("THROTTLE_RATES", {"login_user": "-1/min"}),
            ("THROTTLE_RATES", {"login_user": "20/month"}),
            ("THROTTLE_RATES", {"login_user": "20/min "}),
            ("SESSIONS_VALID_AFTER", datetime(2026, 1, 1)),  # noqa: DTZ001  # the mistake
            ("SESSIONS_VALID_AFTER", "2026-01-01T00:00:00Z"),
        ],
    )
    def test_wrong_values_are_found(self, name, value):
        assert only_problem({name: value}).startswith(f"DRF_JWT_KIT[{name!r}] must be ")

    def test_rates_name_the_throttles_that_there_are(self):
        assert only_problem({"THROTTLE_RATES": {"login": "20/min"}}) == (
            "DRF_JWT_KIT['THROTTLE_RATES'] must be a dict with rates such as '20/min', or None, "
            "for 'login_user', 'login_ip', 'refresh_session', not (not shown: dict of length 1)."
        )

    @pytest.mark.parametrize("value", [None, 0, 10, 0.5, HOUR / 120])
    def test_are_not_seen_in_what_simple_jwt_takes(self, value):
        assert not list(problems({}, {"LEEWAY": value}))

    def test_all_are_told_at_once(self):
        wrong = {"ISSUER": 1, "ROTATION_LEEWAY": 10}

        with pytest.raises(ImproperlyConfigured, match=r"(?s)ROTATION_LEEWAY.*\n.*ISSUER"):
            KitSettings.from_mappings(wrong)

    @pytest.mark.parametrize("value", [None, [], "x"])
    def test_include_a_setting_that_is_no_dict(self, value):
        (problem,) = problems(value, {})
        assert problem == f"DRF_JWT_KIT must be a dict of settings, not {value!r}."

    def test_include_lifetimes_that_contradict_each_other(self):
        assert "['REFRESH_TOKEN_LIFETIME'] (0:10:00) is shorter" in only_problem(
            {"REFRESH_TOKEN_LIFETIME": HOUR / 6}
        )
        assert "['SESSION_MAX_AGE'] (1:00:00) is shorter" in only_problem({"SESSION_MAX_AGE": HOUR})

    def test_name_the_dict_that_has_the_shorter_one(self):
        assert only_problem({}, {"REFRESH_TOKEN_LIFETIME": HOUR / 6}) == (
            "SIMPLE_JWT['REFRESH_TOKEN_LIFETIME'] (0:10:00) is shorter than ACCESS_TOKEN_LIFETIME "
            "(0:15:00), so a session would end before its first access token. Make it at least as "
            "long."
        )

    def test_a_key_that_signs_before_every_process_has_read_it(self):
        assert only_problem({"KEYS_RELOAD_INTERVAL": HOUR}) == (
            "DRF_JWT_KIT['KEYS_PUBLISHED_AHEAD'] (0:10:00) is shorter than KEYS_RELOAD_INTERVAL "
            "(1:00:00), so a key would sign before every process has read it. Make it at least as "
            "long."
        )

    def test_never_show_a_key(self):
        assert "12345" not in only_problem({}, {"SIGNING_KEY": 12345})
        assert "12345" not in only_problem({"KEYS": 12345})

    def test_show_a_length_of_time_whose_name_sounds_secret(self):
        assert only_problem({"KEYS_RELOAD_INTERVAL": 5}).endswith("write timedelta(seconds=5).")
