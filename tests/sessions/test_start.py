"""``sessions.start``, ``RefreshToken.for_user`` and what Simple JWT's users do with tokens."""

from datetime import timedelta

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import RequestFactory, override_settings
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken, NoActiveAccount
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.signals import session_started
from drf_jwt_kit.tokens import AccessToken, RefreshToken, UntypedToken
from tests.conftest import NOON, Dropped, claims_of, forge

pytestmark = pytest.mark.django_db


class TestStart:
    def test_ends_another_kind_of_login_in_the_same_tokens(self, kit, user):
        pair = sessions.start(user)

        assert kit.get_with(pair.access).status_code == 200
        assert kit.refresh(pair.refresh).status_code == 200

    def test_start_takes_two_queries(self, user, queries):
        with queries() as made:
            sessions.start(user)

        assert [sql.split()[0] for sql in made] == ["INSERT", "SELECT"]

    def test_remembers_where_a_request_came_from(self, user):
        request = RequestFactory().get("/", headers={"User-Agent": "Phone"}, REMOTE_ADDR="::1")

        sessions.start(user, request, name="My phone")

        row = Session.objects.get()
        assert (row.user_agent, row.ip, row.name) == ("Phone", "::1", "My phone")

    @pytest.mark.parametrize("zone", ["%eth0", "%" + "A" * 400])
    def test_leaves_out_the_zone_of_an_address(self, user, zone):
        sessions.start(user, RequestFactory().get("/", REMOTE_ADDR="fe80::1" + zone))

        assert Session.objects.get().ip == "fe80::1"

    def test_takes_a_name_of_any_kind(self, user):
        sessions.start(user, name="a\0\ud800" + "b" * 200)

        assert Session.objects.get().name == "a" + "b" * 99

    @pytest.mark.parametrize("address", ["", "unix:", "not an address"])
    def test_leaves_out_an_address_that_is_none(self, user, address):
        sessions.start(user, RequestFactory().get("/", REMOTE_ADDR=address))

        assert Session.objects.get().ip is None

    def test_shortens_a_long_user_agent(self, user):
        sessions.start(user, RequestFactory().get("/", headers={"User-Agent": "x" * 8000}))

        assert len(Session.objects.get().user_agent) == 512

    def test_puts_a_scope_into_the_access_token_for_the_whole_session(self, kit, user):
        pair = sessions.start(user, scope="orders:read orders:write")

        assert claims_of(pair.access)["scope"] == "orders:read orders:write"
        assert claims_of(kit.rotate(pair.refresh).access)["scope"] == "orders:read orders:write"

    def test_takes_a_scope_that_just_fits(self, user):
        assert claims_of(sessions.start(user, scope="x" * 512).access)["scope"] == "x" * 512

    def test_refuses_a_scope_that_does_not_fit(self, user):
        with pytest.raises(ValueError, match="longer than 512"):
            sessions.start(user, scope="x" * 513)

    def test_refuses_an_inactive_user(self, user):
        user.is_active = False

        with pytest.raises(NoActiveAccount):
            sessions.start(user)
        assert not Session.objects.exists()

    def test_refuses_a_user_that_is_not_saved(self, user):
        user.pk = None

        with pytest.raises(ValueError, match="Save it before"):
            sessions.start(user)

    def test_takes_no_session_over_from_a_token_that_was_read(self, user, signed_in):
        with pytest.raises(InvalidToken) as refused:
            sessions.start(user, token=RefreshToken(signed_in.refresh))

        assert refused.value.reason == "no_session"
        assert Session.objects.count() == 1

    def test_needs_no_session_hash_of_the_user_model(self, kit, user, monkeypatch):
        """One that is not made from AbstractBaseUser has none."""
        monkeypatch.delattr(AbstractBaseUser, "get_session_auth_hash")

        pair = sessions.start(user)

        assert kit.get_with(pair.access).status_code == 200
        assert kit.refresh(pair.refresh).status_code == 200

    def test_ends_with_the_session_hash_of_the_user_model(self, kit, signed_in, monkeypatch):
        monkeypatch.delattr(AbstractBaseUser, "get_session_auth_hash")
        monkeypatch.delattr(AbstractBaseUser, "get_session_auth_fallback_hash")

        assert kit.get_with(signed_in.access).status_code == 401

    def test_shows_no_token_in_its_repr(self, user):
        assert repr(sessions.start(user)) == "<TokenPair>"

    def test_tells_the_signal_after_commit(self, user, django_capture_on_commit_callbacks):
        heard = []
        receiver = lambda sender, signal, **facts: heard.append(facts)  # noqa: E731
        session_started.connect(receiver)

        request = RequestFactory().get("/")
        with django_capture_on_commit_callbacks(execute=True):
            sessions.start(user, request)
            assert heard == []

        session_started.disconnect(receiver)
        assert heard == [{"session": Session.objects.get(), "user": user, "request": request}]


class TestForUser:
    def test_writes_nothing_until_it_is_written_out(self, user, queries):
        with queries() as made:
            token = RefreshToken.for_user(user)
            token["tier"] = "gold"

        assert made == []
        assert not Session.objects.exists()

    def test_starts_one_session_however_often_it_is_written_out(self, kit, user):
        token = RefreshToken.for_user(user)

        written = {str(token), str(token), str(token)}
        access = str(token.access_token)

        assert len(written) == 1
        assert Session.objects.count() == 1
        assert kit.get_with(access).status_code == 200
        assert kit.refresh(written.pop()).status_code == 200

    def test_gives_the_access_token_its_claims_and_keeps_none(self, user):
        token = RefreshToken.for_user(user)
        token["tier"] = "gold"

        assert claims_of(str(token.access_token))["tier"] == "gold"
        assert "tier" not in claims_of(str(token))

    def test_refuses_an_inactive_user_when_written_out(self, user):
        user.is_active = False

        with pytest.raises(NoActiveAccount):
            str(RefreshToken.for_user(user))

    def test_lives_as_long_as_set_exp_says_but_no_longer_than_a_session_may(self, kit, user, clock):
        token, too_long = RefreshToken.for_user(user), RefreshToken.for_user(user)
        token.set_exp(lifetime=timedelta(days=7))
        too_long.set_exp(lifetime=timedelta(days=700))
        month = timedelta(days=30).total_seconds()

        assert claims_of(str(token))["exp"] - claims_of(str(token))["iat"] == 7 * 86400
        assert claims_of(str(too_long))["exp"] - claims_of(str(too_long))["iat"] == month
        clock.shift(timedelta(days=6))
        rotated = kit.rotate(str(token))
        assert claims_of(rotated.refresh)["exp"] - claims_of(rotated.refresh)["iat"] == 7 * 86400


class TestTokensAsSimpleJWTsUsersKnowThem:
    def test_a_refused_token_is_a_token_error(self):
        for token_class in (AccessToken, RefreshToken, UntypedToken):
            with pytest.raises(TokenError) as refused:
                token_class("garbage")
            assert isinstance(refused.value, InvalidToken)
            assert str(refused.value.args[0]) == str(refused.value) == "Token is invalid"

    def test_a_token_that_was_read_gives_an_access_token_of_its_session(self, kit, signed_in):
        access = RefreshToken(signed_in.refresh).access_token

        assert kit.get_with(str(access)).status_code == 200
        kit.logout(signed_in.refresh)
        assert kit.get_with(str(access)).status_code == 401

    def test_blacklist_ends_the_session(self, kit, signed_in):
        RefreshToken(signed_in.refresh).blacklist()

        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_check_blacklist_refuses_an_ended_session(self, kit, signed_in):
        token = RefreshToken(signed_in.refresh)
        token.check_blacklist()
        kit.logout(signed_in.refresh)

        with pytest.raises(TokenError):
            token.check_blacklist()

    def test_check_blacklist_refuses_a_token_that_its_session_has_not_made(self, signed_in):
        token = RefreshToken(forge(signed_in.refresh, jti="A" * 43))

        with pytest.raises(TokenError):
            token.check_blacklist()

    def test_an_access_token_refreshes_nothing(self, signed_in):
        with pytest.raises(InvalidToken) as refused:
            sessions.refresh(AccessToken(signed_in.access))

        assert refused.value.reason == "wrong_type"
        assert signed_in.session.generation == 0

    @pytest.mark.parametrize("ask", [sessions.authenticate, sessions.would_refresh])
    def test_a_token_of_simple_jwts_own_class_has_no_session(self, ask):
        with pytest.raises(InvalidToken) as refused:
            ask(simplejwt.AccessToken())

        assert refused.value.reason == "no_session"

    def test_a_token_of_another_type_verifies_as_neither(self, kit, signed_in):
        answer = kit.verify(forge(signed_in.access, token_type="sliding"))

        assert (answer.status_code, answer.json()["reason"]) == (401, "wrong_type")

    @pytest.mark.parametrize("generation", [0, 1])
    def test_a_token_says_which_one_it_is_and_of_whom(self, kit, user, signed_in, generation):
        presented = [signed_in.refresh, kit.rotate(signed_in.refresh).refresh][generation]

        token = RefreshToken(presented)

        assert token.jti == claims_of(presented)["jti"]
        assert (token.session_id, token.generation) == (signed_in.session.pk, generation)
        assert token.user_id == user_id_of(user)

    def test_a_token_has_no_type_claim_where_the_project_wants_none(self, user):
        with override_settings(SIMPLE_JWT={"TOKEN_TYPE_CLAIM": None}):
            assert "token_type" not in RefreshToken.for_user(user).payload

    def test_the_backend_decodes_only_what_it_has_signed(self, signed_in):
        backend = AccessToken().get_token_backend()
        payload = signed_in.access.rpartition(".")[0]

        assert backend.decode(signed_in.access) == claims_of(signed_in.access)
        assert backend.decode(f"{payload}.AAAA", verify=False) == claims_of(signed_in.access)
        with pytest.raises(InvalidToken):
            backend.decode(f"{payload}.AAAA")

    def test_an_untyped_token_without_an_identifier_is_refused(self, signed_in):
        with pytest.raises(TokenError):
            UntypedToken(forge(signed_in.access, jti=Dropped))

    def test_outstand_has_nothing_to_do(self, signed_in, queries):
        with queries() as made:
            assert RefreshToken(signed_in.refresh).outstand() is None
        assert made == []

    def test_lifetimes_follow_the_settings_on_class_and_token(self, signed_in):
        with override_settings(DRF_JWT_KIT={"ACCESS_TOKEN_LIFETIME": timedelta(minutes=1)}):
            assert AccessToken.lifetime == AccessToken().lifetime == timedelta(minutes=1)
        assert AccessToken.lifetime == timedelta(minutes=15)

    @pytest.mark.parametrize("token_class", [AccessToken, RefreshToken, UntypedToken])
    @pytest.mark.parametrize("verify", [True, False])
    @pytest.mark.parametrize("made", ["{0}", "{0}.a.b", "a.{0}.b", "{1}{0}", "{0}{1}"])
    def test_half_a_surrogate_pair_is_no_token(self, signed_in, token_class, verify, made):
        """JSON can hold one alone, and no encoding has it."""
        presented = made.format("\ud800", signed_in.access)

        with pytest.raises(InvalidToken) as refused:
            token_class(presented, verify=verify)
        assert refused.value.reason == "invalid"

    def test_half_a_surrogate_pair_logs_nobody_out(self, signed_in):
        with pytest.raises(InvalidToken):
            sessions.logout(signed_in.refresh + "\ud800")

    @pytest.mark.parametrize("token_class", [AccessToken, RefreshToken, UntypedToken])
    def test_the_backend_answers_the_leeway_of_the_settings(self, token_class):
        with override_settings(SIMPLE_JWT={"LEEWAY": 30}):
            assert token_class().get_token_backend().get_leeway() == timedelta(seconds=30)
        assert token_class().token_backend.get_leeway() == timedelta(0)

    def test_verify_false_reads_without_trusting(self, signed_in):
        payload, signature = signed_in.refresh.rsplit(".", 1)

        token = RefreshToken(f"{payload}.{'A' * len(signature)}", verify=False)

        assert token["sid"] == claims_of(signed_in.refresh)["sid"]

    def test_untyped_takes_either(self, signed_in):
        assert UntypedToken(signed_in.access)["sid"] == UntypedToken(signed_in.refresh)["sid"]
        assert claims_of(str(UntypedToken(signed_in.access))) == claims_of(signed_in.access)

    def test_an_untyped_token_is_what_it_is_to_the_engine(self, signed_in, user):
        assert sessions.authenticate(UntypedToken(signed_in.access)) == user
        assert UntypedToken(signed_in.access).presented.kind == "at+jwt"
        assert UntypedToken(signed_in.refresh).presented.kind == "rt+jwt"

    def test_check_exp_judges_any_claim(self, signed_in):
        token = RefreshToken(signed_in.refresh)
        token["other"] = 1

        with pytest.raises(TokenError):
            token.check_exp("other")
        with pytest.raises(TokenError):
            token.check_exp("missing")
        token.check_exp()

    def test_check_exp_judges_to_the_second_and_with_the_leeway(self, clock, signed_in):
        token = RefreshToken(signed_in.refresh)
        token["other"] = int(NOON.timestamp())

        with pytest.raises(TokenError):
            token.check_exp("other")
        token.check_exp("other", current_time=NOON - timedelta(seconds=1))
        with override_settings(SIMPLE_JWT={"LEEWAY": 1}):
            token.check_exp("other")

    def test_no_copy_claims_stay_out_of_the_access_token(self, user):
        token = type("Keeping", (RefreshToken,), {"no_copy_claims": ("tier",)}).for_user(user)
        token["tier"], token["shop"] = "gold", "north"

        claims = claims_of(str(token.access_token))

        assert (claims.get("tier"), claims["shop"]) == (None, "north")

    def test_mapping_access_works(self, signed_in):
        token = AccessToken(signed_in.access)
        token["x"] = 1

        assert (token["x"], "x" in token, token.get("y", 2)) == (1, True, 2)
