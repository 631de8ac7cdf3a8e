"""``jwtkit decode``: what a token holds, and what is wrong with it, in words."""

import io
import json
from datetime import timedelta

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import KeysUnavailable
from drf_jwt_kit.jose import faults
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.models import Session
from tests.conftest import Dropped, claims_of, forge, make_user

DECODE = "drf_jwt_kit.management.subcommands.decode"


class Terminal:
    """Somebody types there."""

    def isatty(self):
        return True


class Decoded:
    """What the command has written, and how it ended."""

    def __init__(self, text, error):
        self.text, self.error = text, error
        self.status = 0 if error is None else error.returncode

    @property
    def data(self):
        return json.loads(self.text)

    @property
    def codes(self):
        return [fault["code"] for fault in self.data["faults"]]

    @property
    def says(self):
        return " ".join(fault["text"] for fault in self.data["faults"])


@pytest.fixture
def decode(monkeypatch, db):
    """Pipe a text into ``jwtkit decode``."""

    def run(text, *words):
        out, error = io.StringIO(), None
        monkeypatch.setattr("sys.stdin", io.StringIO(text) if isinstance(text, str) else text)
        try:
            call_command("jwtkit", "decode", *words, stdout=out)
        except CommandError as raised:
            error = raised
        return Decoded(out.getvalue(), error)

    return run


@pytest.fixture
def faults_of_token(decode):
    """The same, answered as JSON."""
    return lambda text, *words: decode(text, "--json", *words)


class TestAGoodToken:
    def test_says_what_it_holds(self, decode, signed_in):
        found = decode(signed_in.access)

        assert found.status == 0
        assert found.text.startswith("Access token, with this header and these claims:\n")
        assert f"  sid = '{signed_in.session.pk}'\n" in found.text
        assert "\nIts session: live\nNothing is wrong with it.\n" in found.text

    def test_says_its_times_in_words(self, clock, decode, kit, user):
        found = decode(kit.sign_in(user).access)

        assert "(2026-01-01 12:15:00 UTC)" in found.text

    def test_says_it_to_a_program(self, faults_of_token, signed_in):
        found = faults_of_token(signed_in.access).data

        assert found["accepted"] is True
        assert (found["kind"], found["origin"], found["session"]) == ("access", "ours", "live")
        assert found["claims"] == claims_of(signed_in.access)

    @pytest.mark.parametrize("copied", ["{}\n", "Bearer {}", '"{}"', "  '{}'  "])
    def test_may_be_copied_with_what_stands_around_it(self, decode, signed_in, copied):
        assert decode(copied.format(signed_in.access)).status == 0

    def test_changes_nothing(self, decode, signed_in, rows):
        before = rows()

        decode(signed_in.refresh)

        assert rows() == before

    @pytest.mark.parametrize("words", [[], ["--json"]])
    @pytest.mark.parametrize("kind", ["access", "refresh"])
    def test_is_never_written_whole(self, decode, signed_in, kind, words):
        token = getattr(signed_in, kind)

        text = decode(token, *words).text

        assert not any(part in text for part in token.split("."))

    def test_shows_nothing_that_binds_a_refresh_token_to_its_row(self, faults_of_token, signed_in):
        found = faults_of_token(signed_in.refresh).data

        assert found["claims"]["jti"] == "(not shown)"
        assert claims_of(signed_in.refresh)["jti"] not in json.dumps(found)


class TestHowItIsGiven:
    def test_an_argument_is_refused_and_not_repeated(self, decode, signed_in):
        found = decode("", signed_in.access)

        assert found.status == 2
        assert "history of the shell" in str(found.error)
        assert signed_in.access not in str(found.error)

    def test_one_that_is_typed_is_not_shown(self, decode, signed_in, monkeypatch):
        monkeypatch.setattr("getpass.getpass", lambda _prompt: signed_in.access)

        assert decode(Terminal()).status == 0

    def test_nothing_at_all_is_told(self, decode):
        found = decode(" \n")

        assert found.status == 2
        assert "Nothing came in" in str(found.error)

    @pytest.mark.parametrize("expected", ["access", "refresh"])
    def test_a_token_of_the_other_kind_is_told(self, faults_of_token, signed_in, expected):
        other = {"access": signed_in.refresh, "refresh": signed_in.access}[expected]

        assert faults_of_token(other, "--as", expected).codes == ["wrong_type"]
        assert faults_of_token(getattr(signed_in, expected), "--as", expected).codes == []


class TestTheForm:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("a.b", "It has 2 parts between dots, and a token has three."),
            ("a.b.c.d.e", "It has five parts: it is encrypted (JWE), and none of ours is."),
            ("a" * 8193, "It is longer than 8192 characters."),
            ("a.b=.c", "It has characters that no token has: one was lost, added or escaped on"),
            ("ä.b.c", "It has characters that no token has"),
            ("a.b.c", "Its header cannot be read as a JSON object with members."),
            ("e30.e30.c", "Its header cannot be read as a JSON object with members."),
            ("eyJhIjoxfQ.W10.c", "Its claims cannot be read as a JSON object with members."),
        ],
    )
    def test_what_is_no_token_is_told(self, faults_of_token, text, says):
        found = faults_of_token(text)

        assert found.status == 1
        assert found.codes == ["form"]
        assert found.says.startswith(says)

    def test_a_text_that_cannot_be_verified_says_so(self, decode):
        assert decode("a.b").text.startswith("A token that could not be verified, with this header")


class TestTheSignature:
    def test_an_unknown_key_is_named_beside_those_that_are_known(self, faults_of_token, signed_in):
        key = get_ring().signing
        claims = claims_of(signed_in.access)
        other = jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "of-test", "typ": "at+jwt"})

        found = faults_of_token(other)

        assert found.codes == ["unknown_key"]
        assert found.says == (
            f"It is signed by a key that is not known here: 'of-test'. Known are: {key.kid}."
        )

    def test_a_token_without_the_name_of_a_key_is_told(self, faults_of_token, signed_in):
        other = jwt.encode(claims_of(signed_in.access), "x" * 32, "HS256")

        found = faults_of_token(other)

        assert found.codes == ["unknown_key", "wrong_type"]
        assert found.says.startswith("Its header names no key (kid), as tokens of Simple JWT do.")

    def test_another_algorithm_than_the_keys_is_told(self, faults_of_token, signed_in):
        headers = {"kid": get_ring().signing.kid, "typ": "at+jwt"}
        other = jwt.encode(claims_of(signed_in.access), "x" * 64, "HS512", headers=headers)

        assert faults_of_token(other).codes == ["algorithm"]

    def test_a_critical_extension_is_told(self, faults_of_token, signed_in):
        headers = {"kid": get_ring().signing.kid, "typ": "at+jwt", "crit": ["exp"]}
        other = jwt.encode(claims_of(signed_in.access), "x" * 32, "HS256", headers=headers)

        assert faults_of_token(other).codes == ["crit"]

    def test_one_that_was_changed_is_told(self, faults_of_token, signed_in):
        head, _, _ = signed_in.access.rpartition(".")

        assert faults_of_token(f"{head}.{'A' * 43}").codes == ["signature"]

    def test_a_key_that_has_lapsed_is_not_known(self, decode, signed_in, monkeypatch):
        def lapsed(*_args, **_kwargs):
            raise KeysUnavailable

        monkeypatch.setattr("drf_jwt_kit.sessions.diagnosis.read", lapsed)

        found = decode(signed_in.access)

        assert found.status == 2
        assert str(found.error).startswith("Nobody can tell now: ")


@pytest.fixture
def at_noon(clock, kit, user):
    """An access token of a login at noon, which it is still."""
    return kit.sign_in(user).access


class TestTheClaims:
    @pytest.mark.parametrize(
        ("changes", "code", "says"),
        [
            ({"exp": 1767268800 - 180}, "expired", "It expired 3 min ago."),
            ({"exp": 1767268800 - 7200}, "expired", "It expired 2 h ago."),
            ({"exp": 1767268800 - 86400}, "expired", "It expired 1 day ago."),
            ({"exp": 1767268800 - 200000}, "expired", "It expired 2 days ago."),
            ({"exp": 1767268800 - 5}, "expired", "It expired 5 s ago."),
            ({"exp": Dropped}, "exp", "It does not say when it expires (exp), in whole seconds."),
            ({"exp": 1767268800 * 2}, "exp", "It says that it expires in 20454 days: too far."),
            ({"nbf": 1767268800 + 600}, "nbf", "It is not valid before 10 min from now (nbf)."),
            ({"nbf": "soon"}, "nbf", "Its nbf is no number."),
            ({"nbf": float("inf")}, "nbf", "Its nbf is no number."),
            ({"exp": 10**400}, "exp", "It does not say when it expires (exp), in whole seconds."),
            ({"aud": "shop"}, "audience", "It is meant for an audience (aud), 'shop', and none"),
            ({"user_id": Dropped}, "invalid", "A claim of the protocol is missing"),
            ({"token_type": "refresh"}, "wrong_type", "The claim that names its type contradicts"),
            ({"sid": Dropped}, "no_session", "It belongs to no session: AccessToken.for_user has"),
        ],
    )
    def test_one_that_is_wrong_is_told(self, at_noon, faults_of_token, changes, code, says):
        token = forge(at_noon, **changes)

        found = faults_of_token(token)

        assert found.codes == [code]
        assert found.says.startswith(says)

    def test_another_issuer_is_told(self, settings, faults_of_token, signed_in):
        settings.DRF_JWT_KIT = {"ISSUER": "https://shop.example"}

        found = faults_of_token(signed_in.access)

        assert found.codes == ["issuer"]
        assert found.says == "Its issuer (iss) is None. Expected is 'https://shop.example'."

    def test_an_issuer_where_a_function_names_none_is_told(
        self, settings, faults_of_token, signed_in
    ):
        settings.DRF_JWT_KIT = {"ISSUER": lambda request: None}

        found = faults_of_token(forge(signed_in.access, iss="https://other.example"))

        assert found.codes == ["issuer"]

    @pytest.mark.parametrize("audience", ["shop", ["shop", "desk"]])
    @pytest.mark.parametrize("said", ["other", ["other", 1], Dropped])
    def test_another_audience_is_told(self, settings, faults_of_token, signed_in, audience, said):
        settings.DRF_JWT_KIT = {"AUDIENCE": audience}

        assert faults_of_token(forge(signed_in.access, aud=said)).codes == ["audience"]

    def test_a_good_audience_beside_an_expired_time_is_no_fault(
        self, settings, clock, kit, user, faults_of_token
    ):
        settings.DRF_JWT_KIT = {"AUDIENCE": ["shop", "desk"]}
        token = kit.sign_in(user).access
        clock.shift(timedelta(minutes=16))

        assert faults_of_token(token).codes == ["expired"]

    def test_a_time_beyond_all_calendars_stays_a_number(self, decode, signed_in):
        text = decode(forge(signed_in.access, iat=2**39, auth_time=-1)).text

        assert f"  iat = {2**39}\n" in text
        assert "  auth_time = -1\n" in text


class TestTheSession:
    def test_one_that_has_ended_is_told_with_the_reason(self, clock, kit, user, faults_of_token):
        signed_in = kit.sign_in(user)
        kit.logout(signed_in.refresh)

        found = faults_of_token(signed_in.access)

        assert found.codes == ["session_ended"]
        assert found.says == "Its session has ended: logged out, at 2026-01-01 12:00:00 UTC."

    def test_one_that_was_idle_for_too_long_is_told(self, clock, kit, user, faults_of_token):
        signed_in = kit.sign_in(user)
        clock.shift(timedelta(days=2))

        found = faults_of_token(signed_in.refresh)

        assert found.codes == ["expired", "session_ended"]
        assert found.says.endswith("Its session has ended: was not refreshed in time.")

    def test_one_that_is_gone_is_told(self, faults_of_token, signed_in):
        Session.objects.all().delete()

        assert faults_of_token(signed_in.access).codes == ["session_unknown"]

    def test_an_older_refresh_token_is_told_before_it_is_used(
        self, past_leeway, kit, user, faults_of_token
    ):
        first = kit.sign_in(user)
        kit.rotate(first.refresh)
        past_leeway()

        found = faults_of_token(first.refresh)

        assert found.codes == ["reused"]
        assert first.session.revoked_at is None

    def test_a_refresh_token_of_a_bound_session_is_told(self, settings, faults_of_token, signed_in):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        Session.objects.update(bound_key="{}", bound_since=0)

        found = faults_of_token(signed_in.refresh)

        assert found.codes == ["unproven"]
        assert found.says == (
            "Its session is bound to a key of its browser, which alone can refresh it."
        )

    def test_a_refresh_token_from_the_future_is_told(self, faults_of_token, signed_in):
        session = signed_in.session
        token = forge(signed_in.refresh, gen=5, jti=session.jti_of(5))

        assert faults_of_token(token).codes == ["ahead"]

    def test_a_token_that_names_another_user_is_told(self, faults_of_token, signed_in):
        other = make_user("grace")

        found = faults_of_token(forge(signed_in.access, user_id=str(other.pk)))

        assert found.codes == ["other_user"]

    def test_an_expired_token_whose_claims_are_wrong_is_read_no_further(
        self, clock, kit, user, faults_of_token
    ):
        token = forge(kit.sign_in(user).access, sid="none")
        clock.shift(timedelta(hours=1))

        found = faults_of_token(token)

        assert found.codes == ["expired"]
        assert found.data["kind"] is None

    def test_one_whose_database_is_away_is_not_known(self, decode, signed_in, monkeypatch):
        def away(*_args):
            raise OperationalError("no route to host")

        monkeypatch.setattr("drf_jwt_kit.sessions.diagnosis.rows.find_again", away)

        found = decode(signed_in.access)

        assert found.status == 2
        assert str(found.error) == "Nobody can tell now: OperationalError"


class TestATokenOfSimpleJWT:
    @pytest.fixture(autouse=True)
    def adopted(self, settings):
        settings.SIMPLE_JWT = {"SIGNING_KEY": "k" * 32}
        settings.DRF_JWT_KIT = {
            "KEYS": "SECRET_KEY",
            "ADOPT_SIMPLEJWT_TOKENS_UNTIL": sessions.rows.now() + timedelta(days=1),
        }

    def token(self, kind, user_id):
        claims = {"token_type": kind, "jti": "1", "user_id": user_id}
        claims["exp"] = int((sessions.rows.now() + timedelta(hours=1)).timestamp())
        return jwt.encode(claims, "k" * 32, "HS256")

    def test_a_refresh_token_has_begun_nothing_yet(self, faults_of_token, user):
        found = faults_of_token(self.token("refresh", str(user.pk))).data

        assert (found["accepted"], found["origin"]) == (True, "simple_jwt")
        assert found["session"] == "not begun yet"

    def test_an_access_token_needs_its_user_alone(self, faults_of_token, user):
        assert faults_of_token(self.token("access", str(user.pk))).codes == []
        assert faults_of_token(self.token("access", "0")).codes == ["no_user"]


def test_a_length_of_time_is_told_in_its_largest_unit():
    assert [faults.span(one) for one in (59, 60, 3600, 86400, 172800)] == [
        *("59 s", "1 min", "1 h", "1 day", "2 days")
    ]
