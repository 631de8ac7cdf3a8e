"""The header with the token; what may be one is never named in the log."""

import logging
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from rest_framework.request import Request

from drf_jwt_kit.exceptions import BadAuthorizationHeader
from drf_jwt_kit.transports import challenge_of, header_of, is_read_after, token_in, vary


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        (b"Token secret-of-ada", "Token"),
        (b"JWT eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "JWT"),
        (b"eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "none"),
        (b"eyJhbGciOiJIUzI1NiJ9.e30.c2ln Bearer", "none"),
        (b"9944b09199c62bcf9418ad846dd0e4bb more", "none"),
        (b"Secret", "none"),
        (b"", "none"),
    ],
)
def test_another_scheme_is_named_for_whoever_reads_debug_lines(caplog, header, scheme):
    with caplog.at_level(logging.DEBUG, logger="drf_jwt_kit"):
        assert token_in(header) is None

    line = f"event=another_scheme scheme={scheme} wanted=Bearer"
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert told == [("DEBUG", line)]


def test_the_schemes_of_the_settings_are_named_beside_it(caplog):
    types = override_settings(SIMPLE_JWT={"AUTH_HEADER_TYPES": ("JWT", "Bearer")})
    with types, caplog.at_level(logging.DEBUG, logger="drf_jwt_kit"):
        token_in(b"Token secret")

    assert caplog.messages == ["event=another_scheme scheme=Token wanted=JWT,Bearer"]


def test_nothing_is_written_for_a_header_of_ours(caplog):
    with caplog.at_level(logging.DEBUG, logger="drf_jwt_kit"):
        token_in(b"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln")

    assert caplog.records == []


class TestTheTokenInAHeader:
    @pytest.mark.parametrize("header", [b"Bearer a.b.c", b"bearer  a.b.c", b"BEARER a.b.c "])
    def test_follows_our_word_in_any_case(self, header):
        assert token_in(header) == b"a.b.c"

    @pytest.mark.parametrize("header", [b"Bearer", b"Bearer ", b"Bearer a b", b"bearer a, b"])
    def test_is_one(self, header):
        with pytest.raises(BadAuthorizationHeader):
            token_in(header)


class TestTheHeader:
    def test_is_the_one_that_the_settings_name(self):
        request = RequestFactory().get("/", headers={"X-Token": "Bearer ü"})

        with override_settings(SIMPLE_JWT={"AUTH_HEADER_NAME": "HTTP_X_TOKEN"}):
            assert header_of(request) == b"Bearer \xfc"

    def test_may_be_bytes_already(self):
        assert header_of(RequestFactory().get("/", HTTP_AUTHORIZATION=b"Bearer a")) == b"Bearer a"

    def test_is_none_where_none_was_sent(self):
        assert header_of(RequestFactory().get("/")) is None


class TestTheChallenge:
    @pytest.mark.parametrize("header", [None, b"Basic YTpi", b""])
    def test_names_no_error_where_no_token_of_ours_came(self, header):
        assert challenge_of(header, "api") == 'Bearer realm="api"'

    def test_names_a_token_that_was_refused(self):
        said = challenge_of(b"Bearer a.b.c", "api")

        assert said.startswith('Bearer realm="api", error="invalid_token"')

    def test_names_a_header_that_is_wrong(self):
        said = challenge_of(b"Bearer a b", "api")

        assert said.startswith('Bearer realm="api", error="invalid_request"')

    def test_reads_the_header_as_its_view_does(self):
        assert challenge_of(b"Bearer a.b.c", "api", lambda header: None) == 'Bearer realm="api"'

    def test_has_the_first_word_of_the_settings(self):
        with override_settings(SIMPLE_JWT={"AUTH_HEADER_TYPES": ("JWT", "Bearer")}):
            assert challenge_of(None, "api") == 'JWT realm="api"'


def varying(*headers, **view):
    """What the headers of a view's answers are after a request was asked for ``headers``."""
    request = Request(RequestFactory().get("/"), parser_context={"view": SimpleNamespace(**view)})
    vary(request, *headers)
    return request.parser_context["view"]


class TestVary:
    @pytest.mark.parametrize(
        ("given", "then"),
        [
            ({}, "Cookie, Authorization"),
            ({"Vary": "Accept"}, "Accept, Cookie, Authorization"),
            ({"Vary": "Accept,  cookie"}, "Accept,  cookie, Authorization"),
        ],
    )
    def test_names_each_header_once(self, given, then):
        assert varying("Cookie", "Authorization", headers=given).headers == {"Vary": then}

    def test_is_added_to_an_answer_that_was_made_already(self):
        answer = HttpResponse()

        varying("Cookie", headers={}, response=answer)

        assert answer["Vary"] == "Cookie"

    def test_is_left_to_views_that_are_not_rest_frameworks(self):
        assert vary(RequestFactory().get("/"), "Cookie") is None
        assert vars(varying("Cookie")) == {}


class Asked:
    """An authentication class that reads ``scheme``, or cannot say which."""

    def __init__(self, scheme):
        self.scheme = scheme

    def get_header(self, request):
        return b"Token abc"

    def authenticate_header(self, request):
        if self.scheme is None:
            raise LookupError
        return f'{self.scheme} realm="{request.realm}"'


class OfOurs(Asked):
    pass


def is_read(*others, asked=True):
    ours = OfOurs("Bearer")
    asked_in_turn = [Asked("Token"), *[ours] * asked, *others]
    request = SimpleNamespace(authenticators=asked_in_turn, realm="the api")
    return is_read_after(ours, request, OfOurs)


class TestWhoElseReadsTheHeader:
    @pytest.mark.parametrize("before", [[], [Asked("Basic")], [Asked(None)]])
    def test_is_one_of_its_scheme_that_is_asked_later(self, before):
        assert is_read(*before, Asked("token"))

    @pytest.mark.parametrize("others", [[], [Asked("Basic")], [OfOurs("Token")], [Asked(None)]])
    def test_is_nobody_before_nor_of_ours_nor_of_another_scheme(self, others):
        assert not is_read(*others)

    def test_is_nobody_where_this_one_was_not_asked(self):
        assert not is_read(Asked("Token"), asked=False)

    def test_is_nobody_where_the_request_names_none(self):
        assert not is_read_after(OfOurs("Bearer"), SimpleNamespace(authenticators=None), OfOurs)
        assert not is_read_after(OfOurs("Bearer"), SimpleNamespace(), OfOurs)
