"""Going on by POST to ``token_refresh``. The judge itself: tests/sessions/test_life.py."""

from datetime import timedelta

import pytest
from django.test import override_settings
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenRefreshSerializer
from drf_jwt_kit.sessions import end
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.sessions.life import is_doubled
from drf_jwt_kit.signals import refresh_reused, session_refreshed
from drf_jwt_kit.tokens import RefreshToken
from tests.conftest import Dropped, claims_of, forge

pytestmark = pytest.mark.django_db


class TestRefresh:
    def test_answers_a_new_pair_that_works(self, kit, signed_in):
        rotated = kit.rotate(signed_in.refresh)

        assert rotated.refresh != signed_in.refresh
        assert kit.get_with(rotated.access).status_code == 200

    def test_a_refresh_takes_two_queries(self, kit, signed_in, queries):
        with queries() as made:
            kit.rotate(signed_in.refresh)

        assert len(made) == 2

    def test_is_no_repetition(self, kit, signed_in, caplog):
        with caplog.at_level("INFO", "drf_jwt_kit"):
            rotated = kit.rotate(signed_in.refresh)

        assert not is_doubled(rotated.session.duplicates)
        assert "event=collected" not in caplog.text

    def test_a_hundred_times_leaves_one_row(self, past_leeway, kit, signed_in):
        tokens = signed_in
        for _ in range(100):
            past_leeway()
            tokens = kit.rotate(tokens.refresh)

        assert Session.objects.count() == 1
        assert tokens.session.generation == 100

    def test_passes_through_a_token_class_of_the_projects(self, kit, signed_in, settings):
        settings.DRF_JWT_KIT = {"TOKEN_REFRESH_SERIALIZER": "tests.flows.test_refresh.SingleUse"}

        assert claims_of(kit.rotate(signed_in.refresh).refresh)["gen"] == 1

    def test_right_after_login_rotates(self, kit, signed_in):
        assert claims_of(kit.rotate(signed_in.refresh).refresh)["gen"] == 1

    def test_keeps_the_time_of_the_login(self, clock, kit, signed_in):
        clock.shift(timedelta(minutes=10))

        rotated = kit.rotate(signed_in.refresh)

        assert claims_of(rotated.access)["auth_time"] == claims_of(signed_in.access)["auth_time"]

    def test_moves_the_idle_limit_but_not_the_absolute_one(self, kit, user, clock):
        tokens = kit.sign_in(user)
        for _ in range(31):
            clock.shift(timedelta(hours=23))
            tokens = kit.rotate(tokens.refresh)
        clock.shift(timedelta(hours=7))  # 720 hours: 30 days

        assert kit.refresh(tokens.refresh).json()["reason"] == "expired"
        assert claims_of(tokens.refresh)["exp"] == claims_of(tokens.access)["auth_time"] + 2592000


@override_settings(
    DRF_JWT_KIT={
        "REFRESH_TOKEN_LIFETIME": timedelta(days=500),
        "SESSION_MAX_AGE": timedelta(days=500),
    }
)
def test_a_token_of_a_session_that_may_live_very_long_is_taken(kit, user):
    """What expires in more than 400 days was not made by us, unless the settings say so."""
    assert kit.refresh(kit.sign_in(user).refresh).status_code == 200


class TestTheSignal:
    """``session_refreshed``: each advance is told once."""

    @pytest.fixture
    def told(self):
        told = []
        receiver = lambda sender, signal, **facts: told.append(facts)  # noqa: E731
        session_refreshed.connect(receiver)
        yield told
        session_refreshed.disconnect(receiver)

    def test_is_sent_once_with_session_user_generation_and_request(
        self, kit, signed_in, user, told, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            kit.rotate(signed_in.refresh)
            assert told == []

        (facts,) = told
        request = facts.pop("request")
        assert (request.method, request.path) == ("POST", "/api/token/refresh/")
        assert facts == {"session_id": signed_in.session.pk, "user": user, "generation": 1}

    def test_has_no_request_where_the_project_refreshes_without_one(
        self, signed_in, user, told, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            sessions.refresh(signed_in.refresh)

        facts = {"session_id": signed_in.session.pk, "user": user, "generation": 1}
        assert told == [{**facts, "request": None}]

    def test_is_not_sent_for_a_duplicate_or_a_refusal(
        self, kit, signed_in, told, django_capture_on_commit_callbacks
    ):
        newest = kit.rotate(signed_in.refresh)

        with django_capture_on_commit_callbacks(execute=True):
            assert kit.refresh(signed_in.refresh).status_code == 200
            kit.logout(newest.refresh)
            assert kit.refresh(newest.refresh).status_code == 401

        assert told == []


class TestHonestDuplicate:
    """Two tabs, or a client that retries because the answer was lost."""

    def test_a_duplicate_within_the_leeway_gets_the_same_generation(self, kit, signed_in):
        first = kit.rotate(signed_in.refresh)
        second = kit.rotate(signed_in.refresh)

        assert claims_of(first.refresh) == claims_of(second.refresh) | {
            "iat": claims_of(first.refresh)["iat"]
        }

    def test_a_duplicate_of_the_newest_token_does_not_advance_within_the_leeway(
        self, clock, kit, signed_in
    ):
        newest = kit.rotate(signed_in.refresh)
        clock.shift(timedelta(seconds=9))

        again = kit.rotate(newest.refresh)

        assert claims_of(again.refresh)["gen"] == claims_of(newest.refresh)["gen"] == 1

    def test_is_counted_and_lengthens_no_life(self, kit, user, clock, rows):
        tokens = kit.sign_in(user)
        first = kit.rotate(tokens.refresh)
        (before,) = rows()
        clock.shift(timedelta(seconds=9))

        second = kit.rotate(tokens.refresh)

        assert rows() == [{**before, "duplicates": 1}]
        assert claims_of(second.refresh)["exp"] == claims_of(first.refresh)["exp"]

    @override_settings(DRF_JWT_KIT={"ROTATION_LEEWAY": timedelta(0)})
    def test_is_theft_where_the_leeway_is_zero(self, kit, user, clock):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)

        assert kit.refresh(tokens.refresh).status_code == 401


class TestReplayedRefreshToken:
    def test_ends_the_whole_session_access_tokens_included(self, kit, user, past_leeway):
        stolen = kit.sign_in(user)
        newest = kit.rotate(stolen.refresh)
        past_leeway()

        assert kit.refresh(stolen.refresh).status_code == 401

        assert kit.refresh(newest.refresh).json()["reason"] == "session_ended"
        assert kit.get_with(newest.access).json()["reason"] == "session_ended"
        assert newest.session.revoked_reason == RevokedReason.REUSED

    def test_spares_the_users_other_devices(self, kit, user, past_leeway):
        phone, laptop = kit.sign_in(user), kit.sign_in(user)
        kit.rotate(phone.refresh)
        past_leeway()

        kit.refresh(phone.refresh)

        assert kit.refresh(laptop.refresh).status_code == 200

    def test_tells_the_client_nothing_beyond_session_ended(self, kit, user, past_leeway):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        past_leeway()

        answer = kit.refresh(tokens.refresh)

        assert answer.json() == {
            "detail": "This session has ended. Log in again.",
            "code": "token_not_valid",
            "reason": "session_ended",
        }
        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
        assert answer["Cache-Control"] == "private, no-store"

    def test_is_found_once_and_then_meets_a_session_that_has_ended(
        self, kit, user, past_leeway, caplog
    ):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        past_leeway()

        with caplog.at_level("INFO", "drf_jwt_kit"):
            assert kit.refresh(tokens.refresh).status_code == 401
            assert kit.refresh(tokens.refresh).status_code == 401

        refused = [one for one in caplog.records if "event=refused" in one.getMessage()]
        assert [one.getMessage().rpartition("=")[2] for one in refused] == ["reused", "revoked"]
        assert {one.levelname for one in refused} == {"INFO"}

    def test_is_told_by_nobody_whom_another_end_has_overtaken(
        self, kit, user, past_leeway, monkeypatch, django_capture_on_commit_callbacks
    ):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        past_leeway()
        monkeypatch.setattr(end, "_write", lambda *_: 0)

        with django_capture_on_commit_callbacks() as waiting:
            assert kit.refresh(tokens.refresh).status_code == 401

        assert waiting == []

    def test_costs_five_queries_to_be_found(self, kit, user, past_leeway, queries):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        past_leeway()

        with queries() as made:
            kit.refresh(tokens.refresh)

        assert [sql.split()[0] for sql in made] == [*["SELECT"] * 3, "UPDATE", "SELECT"]

    def test_sends_the_signal_once(
        self, kit, user, past_leeway, django_capture_on_commit_callbacks
    ):
        heard = []
        receiver = lambda **facts: heard.append(facts)  # noqa: E731
        refresh_reused.connect(receiver)
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        past_leeway()

        with django_capture_on_commit_callbacks(execute=True):
            kit.refresh(tokens.refresh)
            kit.refresh(tokens.refresh)

        refresh_reused.disconnect(receiver)
        (facts,) = heard
        assert (facts["presented"], facts["user"]) == (0, user)
        assert facts["request"].path == "/api/token/refresh/"


class TestRefusedRefresh:
    def test_a_refresh_of_a_generation_to_come_ends_nothing(self, kit, signed_in, rows):
        session = signed_in.session
        ahead = forge(signed_in.refresh, gen=5, jti=session.jti_of(5))
        before = rows()

        assert kit.refresh(ahead).status_code == 401
        assert rows() == before

    def test_a_stolen_signing_key_alone_neither_mints_nor_ends(self, kit, signed_in, rows):
        before = rows()

        assert kit.refresh(forge(signed_in.refresh, gen=1)).json()["reason"] == "invalid"
        assert kit.refresh(forge(signed_in.refresh, jti="A" * 43)).json()["reason"] == "invalid"
        assert kit.logout(forge(signed_in.refresh, jti="A" * 43)).status_code == 401
        assert rows() == before

    def test_a_refresh_that_claims_another_user_changes_nothing(
        self, kit, signed_in, other_user, rows
    ):
        claim = {name: user_id_of(other_user) for name in ("user_id", "sub")}
        before = rows()

        assert kit.refresh(forge(signed_in.refresh, **claim)).status_code == 401
        assert rows() == before

    def test_a_refresh_that_claims_another_user_by_another_field_changes_nothing(
        self, kit, default_user_model, user, rows, settings
    ):
        settings.DRF_JWT_KIT = {"USER_ID_FIELD": "username"}
        tokens = kit.sign_in(user)
        before = rows()

        assert kit.refresh(forge(tokens.refresh, user_id="eve")).json()["reason"] == "invalid"
        assert rows() == before

    def test_a_refresh_of_an_inactive_user_ends_the_session_for_good(self, kit, signed_in, user):
        type(user)._base_manager.filter(pk=user.pk).update(is_active=False)  # no signal
        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
        type(user)._base_manager.filter(pk=user.pk).update(is_active=True)

        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
        assert signed_in.session.revoked_reason == RevokedReason.USER_INACTIVE

    def test_a_refresh_of_a_deleted_user_changes_nothing_more(self, kit, signed_in, user, rows):
        user.delete()
        before = rows()

        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
        assert rows() == before

    @pytest.mark.parametrize("field", ["id", "pk"])
    @pytest.mark.usefixtures("default_user_model")
    def test_a_refresh_that_names_another_than_the_deleted_user_changes_nothing(
        self, kit, user, rows, field
    ):
        with override_settings(DRF_JWT_KIT={"USER_ID_FIELD": field}):
            tokens = kit.sign_in(user)
            type(user)._base_manager.filter(pk=user.pk)._raw_delete("default")
            before = rows()

            assert kit.refresh(forge(tokens.refresh, user_id="0")).json()["reason"] == "invalid"
        assert rows() == before

    def test_a_refresh_of_a_user_deleted_past_django_ends_the_session(self, kit, signed_in, user):
        type(user)._base_manager.filter(pk=user.pk)._raw_delete("default")

        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
        assert signed_in.session.revoked_reason == RevokedReason.USER_GONE

    def test_a_refresh_of_an_unknown_session_is_session_ended(self, kit, signed_in, caplog):
        Session.objects.all().delete()

        with caplog.at_level("INFO", "drf_jwt_kit"):
            assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
        assert caplog.messages[0].endswith(" verdict=unknown")

    def test_is_that_of_a_token_class_of_the_projects_too(self, kit, signed_in, settings):
        following = kit.rotate(signed_in.refresh)
        settings.DRF_JWT_KIT = {"TOKEN_REFRESH_SERIALIZER": "tests.flows.test_refresh.SingleUse"}

        answer = kit.refresh(following.refresh)

        assert (answer.status_code, answer.json()["detail"]) == (401, "Once is enough")
        assert signed_in.session.generation == 1

    def test_a_refresh_by_an_access_token_is_wrong_type(self, kit, signed_in):
        assert kit.refresh(signed_in.access).json()["reason"] == "wrong_type"

    def test_a_refresh_by_an_expired_token_is_expired_and_asks_nothing(
        self, kit, user, clock, queries
    ):
        tokens = kit.sign_in(user)
        clock.shift(timedelta(days=1))

        with queries() as made:
            answer = kit.refresh(tokens.refresh)

        assert (answer.json()["reason"], len(made)) == ("expired", 0)

    @pytest.mark.parametrize("gen", [-1, 2**31, True, "0", 1.0, None, [], Dropped])
    def test_a_generation_of_the_wrong_type_is_invalid_and_asks_nothing(
        self, kit, signed_in, queries, gen
    ):
        with queries() as made:
            answer = kit.refresh(forge(signed_in.refresh, gen=gen))

        assert (answer.status_code, answer.json()["reason"], len(made)) == (401, "invalid", 0)


class SingleUseToken(RefreshToken):
    def verify(self):
        super().verify()
        if self.generation:
            raise TokenError("Once is enough")


class SingleUse(TokenRefreshSerializer):
    token_class = SingleUseToken


class TestWithoutRotation:
    """``ROTATE_REFRESH_TOKENS = False``, for clients that do not store the new token."""

    @pytest.fixture(autouse=True)
    def _without_rotation(self, settings):
        settings.DRF_JWT_KIT = {"ROTATE_REFRESH_TOKENS": False}

    def test_answers_only_an_access_token(self, kit, signed_in):
        assert set(kit.refresh(signed_in.refresh).json()) == {"access"}

    def test_takes_the_same_token_again_and_again(self, kit, user, clock):
        tokens = kit.sign_in(user)
        for _ in range(3):
            clock.shift(timedelta(hours=1))
            assert kit.refresh(tokens.refresh).status_code == 200

        assert tokens.session.generation == 0

    def test_still_takes_two_queries_and_can_be_revoked(self, kit, signed_in, queries):
        with queries() as made:
            assert kit.refresh(signed_in.refresh).status_code == 200
        assert kit.logout(signed_in.refresh).status_code == 200

        assert len(made) == 2
        assert kit.refresh(signed_in.refresh).status_code == 401
