"""Guessing passwords is slowed down: failures count, by name and address, and by address."""

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache, caches
from django.core.exceptions import ValidationError
from django.urls import path
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIClient
from rest_framework.throttling import BaseThrottle

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.testing import JWTClient
from drf_jwt_kit.views import TokenObtainPairView
from tests.conftest import PASSWORD
from tests.urls import urlpatterns as those_of_the_suite

from .browser import Browser
from .test_obtain import credentials

pytestmark = pytest.mark.django_db
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}
TWO = {"login_user": "2/min", "login_ip": "4/min"}


class CodeRequired(AuthenticationFailed):
    default_code = "code_required"


class AsksForACode(TokenObtainPairSerializer):
    def password_accepted(self, user):
        raise CodeRequired


class ChecksACode(TokenObtainPairSerializer):
    def validate(self, attrs):
        super().validate(attrs)
        raise AuthenticationFailed("Wrong code.", code="wrong_code")


class ChecksAForm(TokenObtainPairSerializer):
    def password_accepted(self, user):
        raise ValidationError("Wrong code.")


class Never(BaseThrottle):
    def allow_request(self, request, view):
        return False

    def wait(self):
        return 7


class Slow(TokenObtainPairView):
    throttle_classes = (Never,)


urlpatterns = [
    *those_of_the_suite,
    path("code/", TokenObtainPairView.as_view(serializer_class=AsksForACode)),
    path("form/", TokenObtainPairView.as_view(serializer_class=ChecksAForm)),
    path("checked/", TokenObtainPairView.as_view(serializer_class=ChecksACode)),
    path("slow/", Slow.as_view()),
]


@pytest.fixture
def two(settings):
    settings.DRF_JWT_KIT = {"THROTTLE_RATES": TWO}


def guess(client, name, times=1, password="wrong", **extra):
    body = {"username": name, "password": password}
    answers = [client.post("/api/token/", body, format="json", **extra) for _ in range(times)]
    return [answer.status_code for answer in answers]


@pytest.fixture(autouse=True)
def names(default_user_model):
    """What is asked with here has a username."""


class TestOneName:
    def test_twenty_guesses_a_minute_are_answered_and_no_more(self, kit, user, clock):
        assert guess(kit, "ada", 20) == [401] * 20
        assert guess(kit, "ada", 10) == [429] * 10

    def test_the_answer_says_when_to_try_again(self, kit, user, clock, two):
        guess(kit, "ada")
        clock.shift(20)
        guess(kit, "ada")
        clock.shift(10)

        answer = kit.post_json("", credentials(user, "wrong"))

        assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
        assert answer.headers["Retry-After"] == "30"
        assert answer.headers["Cache-Control"] == "private, no-store"

    def test_a_guess_that_is_due_is_answered(self, kit, user, clock, two):
        guess(kit, "ada", 3)

        clock.shift(60)

        assert guess(kit, "ada", 3) == [401, 401, 429]

    def test_a_refused_request_does_not_count(self, kit, user, clock, two):
        guess(kit, "ada", 2)
        clock.shift(59)
        guess(kit, "ada", 5)

        clock.shift(1)

        assert guess(kit, "ada") == [401]

    def test_no_password_is_hashed_and_no_query_made(self, kit, user, two, queries, calls_of):
        guess(kit, "ada", 2)
        hashed = calls_of(hashers, "verify_password")

        with queries() as made:
            assert guess(kit, "ada") == [429]

        assert (made, hashed) == ([], [])

    def test_the_right_password_is_refused_too(self, kit, user, two):
        guess(kit, "ada", 2)

        assert guess(kit, "ada", password=PASSWORD) == [429]
        assert not Session.objects.exists()

    def test_its_owner_logs_in_from_another_address(self, kit, user, two):
        guess(kit, "ada", 3)

        assert guess(kit, "ada", password=PASSWORD, **ELSEWHERE) == [200]

    def test_a_name_that_nobody_has_is_counted_like_one(self, kit, user, two):
        assert guess(kit, "nobody", 3) == [401, 401, 429]

    def test_another_name_is_asked_still(self, kit, user, other_user, two):
        guess(kit, "ada", 3)

        assert guess(kit, "grace", password=PASSWORD) == [200]

    @pytest.mark.parametrize(
        "same",
        ["ADA", " ada ", "àda", "a\u200bda", "a\u0301da", "\uff41d\uff41", "\u00adada", "a\tda"],
    )
    def test_another_spelling_of_a_name_is_the_same_name(self, kit, user, two, same):
        guess(kit, "ada", 2)

        assert guess(kit, same) == [429]

    def test_a_name_of_a_million_characters_is_counted(self, kit, user, two):
        assert guess(kit, "\ufdfa" * 300_000, 3) == [401, 401, 429]

    def test_a_name_with_half_a_character_is_answered(self, kit, user, two):
        body = b'{"username": "\\ud800ada", "password": "wrong"}'

        answer = kit.post("/api/token/", body, content_type="application/json")

        assert answer.status_code < 500

    def test_a_name_with_a_null_byte_is_a_bad_request(self, kit, user, two):
        assert guess(kit, "a\0da", 3) == [400, 400, 400]


class TestOneAddress:
    def test_its_guesses_with_any_name_are_counted(self, kit, user, two):
        tried = [guess(kit, f"name-{number}")[0] for number in range(5)]

        assert tried == [401] * 4 + [429]

    def test_a_login_takes_nothing_of_what_was_counted(self, kit, user, two):
        guess(kit, "ada")
        guess(kit, "grace", 2)

        assert guess(kit, "ada", password=PASSWORD) == [200]

        assert guess(kit, "eve", 2) == [401, 429]
        assert guess(kit, "ada") == [429]

    def test_logins_that_begin_do_not_count(self, kit, user, two):
        assert guess(kit, "ada", 9, password=PASSWORD) == [200] * 9

    def test_what_one_name_may_not_is_not_counted_for_the_address(self, kit, user, two):
        guess(kit, "ada", 9)

        assert guess(kit, "grace", 3) == [401, 401, 429]

    def test_what_the_address_may_not_is_not_counted_for_the_name(self, kit, user, settings, clock):
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_user": "2/hour", "login_ip": "1/min"}}
        guess(kit, "eve")
        assert guess(kit, "ada", 3) == [429] * 3

        clock.shift(60)

        assert guess(kit, "ada") == [401]

    def test_an_address_of_one_ipv6_network_is_the_same(self, kit, user, two):
        guess(kit, "ada", 2, REMOTE_ADDR="2001:db8::1")

        assert guess(kit, "ada", REMOTE_ADDR="2001:db8::ffff:2") == [429]
        assert guess(kit, "ada", REMOTE_ADDR="2001:db8:0:1::1") == [401]

    def test_a_header_that_a_client_writes_is_not_believed(self, kit, user, two):
        tried = [
            guess(kit, "ada", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")[0] for number in range(3)
        ]

        assert tried == [401, 401, 429]

    @pytest.mark.parametrize("whose", ["DRF_JWT_KIT", "REST_FRAMEWORK"])
    def test_a_proxys_header_is_believed_where_the_project_says(self, kit, user, settings, whose):
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": TWO}
        setattr(settings, whose, {**getattr(settings, whose, {}), "NUM_PROXIES": 1})
        guess(kit, "ada", 3, HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.7")

        forged = guess(kit, "ada", HTTP_X_FORWARDED_FOR="2.2.2.2, 203.0.113.7:4711")
        other = guess(kit, "ada", HTTP_X_FORWARDED_FOR="203.0.113.7, 203.0.113.8")

        assert (forged, other) == ([429], [401])

    def test_what_is_no_address_is_counted_as_one(self, kit, user, two):
        assert guess(kit, "ada", 3, REMOTE_ADDR="") == [401, 401, 429]

    def test_a_proxy_behind_a_socket_is_counted_as_one(self, kit, user, two, settings):
        settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}

        assert guess(kit, "ada", 3, HTTP_X_FORWARDED_FOR="unix:") == [401, 401, 429]

    def test_a_proxy_that_names_none_is_counted_as_one(self, kit, user, two, settings):
        settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}

        tried = guess(kit, "ada", 3, HTTP_X_FORWARDED_FOR="unknown\t" * 500)

        assert tried == [401, 401, 429]


class TestTheCache:
    def test_holds_neither_names_nor_addresses(self, kit, user, two):
        guess(kit, "ada")

        keys = " ".join(caches["default"]._cache)
        assert keys.count("drf_jwt_kit:throttle:login_") == 2
        assert "ada" not in keys.replace("drf_jwt_kit", "")
        assert "127.0.0.1" not in keys

    def test_gets_keys_that_memcached_takes(self, kit, user, two):
        guess(kit, "ada " * 400, REMOTE_ADDR="x y\t" * 400)

        assert all(len(key) < 250 and key.isprintable() and " " not in key for key in cache._cache)

    def test_is_not_needed_to_log_in(self, kit, user, two, broken_cache, caplog):
        assert guess(kit, "ada", 5) == [401] * 5
        assert guess(kit, "ada", password=PASSWORD) == [200]
        assert [line for line in caplog.messages if "throttle" in line] == [
            "event=throttle_cache_failed error=ZeroDivisionError "
            "then='nobody is throttled until the cache answers'"
        ]


class TestEveryDoor:
    @pytest.mark.usefixtures("two")
    @pytest.mark.urls("tests.flows.cookie_urls")
    def test_a_browser_gets_the_same_answer(self, browser, user):
        tried = [browser.send("post", "/api/auth/", credentials(user, "wrong")) for _ in range(3)]

        assert [answer.status_code for answer in tried] == [401, 401, 429]
        assert tried[2].json()["code"] == "throttled"
        assert tried[2].headers["Retry-After"] == "60"
        assert not tried[2].cookies

    @pytest.mark.usefixtures("two")
    @pytest.mark.urls("tests.flows.cookie_urls")
    def test_a_page_of_another_site_counts_for_nobody(self, user):
        stranger = Browser()
        tried = [stranger.post("/api/auth/", credentials(user, "wrong")) for _ in range(3)]

        assert 429 not in [answer.status_code for answer in tried]

    @pytest.mark.urls(__name__)
    @pytest.mark.parametrize(
        ("door", "refused"), [("/code/", 401), ("/checked/", 401), ("/form/", 400)]
    )
    def test_a_right_password_that_is_not_enough_counts(self, kit, user, two, door, refused):
        """Or whoever has the password could guess codes."""
        tried = [kit.post(door, credentials(user), format="json") for _ in range(3)]

        assert [answer.status_code for answer in tried] == [refused, refused, 429]

    @pytest.mark.urls(__name__)
    def test_throttles_of_a_subclass_count_beside_ours(self, kit, user, two, monkeypatch):
        refused = kit.post("/slow/", credentials(user), format="json")
        monkeypatch.setattr(Never, "allow_request", lambda *_: True)

        tried = [kit.post("/slow/", credentials(user, "wrong"), format="json") for _ in range(3)]

        assert refused.headers["Retry-After"] == "7"
        assert [answer.status_code for answer in tried] == [401, 401, 429]

    def test_a_database_that_does_not_answer_is_nobodys_failure(self, kit, user, two, monkeypatch):
        def unavailable(*_, **__):
            raise ServiceUnavailable

        with monkeypatch.context() as patched:
            patched.setattr("drf_jwt_kit.serializers.authenticated", unavailable)
            assert guess(kit, "ada", 5) == [503] * 5

        assert guess(kit, "ada") == [401]


class TestSettings:
    def test_none_turns_a_throttle_off(self, kit, user, settings):
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_user": None, "login_ip": None}}

        assert guess(kit, "ada", 30) == [401] * 30

    def test_what_is_not_named_keeps_its_rate(self, kit, user, settings, clock):
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_ip": None}}

        assert guess(kit, "ada", 21)[-1] == 429


class TestTestClient:
    def test_throttles_are_off_for_it(self, user, two):
        assert guess(JWTClient(), "ada", 5) == [401] * 5

    def test_no_header_turns_them_off(self, user, two):
        sent = {"HTTP_DRF_JWT_KIT.UNCOUNTED": "1", "HTTP_DRF_JWT_KIT_UNCOUNTED": "1"}

        assert guess(APIClient(), "ada", 3, **sent) == [401, 401, 429]
