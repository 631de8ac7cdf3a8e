"""RESOURCE_SERVER: what it takes, and what is said where it is wrong."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit.resource_server.checks import check
from drf_jwt_kit.resource_server.settings import (
    ResourceServerSettings,
    get_resource_server_settings,
    problems,
)
from tests.resource_server.issuer import SETTINGS


def only_problem(**changes):
    (problem,) = problems({**SETTINGS, **changes})
    return problem


class TestRight:
    def test_the_settings_need_three_keys(self):
        assert list(problems(SETTINGS)) == []

    @pytest.mark.parametrize(
        "url",
        ["https://login.example/jwks", "https://login.example:8443/a?b=c", "http://localhost/jwks",
         "http://127.0.0.1:8000/jwks/", "http://[::1]:8000/jwks/", "HTTPS://login.example/"],
    )  # fmt: skip
    def test_address_is_https_or_this_machine(self, url):
        assert list(problems({**SETTINGS, "JWKS_URL": url})) == []

    def test_lists_become_tuples_that_nobody_can_change(self):
        changed = {"AUDIENCE": ["orders", "stock"], "ALGORITHMS": ["ES256"]}

        settings = ResourceServerSettings.from_mapping({**SETTINGS, **changed})

        assert (settings.AUDIENCE, settings.ALGORITHMS) == (("orders", "stock"), ("ES256",))

    def test_token_types_are_compared_as_media_types(self):
        settings = ResourceServerSettings.from_mapping(
            {**SETTINGS, "TOKEN_TYPES": ["JWT", "application/at+jwt"]}
        )

        assert settings.TOKEN_TYPES == ("jwt", "at+jwt")

    def test_is_read_anew_when_a_test_overrides_it(self):
        with override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": SETTINGS}):
            assert get_resource_server_settings().ISSUER == "https://login.example"
        with override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": {**SETTINGS, "ISSUER": "other"}}):
            assert get_resource_server_settings().ISSUER == "other"


class TestWrong:
    @pytest.mark.parametrize(
        "url",
        ["http://login.example/jwks", "http://localhost.evil.example/", "http://10.0.0.1/jwks",
         "file:///etc/passwd", "ftp://localhost/", "https://", "login.example/jwks", "", None, 7,
         "https://login.example/#keys", "https://[::1/", "http://localhost:port/",
         "http://127.0.0.1.evil.example/", "http://127.1/", "http://2130706433/", "http://[::]/",
         "http://0.0.0.0/", "http://127.0.0.1%2eevil.example/", "http://127.0.0.1\t.evil.example/",
         "http://[::1]evil.example/", "http://[::1%evil.example]/", "http://localhost./",
         "https://login.example/\r\nX: y", "https://login.example/two words"],
    )  # fmt: skip
    def test_address_says_what_it_must_be(self, url):
        assert only_problem(JWKS_URL=url) == (
            "DRF_JWT_KIT['RESOURCE_SERVER']['JWKS_URL'] must be an https URL (http only to this "
            f"machine), without a password in it, not {url!r}."
        )

    @pytest.mark.parametrize(
        "url",
        ["https://user:password@login.example/", "https://password@login.example/",
         "https://@login.example/", "http://127.0.0.1@evil.example/",
         "http://127.0.0.1\\@evil.example/", "http://evil.example\\@127.0.0.1/"],
    )  # fmt: skip
    def test_address_with_a_password_is_refused_and_not_shown(self, url):
        assert only_problem(JWKS_URL=url).endswith("without a password in it, not (not shown).")

    @pytest.mark.parametrize("name", ["JWKS_URL", "ISSUER", "AUDIENCE"])
    def test_misses_what_has_no_default(self, name):
        mapping = {key: value for key, value in SETTINGS.items() if key != name}

        (problem,) = problems(mapping)

        assert problem.startswith(f"DRF_JWT_KIT['RESOURCE_SERVER'][{name!r}] is missing. Set it to")

    def test_name_is_told_the_nearest(self):
        assert only_problem(JWK_URL="https://login.example/") == (
            "DRF_JWT_KIT['RESOURCE_SERVER']['JWK_URL'] is not a setting (its value: "
            "'https://login.example/'). Did you mean 'JWKS_URL'?"
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [("ALGORITHMS", ["HS256"]), ("ALGORITHMS", ["none"]), ("ALGORITHMS", []),
         ("ALGORITHMS", "ES256"), ("AUDIENCE", []), ("AUDIENCE", None), ("ISSUER", ""),
         ("TOKEN_TYPES", "JWT"), ("LEEWAY", timedelta(minutes=2)),
         ("FETCH_TIMEOUT", timedelta(0)), ("SCOPE_CLAIM", None)],
    )  # fmt: skip
    def test_value_is_shown_with_what_it_must_be(self, name, value):
        problem = only_problem(**{name: value})

        assert problem.startswith(f"DRF_JWT_KIT['RESOURCE_SERVER'][{name!r}] must be a")
        assert problem.endswith(f", not {value!r}.")

    @pytest.mark.parametrize(("name", "value"), [("LEEWAY", 5), ("KEYS_MAX_AGE", 300)])
    def test_number_for_a_duration_is_told_how_one_is_written(self, name, value):
        says = f", not {value}. For seconds, write timedelta(seconds={value})."

        assert only_problem(**{name: value}).endswith(says)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            (
                {"FETCH_INTERVAL": timedelta(hours=1)},
                "['KEYS_MAX_AGE'] (0:05:00) is shorter than FETCH_INTERVAL (1:00:00), so keys "
                "could not be fetched when they should. Make it at least as long.",
            ),
            (
                {"KEYS_KEPT_FOR": timedelta(minutes=1)},
                "['KEYS_KEPT_FOR'] (0:01:00) is shorter than KEYS_MAX_AGE (0:05:00), so good keys "
                "would be dropped. Make it at least as long.",
            ),
        ],
    )
    def test_lengths_of_time_contradict_each_other(self, changes, says):
        assert only_problem(**changes) == f"DRF_JWT_KIT['RESOURCE_SERVER']{says}"

    @pytest.mark.parametrize("value", [None, {}])
    def test_nothing_at_all_is_told_at_first_use(self, value):
        with (
            override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": value}),
            pytest.raises(ImproperlyConfigured, match="JWKS_URL, ISSUER and AUDIENCE"),
        ):
            get_resource_server_settings()


class TestCheck:
    @override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": SETTINGS})
    def test_is_silent_where_all_is_right(self):
        assert check() == []

    @override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": {**SETTINGS, "ISSUER": ""}})
    def test_says_what_is_wrong_with_the_settings(self):
        (error,) = check()

        assert (error.id, error.msg) == (
            "drf_jwt_kit.E040",
            "DRF_JWT_KIT['RESOURCE_SERVER']['ISSUER'] must be a string that is not empty, not ''.",
        )

    @override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": []})
    def test_says_that_it_is_no_dict(self):
        (error,) = check()

        assert error.msg == "DRF_JWT_KIT['RESOURCE_SERVER'] must be a dict, or None, not []."
