"""A message shows names, paths, addresses, numbers and times, and nothing that may be a secret."""

import base64
import secrets
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import PurePosixPath

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.disclosure import is_harmless, shown
from drf_jwt_kit.serializers import TokenVerifySerializer

HEX = "a3f9c2e17b604d58a3f9c2e17b604d58a3f9c2e17b604d58a3f9c2e17b604d58"
BASE64 = "k3j4/rHQR2vrsMJQOh5dWbeKssvaWpbwd3kQulwiHDEmrySk="
URL_SAFE = "x9Kq_2vLw-Zb71TfHyR4.mUeXs8NdPc0iGjAoV3tJkQ5"
WORDS = "correct-horse-battery-staple-and-more"


class Texts(str):
    """A text whose class decides what is seen of it."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    ["", "hunter2", "ACESS_LIFETIME", "shop.claims.ShopClaims", "JWT_KEY_OF_THE_SHOP", "RS256",
     "https://login.example/jwks.json", "http://127.0.0.1:8000/", "/run/secrets/jwt.pem",
     "2026-01-31T12:00:00+00:00", "shop.JSONWebTokenSerializer", "key\0.pem", "*.example.com",
     PurePosixPath("/nowhere/keys/first2.pem"), None, True, 900, 1.5, timedelta(minutes=5),
     datetime(2026, 1, 1, tzinfo=timezone.utc), [], (), {}, b"", ["HS256", "none"],
     TokenVerifySerializer, shown],
)  # fmt: skip
def test_a_harmless_value_is_shown_as_it_is(value):
    assert shown(value) == repr(value)


@pytest.mark.parametrize(
    "value",
    [HEX, HEX.upper(), BASE64, URL_SAFE, WORDS, "k" * 40, "https://login.example/?key=hunter2",
     "a secret of more than thirty-two characters, and no path", f"/nowhere/{HEX}.pem",
     f"shop.{'k' * 40}.Claims", "JBSWY3DPEHPK3PXP", PurePosixPath("/nowhere", HEX),
     int(HEX, 16), -int(HEX, 16), bytes.fromhex(HEX), [HEX], ("HS256", HEX), list(HEX), [["HS256"]],
     {"key": "x"}, {"x"}, partial(print, HEX), HEX.join, Texts("RS256"), object()],
)  # fmt: skip
def test_any_other_value_is_told_by_its_type_alone(value):
    assert shown(value).startswith(f"(not shown: {type(value).__name__}")
    assert HEX not in shown(value)


def test_the_length_is_told_where_there_is_one():
    assert shown(HEX) == "(not shown: str of length 64)"
    assert shown(object()) == "(not shown: object)"


@pytest.mark.parametrize("make", [
    lambda: secrets.token_hex(32),
    lambda: secrets.token_urlsafe(32),
    lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    lambda: base64.b32encode(secrets.token_bytes(32)).decode().rstrip("="),
], ids=["hex", "base64url", "base64", "base32"])  # fmt: skip
def test_a_new_secret_is_never_harmless(make):
    assert not any(is_harmless(make()) for _ in range(200))


def test_a_path_is_shown_in_words_without_quotes():
    assert shown(PurePosixPath("/run/secrets/jwt.pem"), str) == "/run/secrets/jwt.pem"


def test_a_path_that_exists_is_shown_whatever_its_name(tmp_path):
    there = tmp_path / HEX
    there.mkdir()

    assert shown(there, str) == str(there)
    assert shown(there / "jwt.pem", str) == str(there / "jwt.pem")


def test_a_secret_after_a_path_that_exists_is_not_shown(tmp_path):
    assert not is_harmless(tmp_path / HEX)
    assert not is_harmless(tmp_path / "correcthorsebatterystapleandmore")


PLACES = {
    "the algorithm": {"SIMPLE_JWT": {"ALGORITHM": HEX, "SIGNING_KEY": "k" * 40}},
    "the algorithm beside an address": {
        "SIMPLE_JWT": {"ALGORITHM": HEX, "JWK_URL": "https://login.example/"}
    },
    "the address of keys": {"SIMPLE_JWT": {"JWK_URL": HEX}},
    "a name in Simple JWT's dict": {"SIMPLE_JWT": {HEX: 1}},
    "the name of a setting": {"DRF_JWT_KIT": {HEX: 1}},
    "an unknown setting": {"DRF_JWT_KIT": {"MADE_UP": HEX}},
    "a length of time": {"DRF_JWT_KIT": {"ACCESS_TOKEN_LIFETIME": HEX}},
    "an issuer in a list": {"DRF_JWT_KIT": {"ISSUER": [HEX]}},
    "an audience in a dict": {"DRF_JWT_KIT": {"AUDIENCE": {"aud": HEX}}},
    "the words before a token": {"DRF_JWT_KIT": {"AUTH_HEADER_TYPES": f"Bearer {HEX}"}},
    "the field of a user": {"DRF_JWT_KIT": {"USER_ID_FIELD": HEX}},
    "a flag": {"DRF_JWT_KIT": {"COOKIE_SECURE": HEX}},
    "a path that is none": {"DRF_JWT_KIT": {"CLAIMS_SERIALIZER": HEX}},
    "a path of classes": {"DRF_JWT_KIT": {"AUTH_TOKEN_CLASSES": [f"shop.{HEX}"]}},
    "a path of nothing": {"DRF_JWT_KIT": {"SESSION_LIMITS": f"shop.{HEX}"}},
    "a class that is none": {"DRF_JWT_KIT": {"TOKEN_VERIFY_SERIALIZER": partial(print, HEX)}},
    "claims that are none": {"DRF_JWT_KIT": {"CLAIMS_SERIALIZER": partial(print, HEX)}},
    "the domain of cookies": {"DRF_JWT_KIT": {"COOKIE_DOMAIN": HEX}},
    "the domain of a cookie for one host": {
        "DRF_JWT_KIT": {"COOKIE_DOMAIN": HEX, "COOKIE_ACCESS_NAME": "__Host-a"}
    },
    "the name of a cookie": {"DRF_JWT_KIT": {"COOKIE_ACCESS_NAME": HEX}},
    "the same name of two": {
        "DRF_JWT_KIT": {"COOKIE_ACCESS_NAME": HEX, "COOKIE_REFRESH_NAME": HEX}
    },
    "a name with a prefix": {
        "DRF_JWT_KIT": {"COOKIE_ACCESS_NAME": f"__Secure-{HEX}", "COOKIE_SECURE": False}
    },
    "a name with a prefix, and a domain": {
        "DRF_JWT_KIT": {"COOKIE_ACCESS_NAME": f"__Host-{HEX}", "COOKIE_DOMAIN": "shop.example"}
    },
    "another service": {"DRF_JWT_KIT": {"RESOURCE_SERVER": [HEX]}},
}


@pytest.mark.parametrize("wrong", PLACES.values(), ids=PLACES.keys())
def test_no_check_shows_a_secret_in_the_place_of_a_setting(wrong):
    with override_settings(**wrong):
        said = [f"{one} {one.hint}" for one in run_checks(include_deployment_checks=True)]

    assert [one for one in said if "drf_jwt_kit." in one]
    assert not [one for one in said if HEX in one]


@pytest.mark.parametrize(
    ("setting", "value"),
    [("DRF_JWT_KIT", ({"KEYS": [{"key": HEX, "algorithm": "HS256"}]},)),
     ("DRF_JWT_KIT", [{"key": HEX, "algorithm": "HS256"}]),
     ("SIMPLE_JWT", ({"SIGNING_KEY": HEX},))],
    ids=["a comma after ours", "a list of keys", "a comma after Simple JWT's"],
)  # fmt: skip
def test_what_should_be_a_dict_is_refused_without_being_shown(settings, setting, value):
    setattr(settings, setting, value)

    with pytest.raises(ImproperlyConfigured) as refused:
        get_settings()

    assert str(refused.value).startswith(
        f"{setting} must be a dict of settings, not (not shown: {type(value).__name__} of length 1)"
    )
    assert str(refused.value) in "".join(map(str, run_checks()))


def test_a_comma_after_the_dict_is_told(settings):
    settings.DRF_JWT_KIT = ({"KEYS": HEX},)

    with pytest.raises(ImproperlyConfigured, match="A comma after its last brace makes a tuple"):
        get_settings()


def test_a_list_is_not_blamed_on_a_comma(settings):
    settings.DRF_JWT_KIT = [{"KEYS": HEX}]

    with pytest.raises(ImproperlyConfigured) as refused:
        get_settings()

    assert "comma" not in str(refused.value)


def test_an_import_that_fails_shows_no_secret(settings):
    settings.DRF_JWT_KIT = {"SESSION_LIMITS": f"shop.{HEX}"}

    with pytest.raises(ImportError) as refused:
        get_settings().load("SESSION_LIMITS")

    why = "is not the path of a class or a function"
    assert str(refused.value) == f"(not shown: str of length 69) {why}"
    assert refused.value.__context__ is None
