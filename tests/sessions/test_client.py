"""What a session remembers of the client that logged in, and what it does not believe."""

import sys
from types import SimpleNamespace

import pytest
from django.test import RequestFactory, override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import client

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PROXY, STRANGER, VICTIM = "10.0.0.1", "203.0.113.7", "198.51.100.9"


def request_from(address=STRANGER, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=address)


def behind(proxies):
    return override_settings(DRF_JWT_KIT={"NUM_PROXIES": proxies})


class TestDeviceWithTheExtra:
    @pytest.fixture(autouse=True)
    def _extra(self):
        pytest.importorskip("ua_parser", reason="the extra `devices` is not installed")

    def test_does_not_compile_every_pattern_at_the_first_login_of_a_process(self):
        assert client.device_name(FIREFOX)

        assert "ua_parser_builtins.matchers" not in sys.modules

    @pytest.mark.parametrize(
        ("user_agent", "name"),
        [
            (FIREFOX, "Firefox on Windows"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
                "like Gecko) Version/18.4 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1",
                "Safari on iOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("", ""),
            ("nobody knows me", ""),
        ],
    )
    def test_is_what_its_owner_would_call_it(self, user, user_agent, name):
        sessions.start(user, request_from(User_Agent=user_agent))

        assert Session.objects.get().device == name

    def test_is_what_the_list_of_sessions_shows(self, kit, user):
        tokens = kit.sign_in(user, User_Agent=FIREFOX)

        assert kit.sessions(tokens.access)[0]["device"] == "Firefox on Windows"

    def test_is_the_raw_user_agent_where_nobody_knows(self, kit, user):
        tokens = kit.sign_in(user, User_Agent="nobody knows me")

        assert kit.sessions(tokens.access)[0]["device"] == "nobody knows me"

    def test_is_found_once_and_not_at_every_refresh(self, kit, user, monkeypatch):
        tokens = kit.sign_in(user, User_Agent=FIREFOX)
        monkeypatch.setattr(client, "parse", None)

        kit.rotate(tokens.refresh)

        assert tokens.session.device == "Firefox on Windows"

    def test_parses_no_more_than_512_characters(self, user, monkeypatch):
        seen = []
        monkeypatch.setattr(client, "parse", lambda text: seen.append(text) or client_nobody)

        sessions.start(user, request_from(User_Agent="x" * 8000))

        assert [len(text) for text in seen] == [512]

    @pytest.mark.parametrize(
        "user_agent",
        ["<script>alert(1)</script>bot/1", "\x1b[31mRed-crawler/1.0", "b\u202eot/1.0 (x)bot"],
    )
    def test_holds_nothing_that_a_page_or_a_terminal_would_run(self, user_agent):
        name = client.device_name(user_agent)

        assert name
        assert name.isascii()
        assert name.isprintable()
        assert not set("<>&\"'[];") & set(name)

    def test_is_cut_after_100_characters(self, user, monkeypatch):
        """No family that the parser knows is as long, but some are the client's own words."""
        browser = SimpleNamespace(family="b" * 101)
        found = SimpleNamespace(user_agent=browser, os=None)
        monkeypatch.setattr(client, "parse", lambda text: found)

        sessions.start(user, request_from(User_Agent="any"))

        assert Session.objects.get().device == "b" * 100


client_nobody = SimpleNamespace(user_agent=None, os=None)


class TestDeviceWithoutTheExtra:
    def test_is_the_raw_user_agent(self, kit, user, monkeypatch):
        monkeypatch.setattr(client, "parse", None)

        tokens = kit.sign_in(user, User_Agent=FIREFOX)

        assert tokens.session.device == ""
        assert kit.sessions(tokens.access)[0]["device"] == FIREFOX


class TestUserAgent:
    def test_is_stored_without_control_characters(self, user):
        sessions.start(user, request_from(User_Agent="a\0b\x1b[2Jc\td"))

        assert Session.objects.get().user_agent == "ab[2Jcd"


class TestNothingIsKept:
    def test_nothing_of_the_client_is_kept_where_record_client_is_off(self, kit, user):
        with override_settings(DRF_JWT_KIT={"RECORD_CLIENT": False}):
            row = kit.sign_in(user, User_Agent=FIREFOX).session

        assert (row.user_agent, row.device, row.ip) == ("", "", None)


class TestAddress:
    @pytest.mark.parametrize(
        "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "Client-IP"]
    )
    def test_is_not_changed_by_a_header(self, user, header):
        sessions.start(user, request_from(**{header: VICTIM}))

        assert Session.objects.get().ip == STRANGER

    def test_is_what_the_outermost_proxy_has_seen(self):
        with behind(1):
            assert client.address_of(request_from(PROXY, X_Forwarded_For=STRANGER)) == STRANGER
        with behind(2):
            hops = f"{STRANGER}, {PROXY}"
            assert client.address_of(request_from(PROXY, X_Forwarded_For=hops)) == STRANGER

    def test_is_not_changed_by_what_a_client_wrote_before(self, user):
        forged = f"{VICTIM}, {VICTIM},{STRANGER}"

        with behind(1):
            sessions.start(user, request_from(PROXY, X_Forwarded_For=forged))

        assert Session.objects.get().ip == STRANGER

    @pytest.mark.parametrize("headers", [{}, {"X_Forwarded_For": STRANGER}])
    def test_is_unknown_where_a_request_went_round_a_proxy(self, headers):
        with behind(2):
            assert client.address_of(request_from(PROXY, **headers)) is None

    @pytest.mark.parametrize(
        "text", ["", " ", "unknown", "_hidden", "1.2.3.4.5", "<b>", "::1::", "1" * 9000, "é", "[]"]
    )
    def test_is_unknown_where_it_is_none(self, kit, user, text):
        with behind(1):
            tokens = kit.sign_in(user, X_Forwarded_For=text)

        assert tokens.session.ip is None

    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("203.0.113.7:51234", "203.0.113.7"),
            ("[2001:db8::7]:51234", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:DB8:0::7", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("fe80::1%eth0", "fe80::1"),
        ],
    )
    def test_is_read_as_servers_write_it(self, text, address):
        with behind(1):
            assert client.address_of(request_from(PROXY, X_Forwarded_For=f" {text} ")) == address
