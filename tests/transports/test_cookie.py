"""The two cookies: which text a browser sends as ours, and what it is told to store."""

import jwt
import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from drf_jwt_kit.transports import (
    TokenCookie,
    access_cookie,
    access_in,
    is_same_generation,
    refresh_cookie,
    seconds_left,
    tell_if_dropped,
)
from tests.conftest import NOON

OURS = TokenCookie(name="__Host-a", samesite="Lax")
NOW = int(NOON.timestamp())


def sending(header):
    return RequestFactory().get("/", HTTP_COOKIE=header)


def token_with(**claims):
    return jwt.encode(claims, "a" * 64, "HS256")


class TestReading:
    @pytest.mark.parametrize(
        "header", ["__Host-a=x.y.z", "b=1; __Host-a=x.y.z; c=2", "\t__Host-a =\t x.y.z ;"]
    )
    def test_finds_the_token_by_its_name(self, header):
        assert OURS.read(sending(header)) == "x.y.z"

    @pytest.mark.parametrize(
        "header", ["", "__Host-a", "__Host-a=", "a=x", "__host-a=x", "\u2000__Host-a=x"]
    )
    def test_finds_none_where_the_browser_sent_none(self, header):
        assert OURS.read(sending(header)) is None

    def test_finds_none_where_it_sent_none_at_all(self):
        request = RequestFactory().get("/")
        del request.META["HTTP_COOKIE"]

        assert OURS.read(request) is None

    @pytest.mark.parametrize("header", ["__Host-a=x; __Host-a=y", "__Host-a=x; __Host-a=x"])
    def test_finds_none_where_it_sent_two(self, header):
        assert OURS.read(sending(header)) is None

    def test_strips_no_other_space_of_a_value_than_a_browser_does(self):
        assert OURS.read(sending("__Host-a=\u2000x\x0b")) == "\u2000x\x0b"

    def test_keeps_what_stands_behind_a_second_equals_sign(self):
        assert OURS.read(sending("__Host-a=x=y")) == "x=y"

    def test_finds_each_text_that_may_be_a_token_once(self):
        sent = sending("__Host-a=x.y.z; __Host-a=no; __Host-a=u.v.w; __Host-a=x.y.z; b=q.r.s")

        assert OURS.read_each(sent) == ["x.y.z", "u.v.w"]


@pytest.mark.usefixtures("clock")
class TestPutting:
    def test_says_all_that_a_browser_must_hold_to(self):
        answer, token = HttpResponse(), token_with(exp=NOW + 60)

        assert OURS.put(answer, token) == 60

        cookie = answer.cookies["__Host-a"]
        assert cookie.value == token
        assert {name: value for name, value in cookie.items() if value and name != "expires"} == {
            "path": "/",
            "max-age": 60,
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
        }

    def test_has_the_domain_and_the_secure_of_the_settings(self):
        answer = HttpResponse()

        with override_settings(
            DRF_JWT_KIT={"COOKIE_DOMAIN": "example.com", "COOKIE_SECURE": False}
        ):
            OURS.put(answer, token_with(exp=NOW + 60))

        cookie = answer.cookies["__Host-a"]
        assert (cookie["domain"], cookie["secure"]) == ("example.com", "")

    def test_clears_it_by_the_same_domain_and_samesite(self):
        answer = HttpResponse()

        with override_settings(DRF_JWT_KIT={"COOKIE_DOMAIN": "example.com"}):
            OURS.clear(answer)

        cookie = answer.cookies["__Host-a"]
        assert (cookie.value, cookie["max-age"]) == ("", 0)
        assert (cookie["domain"], cookie["samesite"]) == ("example.com", "Lax")

    def test_is_for_as_long_as_the_token_lives(self):
        assert seconds_left(token_with(exp=NOW + 7)) == 7

    def test_is_for_no_time_once_it_has_expired(self):
        assert seconds_left(token_with(exp=NOW - 7)) == 0


class TestTheSameGeneration:
    def test_is_told_by_the_identifier(self):
        assert is_same_generation(token_with(jti="a", exp=1), token_with(jti="a", exp=2))
        assert not is_same_generation(token_with(jti="a"), token_with(jti="b"))

    def test_is_told_by_the_claim_that_the_settings_name(self):
        with override_settings(SIMPLE_JWT={"JTI_CLAIM": "id"}):
            assert is_same_generation(token_with(id="a"), token_with(id="a"))

    def test_is_none_of_tokens_without_one(self):
        assert not is_same_generation(token_with(), token_with())


DROPPED = (
    "event=cookies_dropped page=shop.example why='Browsers drop Secure cookies that come over "
    "plain HTTP. Serve over HTTPS, or open the page as http://localhost while developing.'"
)


class TestCookiesThatABrowserDrops:
    def test_are_told_with_the_cure(self, caplog):
        tell_if_dropped(RequestFactory().get("/", headers={"origin": "http://shop.example"}))

        told = [(record.levelname, record.getMessage()) for record in caplog.records]
        assert told == [("WARNING", DROPPED)]

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"origin": "https://shop.example"},
            {"origin": "http://localhost"},
            {"origin": "http://"},
            {"origin": "http://[none"},
            {"origin": "http://shop.example", "sec-fetch-site": "same-origin"},
        ],
    )
    @pytest.mark.parametrize("secure", [True, False])
    def test_are_none_by_https_nor_on_ones_own_machine(self, headers, secure, caplog):
        tell_if_dropped(RequestFactory().get("/", headers=headers, secure=secure))

        assert caplog.records == []

    def test_are_none_where_the_answer_goes_over_https(self, caplog):
        headers = {"origin": "http://shop.example"}
        tell_if_dropped(RequestFactory().get("/", headers=headers, secure=True))

        assert caplog.records == []

    def test_are_none_where_they_are_not_secure(self, caplog):
        with override_settings(DRF_JWT_KIT={"COOKIE_SECURE": False}):
            tell_if_dropped(RequestFactory().get("/", headers={"origin": "http://shop.example"}))

        assert caplog.records == []


class TestWhichCookies:
    def test_have_their_names_and_samesites_of_their_own(self):
        assert access_cookie() == TokenCookie(name="__Host-access_token", samesite="Lax")
        assert refresh_cookie() == TokenCookie(name="__Host-refresh_token", samesite="Strict")

    def test_are_read_for_a_request_but_where_only_the_refresh_token_has_one(self):
        sent = sending("__Host-access_token=x.y.z")

        assert access_in(sent) == "x.y.z"
        with override_settings(DRF_JWT_KIT={"COOKIE_REFRESH_ONLY": True}):
            assert access_in(sent) is None
