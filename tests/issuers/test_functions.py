"""ISSUER, AUDIENCE and KEYS as functions of the request: what one host issues, no other takes."""

import itertools
import re
from datetime import datetime, timezone

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import RequestFactory

from drf_jwt_kit import sessions
from drf_jwt_kit.conf.asking import for_request
from drf_jwt_kit.exceptions import KeysUnavailable, ServiceUnavailable
from drf_jwt_kit.keys import by_request, get_ring, get_signing_key
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from tests.conftest import Dropped, Kit, claims_of, forge
from tests.keys.material import private_pem

from . import shop

pytestmark = [
    pytest.mark.usefixtures("no_sockets"),
    pytest.mark.django_db,
    pytest.mark.urls("tests.issuers.shop"),
    pytest.mark.usefixtures("new_process"),
]

PAIRS = {
    host: private_pem(name)
    for host, name in (("a.test", "ES256"), ("b.test", "EdDSA"), (shop.NOWHERE, "ES384"))
}
FOR_ALL = {"key": "a key for all hosts, long enough for HS256", "algorithm": "HS256"}
FUNCTIONS = {"ISSUER": shop.issuer, "AUDIENCE": shop.audience, "KEYS": [shop.keys]}


class At(Kit):
    """A client of one host."""

    def __init__(self, host):
        super().__init__(HTTP_HOST=host)


@pytest.fixture
def here():
    return At("a.test")


@pytest.fixture
def there():
    return At("b.test")


@pytest.fixture(params=[*FUNCTIONS, "all"])
def kit_settings(request, settings):
    """One of the settings as a function, or all of them."""
    settings.DRF_JWT_KIT = {
        name: value for name, value in FUNCTIONS.items() if request.param in {name, "all"}
    }
    return settings.DRF_JWT_KIT


@pytest.fixture
def issuer(settings):
    settings.DRF_JWT_KIT = {"ISSUER": shop.issuer}


@pytest.mark.usefixtures("kit_settings")
class TestAnyOfThem:
    @pytest.mark.parametrize("path", ["/api/secure/", "/api/stateless/", "/api/token/sessions/"])
    def test_a_token_is_taken_where_it_was_issued(self, here, user, path):
        assert here.get_with(here.sign_in(user).access, path).status_code == 200

    @pytest.mark.parametrize("path", ["/api/secure/", "/api/stateless/", "/api/token/sessions/"])
    def test_it_is_refused_elsewhere(self, here, there, user, path):
        access = here.sign_in(user).access
        assert here.get_with(access, path).status_code == 200

        answer = there.get_with(access, path)

        assert (answer.status_code, answer.json()["reason"]) == (401, "invalid")

    def test_being_refused_elsewhere_changes_nothing_where_it_was_issued(self, here, there, user):
        access = here.sign_in(user).access

        answers = [host.get_with(access) for host in (here, there, there, here)]

        assert [answer.status_code for answer in answers] == [200, 401, 401, 200]

    def test_a_refresh_token_is_refused_elsewhere(self, here, there, user):
        tokens = here.sign_in(user)

        assert there.refresh(tokens.refresh).status_code == 401
        assert here.refresh(tokens.refresh).status_code == 200

    def test_what_a_refresh_answers_is_of_the_same_host(self, here, there, user):
        access = here.rotate(here.sign_in(user).refresh).access

        assert here.get_with(access).status_code == 200
        assert there.get_with(access).status_code == 401

    def test_verify_and_logout_refuse_it_elsewhere_too(self, here, there, user):
        tokens = here.sign_in(user)

        assert there.verify(tokens.access).status_code == 401
        assert there.logout(tokens.refresh).status_code == 401
        assert here.verify(tokens.access).status_code == 200
        assert here.logout(tokens.refresh).status_code == 200

    def test_a_session_that_the_project_begins_is_of_the_same_host(self, here, there, user):
        bearer = {"Authorization": f"Bearer {here.sign_in(user).access}"}
        started = here.post("/api/elsewhere/", headers=bearer).json()["started"]

        assert here.get_with(started).status_code == 200
        assert there.get_with(started).status_code == 401

    def test_a_token_made_without_a_request_gets_none(self, here, user):
        access = sessions.start(user).access

        assert AccessToken(access).user_id == str(user.pk)
        assert here.get_with(access).status_code == 401

    def test_a_token_class_in_a_view_gets_none(self, here, user):
        bearer = {"Authorization": f"Bearer {here.sign_in(user).access}"}
        made = here.post("/api/elsewhere/", headers=bearer).json()["made"]

        assert RefreshToken(made).session_id
        assert here.refresh(made).status_code == 401

    def test_whoever_knows_the_request_says_so(self, rf, here, user):
        with for_request(rf.get("/", HTTP_HOST="a.test")):
            access = str(RefreshToken.for_user(user).access_token)

        assert here.get_with(access).status_code == 200

    def test_the_checks_are_silent(self):
        said = run_checks(include_deployment_checks=True)

        assert [one.id for one in said if re.match(r"drf_jwt_kit\.E", one.id)] == []

    def test_the_key_set_is_served(self, here):
        assert here.get("/api/token/jwks/").status_code == 200

    def test_commands_run(self, capsys):
        call_command("jwtkit", "keys", "list")
        call_command("jwtkit", "sessions", "list")

        assert capsys.readouterr().out


class TestIssuer:
    @pytest.mark.parametrize("answer", [7, True, "", b"bytes", [], {}, 1.5], ids=repr)
    @pytest.mark.parametrize("name", ["ISSUER", "AUDIENCE"])
    def test_nonsense_says_what_to_do(self, user, settings, name, answer):
        settings.DRF_JWT_KIT = {name: lambda request: answer}

        with pytest.raises(ImproperlyConfigured, match=f"{name} is the function .* let it return"):
            sessions.start(user)

    def test_the_message_is_whole(self, user, rf, settings):
        settings.DRF_JWT_KIT = {"ISSUER": seven}

        with pytest.raises(ImproperlyConfigured) as error:
            sessions.start(user, rf.get("/"))

        assert str(error.value) == (
            "ISSUER is the function seven, which returned int for a request. It gets a request, "
            "or None where tokens are made or read outside of one; let it return a string that is "
            "not empty, or None."
        )

    def test_an_async_function_is_nonsense(self, user, settings):
        async def answer(request):
            return "https://a.test"

        settings.DRF_JWT_KIT = {"ISSUER": answer}

        with pytest.raises(ImproperlyConfigured, match="returned coroutine for no request"):
            sessions.start(user)

    def test_it_gets_djangos_own_request(self, here, user, settings):
        seen = []
        settings.DRF_JWT_KIT = {"ISSUER": lambda request: seen.append(request) or "https://a.test"}

        here.get_with(here.sign_in(user).access)

        assert {type(request).__name__ for request in seen} == {"WSGIRequest"}

    def test_none_is_not_whatever_issuer(self, here, user, settings):
        settings.DRF_JWT_KIT = {"ISSUER": lambda request: None}
        access = here.sign_in(user).access

        assert here.get_with(access).status_code == 200
        assert here.get_with(forge(access, iss="https://b.test")).status_code == 401

    def test_a_token_without_an_issuer_is_refused(self, here, user, issuer):
        access = here.sign_in(user).access

        with for_request(_request("a.test")):
            bare = forge(access, iss=Dropped)

        assert here.get_with(bare).status_code == 401

    def test_a_dotted_path_is_an_issuer_and_no_function(self, user, settings):
        settings.DRF_JWT_KIT = {"ISSUER": "tests.issuers.shop.issuer"}

        assert claims_of(sessions.start(user).access)["iss"] == "tests.issuers.shop.issuer"

    def test_an_error_of_the_function_is_the_projects(self, user, settings):
        settings.DRF_JWT_KIT = {"ISSUER": lambda request: request.tenant}

        with pytest.raises(AttributeError, match="tenant"):
            sessions.start(user)


class TestKeys:
    @pytest.fixture(autouse=True)
    def a_key_for_each_host(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": shop.keys}

    def test_a_ring_is_remembered_for_those_who_have_the_same_keys(self):
        assert _ring_at("a.test") is _ring_at("a.test")

    def test_it_is_of_nobody_else(self):
        assert _ring_at("a.test").signing.kid != _ring_at("b.test").signing.kid
        assert _ring_at("a.test").signing.kid != get_ring().signing.kid

    def test_the_name_of_a_function_does_as_well(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": ["tests.issuers.shop.keys"]}

        assert _ring_at("a.test").signing.kid != _ring_at("b.test").signing.kid

    def test_keys_for_all_may_follow(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": [shop.keys, FOR_ALL]}

        assert _ring_at("a.test").retiring == _ring_at("b.test").retiring != ()

    def test_a_function_without_that_parameter_is_called_as_ever(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": shop.keys_for_all}

        assert _ring_at("a.test") is _ring_at("b.test")

    @pytest.mark.parametrize("outer", [lambda: shop.keys, lambda request: [shop.keys]])
    def test_a_function_in_an_answer_knows_no_request(self, settings, outer):
        # What is made of an answer is remembered by the answer, which would be the same for both.
        settings.DRF_JWT_KIT = {"KEYS": shop.keys_for_all}
        nobodys = get_ring().signing
        settings.DRF_JWT_KIT = {"KEYS": outer}

        assert [_ring_at(host).signing for host in ("a.test", "b.test")] == [nobodys, nobodys]

    def test_the_key_set_is_that_of_the_host(self, here, there, settings):
        settings.DRF_JWT_KIT = {"KEYS": pairs}

        answers = [client.get("/api/token/jwks/") for client in (here, there, here)]

        kids = [answer.json()["keys"][0]["kid"] for answer in answers]
        assert kids[0] == kids[2] != kids[1]
        assert len({answer.headers["ETag"] for answer in answers}) == 2
        assert {answer.headers["Cache-Control"] for answer in answers} == {"private, max-age=200"}

    def test_one_that_fails_is_named(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": [shop.keys]}

        with (
            for_request(_request("stranger.test")),
            pytest.raises(KeysUnavailable) as unavailable,
        ):
            get_ring()
        assert "KEYS'][0] is the function keys" in str(unavailable.value.__cause__)

    def test_a_function_that_cannot_say_its_parameters_is_called_without(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": dict}

        with pytest.raises(ImproperlyConfigured, match="the answer of dict is not"):
            get_ring()

    def test_nonsense_is_named(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": lambda request: 7}

        with pytest.raises(ImproperlyConfigured, match=r"the answer of .*lambda.* is not a dict"):
            get_ring()

    def test_the_checks_call_it_with_none(self, settings):
        seen = []
        settings.DRF_JWT_KIT = {"KEYS": lambda request: seen.append(request) or shop.keys(request)}

        run_checks()

        assert set(seen) == {None}

    def test_its_keys_are_read_again(self, settings, tmp_path, monkeypatch):
        file = tmp_path / "key"
        file.write_text("the first key in this file, long enough")
        settings.DRF_JWT_KIT = {"KEYS": lambda request: {"file": str(file), "algorithm": "HS256"}}
        first, now = get_ring().signing, [by_request.time.monotonic()]
        monkeypatch.setattr(by_request.time, "monotonic", lambda: now[0])
        file.write_text("the second key in this file, long enough")

        assert get_ring().signing == first
        now[0] += 11
        assert get_ring().signing != first

    def test_keys_that_cannot_be_read_again_are_kept_for_an_hour(
        self, settings, tmp_path, monkeypatch
    ):
        file = tmp_path / "key"
        file.write_text("the only key in this file, long enough")
        settings.DRF_JWT_KIT = {"KEYS": lambda request: {"file": str(file), "algorithm": "HS256"}}
        first, now = get_ring(), [by_request.time.monotonic()]
        monkeypatch.setattr(by_request.time, "monotonic", lambda: now[0])
        file.unlink()

        now[0] += 3590
        assert get_ring() is first
        now[0] += 20
        with pytest.raises(ServiceUnavailable):
            get_signing_key()

    @pytest.mark.parametrize("hiding", [shop.masked_keys, shop.callable_keys])
    def test_answers_whose_text_hides_the_difference_are_told_apart(self, settings, hiding):
        settings.DRF_JWT_KIT = {"KEYS": [hiding]}

        rings = [_ring_at(host) for host in ("a.test", "b.test", "a.test")]

        assert rings[0].signing == rings[2].signing != rings[1].signing

    def test_bytes_and_dates_in_an_answer_are_the_same_answer_each_time(self, settings):
        since = datetime(2026, 1, 1, tzinfo=timezone.utc)
        secret = shop.SECRETS["a.test"].encode()
        answer = {"key": secret, "algorithm": "HS256", "since": since}
        settings.DRF_JWT_KIT = {"KEYS": lambda request: dict(answer)}

        assert get_ring() is get_ring()

    def test_a_process_remembers_a_thousand_rings(self, settings, monkeypatch):
        monkeypatch.setattr(by_request, "MOST", 2)
        rings = [_ring_at(host) for host in ("a.test", "b.test", shop.NOWHERE)]

        assert len(by_request._rings) == 2
        assert _ring_at(shop.NOWHERE) is rings[2]
        assert _ring_at("a.test") is not rings[0]

    def test_the_ring_that_was_not_used_for_longest_is_forgotten(self, settings, monkeypatch):
        settings.DRF_JWT_KIT = {"KEYS": shop.keys}
        ticks = itertools.count()
        monkeypatch.setattr(by_request.time, "monotonic", lambda: next(ticks) / 1000)
        monkeypatch.setattr(by_request, "MOST", 2)
        first, second = _ring_at("a.test"), _ring_at("b.test")

        assert _ring_at("a.test") is first
        _ring_at(shop.NOWHERE)
        assert _ring_at("a.test") is first
        assert _ring_at("b.test") is not second

    def test_keys_that_another_thread_has_read_meanwhile_are_not_read_again(self):
        read = []
        ring = by_request._Ring([lambda: read.append("once") or shop.keys_for_all()])
        lock = ring._lock

        class TakenByAnother:
            """Lets go of it when the keys are read."""

            def __enter__(self):
                ring._lock = lock
                ring.current()

            def __exit__(self, *error):
                pass

        ring._lock = TakenByAnother()
        ring.current()

        assert read == ["once"]


def seven(request):
    return 7


def pairs(request):
    return {"key": PAIRS[shop.host_of(request)]}


def _request(host):
    return RequestFactory().get("/", HTTP_HOST=host)


def _ring_at(host):
    with for_request(_request(host)):
        return get_ring()
