"""The day of adoption passes, a flush runs, and the day is put off: what was ended stays ended.

The row of a session is all that is known of the token of Simple JWT that began it.
"""

from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Cutoff, Session
from drf_jwt_kit.sessions.flush import flush
from drf_jwt_kit.sessions.others import _session_id, expiry_of_adopted, is_adopted
from tests.conftest import NOON, claims_of

from .test_adoption import access, refresh

pytestmark = pytest.mark.django_db

UNTIL = NOON + timedelta(days=14)
EXPIRY = NOON + timedelta(days=90)


def until(day):
    return override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": day})


@pytest.fixture(autouse=True)
def adopting(clock):
    with until(UNTIL):
        yield


@pytest.fixture
def token(user):
    """One that is good for 90 days."""
    return refresh(user, exp=int(EXPIRY.timestamp()))


@pytest.fixture
def put_off(clock):
    """Let the day pass, flush a month later, and choose another day."""

    def pass_and_flush(**options):
        clock.move_to(UNTIL + timedelta(days=30))
        list(flush(**options))
        return until(EXPIRY + timedelta(days=30))

    return pass_and_flush


def is_refused(answer):
    return (answer.status_code, answer.json()["reason"]) == (401, "session_ended")


@contextmanager
def gone_for_a_while(user):
    key = user.pk
    user.delete()
    yield
    user.pk = key
    user.save(force_insert=True)


class TestATokenStaysEnded:
    def test_one_that_was_logged_out_is_refused(self, kit, token, put_off):
        assert kit.logout(token).status_code == 200

        with put_off():
            assert is_refused(kit.refresh(token))

    def test_one_that_was_exchanged_and_then_logged_out_is_refused(self, kit, token, put_off):
        kit.logout(kit.rotate(token).refresh)

        with put_off():
            assert is_refused(kit.refresh(token))

    def test_one_that_was_exchanged_and_left_alone_is_refused(self, kit, token, put_off):
        kit.rotate(token)

        with put_off():
            assert is_refused(kit.refresh(token))
            assert Session.objects.count() == 1

    def test_one_that_was_stolen_is_refused(self, kit, token, put_off, past_leeway):
        kit.rotate(token)
        past_leeway()
        kit.refresh(token)

        with put_off():
            assert is_refused(kit.refresh(token))

    def test_one_of_a_user_whose_sessions_were_ended_is_refused(self, kit, token, user, put_off):
        kit.rotate(token)
        sessions.revoke(user=user)

        with put_off():
            assert is_refused(kit.refresh(token))

    def test_one_of_a_user_who_was_deleted_and_is_back_is_refused(self, kit, token, user, put_off):
        kit.rotate(token)
        with gone_for_a_while(user):
            pass

        with put_off():
            assert is_refused(kit.refresh(token))

    def test_one_that_logged_out_nobody_is_refused_when_the_user_is_back(self, kit, token, user):
        with gone_for_a_while(user):
            assert kit.logout(token).status_code == 200

        assert is_refused(kit.refresh(token))

    def test_one_that_was_cut_off_is_refused(self, kit, token, put_off):
        sessions.revoke_all()

        with put_off():
            assert is_refused(kit.refresh(token))

    def test_an_access_token_that_was_cut_off_is_refused(self, kit, user, put_off):
        token = access(user, exp=int(EXPIRY.timestamp()))
        sessions.revoke_all()

        with put_off():
            assert is_refused(kit.get_with(token))

    def test_a_token_is_refused_after_several_flushes(self, kit, token, put_off, clock):
        kit.logout(token)
        for _ in range(3):
            clock.shift(timedelta(days=3))
            list(flush())

        with put_off():
            assert is_refused(kit.refresh(token))

    def test_one_that_was_never_used_is_taken_again(self, kit, token, put_off):
        with put_off():
            assert kit.refresh(token).status_code == 200


class TestARowOfAnAdoptedSession:
    def test_says_when_the_token_expires(self, kit, token):
        session_id = kit.rotate(token).session.pk

        assert is_adopted(session_id)
        assert expiry_of_adopted(session_id) == EXPIRY
        assert str(UUID(str(session_id))) == str(session_id)

    def test_has_an_id_that_mariadb_takes(self):
        ids = {_session_id(f"token {n}", int(EXPIRY.timestamp())) for n in range(1_000)}

        assert len(ids) == 1_000
        assert 0x80 not in {one.bytes[8] for one in ids}

    def test_is_the_same_for_every_use_and_another_for_each_token(self, kit, user, token):
        of = {claims_of(kit.rotate(token).refresh)["sid"] for _ in range(2)}

        assert len(of) == 1
        assert claims_of(kit.rotate(refresh(user)).refresh)["sid"] not in of

    def test_is_deleted_once_the_token_has_expired(self, kit, token, clock):
        kit.logout(token)
        clock.move_to(EXPIRY + timedelta(minutes=19))
        list(flush())
        assert Session.objects.exists()
        clock.shift(timedelta(minutes=2))
        list(flush())

        assert not Session.objects.exists()

    def test_is_kept_for_longer_to_be_looked_at(self, kit, token, clock):
        kit.logout(token)
        clock.move_to(EXPIRY + timedelta(days=1))
        list(flush(keep=timedelta(days=2)))

        assert Session.objects.exists()

    def test_is_no_longer_needed_while_others_are_adopted(self, kit, user, clock):
        kit.logout(refresh(user))
        clock.shift(timedelta(hours=2))
        list(flush())

        assert not Session.objects.exists()

    def test_stays_while_its_own_session_lives_longer_than_the_token(self, kit, user, clock):
        following = kit.rotate(refresh(user))
        clock.shift(timedelta(hours=2))
        list(flush())

        assert kit.refresh(following.refresh).status_code == 200

    def test_one_of_nobody_has_no_user(self, kit, token, user):
        user.delete()
        kit.logout(token)

        (row,) = Session.objects.all()
        assert (row.user_id, row.revoked_reason) == (None, "logout")


def test_a_flush_keeps_the_latest_cut_off(clock, db):
    for _ in range(2):
        clock.shift(timedelta(days=1))
        latest = sessions.revoke_all()
    clock.shift(timedelta(days=400))
    list(flush())

    assert [row.valid_after for row in Cutoff.objects.all()] == [latest]
