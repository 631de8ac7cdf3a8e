"""The judge: what presenting a refresh token means. No clock, no database."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drf_jwt_kit.sessions.life import (
    End,
    Proof,
    State,
    Use,
    Verdict,
    becomes_followed,
    carried_on,
    is_cut_off,
    is_dead,
    is_doubled,
    judge,
    marked,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
LEEWAY = timedelta(seconds=10)
LOGIN = int((NOON - timedelta(days=2)).timestamp())
ROW = State(
    generation=5,
    created_at=NOON - timedelta(days=2),
    rotated_at=NOON - timedelta(hours=1),
    refresh_lifetime=timedelta(days=1),
    expires_at=NOON + timedelta(days=28),
    revoked_at=None,
    auth_time=LOGIN,
    valid_from=None,
    account=None,
)
FIVE_MINUTES = timedelta(minutes=5)
OLD = {"expires_at": NOON}
CUT_OFF = {"valid_from": LOGIN + 1}
REVOKED = {"revoked_at": NOON - timedelta(hours=1)}


BOUND = ROW._replace(bound_since=3)
NONE_THAT_FITS = pytest.mark.parametrize("proof", [Proof.MISSING, Proof.OF_ANOTHER])
UNASKED = Proof.UNASKED


def present(
    row=ROW, generation=5, *, genuine=True, key=False, proof=UNASKED, now=NOON, leeway=LEEWAY
):
    presented = Use(generation=generation, genuine=genuine, has_retry_key=key, proof=proof)
    return judge(row, presented, now=now, leeway=leeway)


def rotated(ago):
    return ROW._replace(rotated_at=NOON - ago)


class TestNewestToken:
    def test_the_newest_token_rotates(self):
        assert present() is Verdict.ROTATE

    def test_rotates_at_the_first_refresh_after_login(self):
        row = ROW._replace(generation=0, rotated_at=None, refresh_lifetime=timedelta(days=3))

        assert present(row, 0) is Verdict.ROTATE

    def test_repeats_within_the_leeway_so_that_tabs_are_never_two_behind(self):
        assert present(rotated(LEEWAY / 2)) is Verdict.REPEAT_CURRENT

    def test_rotates_again_when_the_leeway_is_over(self):
        assert present(rotated(LEEWAY)) is Verdict.ROTATE


class TestCutOff:
    def test_a_login_in_the_second_of_the_cut_off_goes_on(self):
        assert not is_cut_off(LOGIN, LOGIN)

    def test_a_login_of_the_second_before_has_ended(self):
        assert is_cut_off(LOGIN - 1, LOGIN)


class TestTokenBeforeTheNewest:
    def test_is_an_honest_duplicate_within_the_leeway(self):
        assert present(rotated(LEEWAY / 2), 4) is Verdict.REPEAT_CONCURRENT

    def test_is_reuse_when_the_leeway_is_over(self):
        assert present(rotated(LEEWAY), 4) is Verdict.REUSED

    def test_is_always_reuse_without_leeway(self):
        assert present(rotated(timedelta(0)), 4, leeway=timedelta(0)) is Verdict.REUSED

    def test_is_honest_where_the_other_machines_clock_is_a_little_ahead(self):
        assert present(rotated(-LEEWAY / 2), 4) is Verdict.REPEAT_CONCURRENT


class TestTokenWithTheRetryKeyOfTheLastRotation:
    @pytest.mark.parametrize("generation", [0, 3, 4])
    def test_is_answered_once_more_within_the_leeway(self, generation):
        verdict = present(rotated(LEEWAY / 2), generation, key=True)

        assert verdict.accepts
        assert not verdict.advances

    @pytest.mark.parametrize("generation", [0, 3, 4])
    @pytest.mark.parametrize("later", [LEEWAY, timedelta(hours=3), timedelta(hours=23)])
    def test_advances_when_the_leeway_is_over(self, generation, later):
        assert present(rotated(later), generation, key=True) is Verdict.COLLECT
        assert Verdict.COLLECT.advances

    def test_is_refused_at_the_idle_limit(self):
        assert present(rotated(ROW.refresh_lifetime), 4, key=True) is Verdict.EXPIRED

    def test_advances_at_once_without_leeway(self):
        row = rotated(timedelta(0))

        assert present(row, 4, key=True, leeway=timedelta(0)) is Verdict.COLLECT

    def test_is_no_more_than_a_token_if_it_is_the_newest_one(self):
        assert present(generation=5, key=True) is Verdict.ROTATE


class TestProofThatFits:
    def test_rotates_the_newest_token(self):
        assert present(BOUND, proof=Proof.FITS) is Verdict.ROTATE

    def test_repeats_within_the_leeway(self):
        row = BOUND._replace(rotated_at=NOON - LEEWAY / 2)

        assert present(row, proof=Proof.FITS) is Verdict.REPEAT_CURRENT
        assert present(row, 4, proof=Proof.FITS) is Verdict.REPEAT_CONCURRENT

    @pytest.mark.parametrize("generation", [0, 3])
    def test_is_answered_once_more_within_the_leeway_for_any_older_token(self, generation):
        row = BOUND._replace(rotated_at=NOON - LEEWAY / 2)

        assert present(row, generation, proof=Proof.FITS) is Verdict.REPEAT_RETRIED

    @pytest.mark.parametrize("generation", [0, 3, 4])
    def test_collects_with_any_older_token_when_the_leeway_is_over(self, generation):
        assert present(BOUND, generation, proof=Proof.FITS) is Verdict.COLLECT

    def test_does_not_bring_back_what_has_ended(self):
        assert present(BOUND._replace(**REVOKED), proof=Proof.FITS) is Verdict.REVOKED

    def test_makes_no_forgery_good(self):
        assert present(BOUND, genuine=False, proof=Proof.FITS) is Verdict.FORGED

    def test_makes_no_token_of_the_future_good(self):
        assert present(BOUND, 6, proof=Proof.FITS) is Verdict.AHEAD


@NONE_THAT_FITS
class TestNoProofThatFits:
    @pytest.mark.parametrize("generation", [3, 4, 5])
    def test_is_refused_with_a_token_since_the_binding_however_late(self, proof, generation):
        assert present(BOUND, generation, proof=proof) is Verdict.UNPROVEN

    @pytest.mark.parametrize("generation", [3, 4, 5])
    def test_is_refused_within_the_leeway(self, proof, generation):
        row = BOUND._replace(rotated_at=NOON - LEEWAY / 2)

        assert present(row, generation, proof=proof) is Verdict.UNPROVEN

    @pytest.mark.parametrize("generation", [0, 2])
    def test_is_reuse_with_a_token_of_before_the_binding(self, proof, generation):
        assert present(BOUND, generation, proof=proof) is Verdict.REUSED

    @pytest.mark.parametrize("generation", [0, 2])
    def test_ends_nothing_within_the_leeway(self, proof, generation):
        row = BOUND._replace(rotated_at=NOON - LEEWAY / 2)

        assert present(row, generation, proof=proof) is Verdict.UNPROVEN

    def test_is_refused_also_with_a_retry_key(self, proof):
        assert present(BOUND, 4, key=True, proof=proof) is Verdict.UNPROVEN

    def test_comes_after_a_token_of_the_future(self, proof):
        assert present(BOUND, 6, proof=proof) is Verdict.AHEAD

    def test_comes_after_an_end(self, proof):
        assert present(BOUND._replace(**REVOKED), proof=proof) is Verdict.REVOKED

    @pytest.mark.parametrize("generation", [0, 4, 5])
    def test_ends_no_session_that_is_not_bound(self, proof, generation):
        assert present(ROW, generation, proof=proof) is Verdict.UNPROVEN


class TestUnproven:
    def test_is_answered_no_tokens(self):
        assert not Verdict.UNPROVEN.accepts
        assert not Verdict.UNPROVEN.advances

    def test_is_not_said_where_no_proof_is_asked(self):
        assert present(BOUND) is Verdict.ROTATE


class TestOtherGenerations:
    @pytest.mark.parametrize("generation", [0, 1, 3])
    def test_an_older_token_is_always_reuse(self, generation):
        assert present(rotated(timedelta(0)), generation) is Verdict.REUSED

    def test_a_token_of_the_future_is_ahead_and_not_reuse(self):
        assert present(generation=6) is Verdict.AHEAD


class TestOrderOfReasons:
    def test_forged_comes_before_all_else(self):
        row = ROW._replace(**REVOKED, **OLD, account=End.USER_INACTIVE)

        assert present(row, 0, genuine=False) is Verdict.FORGED

    def test_revoked_comes_before_expired(self):
        assert present(ROW._replace(**REVOKED, **OLD)) is Verdict.REVOKED

    def test_revoked_comes_before_cut_off(self):
        assert present(ROW._replace(**REVOKED, **CUT_OFF)) is Verdict.REVOKED

    def test_cut_off_comes_before_expired(self):
        assert present(ROW._replace(**CUT_OFF, **OLD)) is Verdict.CUT_OFF

    def test_expired_comes_before_the_account(self):
        row = ROW._replace(**OLD, account=End.USER_INACTIVE)

        assert present(row) is Verdict.EXPIRED

    @pytest.mark.parametrize(
        ("account", "verdict"),
        [
            (End.USER_GONE, Verdict.USER_GONE),
            (End.USER_INACTIVE, Verdict.USER_INACTIVE),
            (End.PASSWORD_CHANGED, Verdict.PASSWORD_CHANGED),
        ],
    )
    def test_the_account_comes_before_the_generation(self, account, verdict):
        assert present(ROW._replace(account=account), 0) is verdict


seconds = st.integers(-100_000, 100_000).map(lambda s: timedelta(seconds=s))
moments = seconds.map(lambda ago: NOON - ago)
states = st.builds(
    State,
    generation=st.integers(0, 2**31 - 1),
    created_at=moments,
    rotated_at=st.none() | moments,
    refresh_lifetime=st.integers(1, 100_000).map(lambda s: timedelta(seconds=s)),
    expires_at=moments,
    revoked_at=st.none() | moments,
    auth_time=st.integers(0, 10),
    valid_from=st.none() | st.integers(0, 10),
    account=st.sampled_from([None, End.USER_GONE, End.USER_INACTIVE, End.PASSWORD_CHANGED]),
    bound_since=st.none() | st.integers(0, 2**31 - 1),
)
presentations = st.builds(
    Use,
    generation=st.integers(0, 2**31 - 1),
    genuine=st.booleans(),
    has_retry_key=st.booleans(),
    proof=st.sampled_from(Proof),
)


class TestForEveryRowAndToken:
    @given(row=states, presented=presentations, leeway=st.integers(0, 60))
    def test_accepting_implies_genuine_live_and_current_one_behind_its_key_or_a_proof(
        self, row, presented, leeway
    ):
        verdict = judge(row, presented, now=NOON, leeway=timedelta(seconds=leeway))

        accepted_despite = verdict.accepts and (
            not presented.genuine
            or row.revoked_at is not None
            or (row.valid_from is not None and row.auth_time < row.valid_from)
            or min(row.expires_at, row.idle_limit) <= NOON
            or row.account is not None
            or presented.generation > row.generation
            or presented.proof.is_wanting
            or (
                presented.generation < row.generation - 1
                and not presented.has_retry_key
                and presented.proof is not Proof.FITS
            )
        )
        assert not accepted_despite

    @given(row=states, presented=presentations)
    def test_reuse_is_only_ever_said_of_a_genuine_older_token(self, row, presented):
        verdict = judge(row, presented, now=NOON, leeway=LEEWAY)

        if verdict is Verdict.REUSED:
            assert presented.genuine
            assert presented.generation < row.generation
            assert presented.proof is not Proof.FITS

    @given(row=states, presented=presentations)
    def test_a_proof_is_asked_for_only_where_none_fits(self, row, presented):
        verdict = judge(row, presented, now=NOON, leeway=LEEWAY)

        if verdict is Verdict.UNPROVEN:
            assert presented.proof.is_wanting


class TestCountOfDuplicates:
    def test_goes_on_while_each_rotation_is_answered_twice(self):
        count = carried_on(marked(carried_on(marked(0))))

        assert becomes_followed(count)

    def test_begins_anew_after_a_rotation_that_was_answered_once(self):
        assert carried_on(carried_on(marked(0))) == 0

    def test_becomes_followed_once_however_long_it_goes_on(self):
        count, told = 0, []
        for _ in range(20):
            told.append(becomes_followed(count))
            count = carried_on(marked(count))

        assert told == [False, False, True] + [False] * 17
        assert count < 10

    def test_is_marked_once_for_a_rotation(self):
        assert marked(marked(4)) == marked(4)

    def test_is_doubled_after_it_was_marked_and_until_the_next_rotation(self):
        count = 0
        assert not is_doubled(count)

        count = marked(count)
        assert is_doubled(count)
        assert not is_doubled(carried_on(count))

    def test_a_count_that_has_gone_on_for_long_ends_with_the_first_rotation_answered_once(self):
        count = 0
        for _ in range(20):
            count = carried_on(marked(count))

        assert carried_on(count) == 0


class TestDeadRow:
    def test_is_dead_once_its_session_has_ended(self):
        assert is_dead(ROW._replace(**OLD), before=NOON, usual_access_lifetime=FIVE_MINUTES)

    def test_a_cut_off_before_the_login_ends_nothing(self):
        row = ROW._replace(valid_from=LOGIN)

        assert not is_dead(row, before=NOON, usual_access_lifetime=FIVE_MINUTES)

    def test_is_kept_while_access_tokens_of_its_own_lifetime_may_be_live(self):
        row = ROW._replace(**OLD, access_lifetime=FIVE_MINUTES + timedelta(seconds=1))

        assert not is_dead(row, before=NOON, usual_access_lifetime=FIVE_MINUTES)

    def test_is_dead_when_these_have_expired(self):
        row = ROW._replace(**OLD, access_lifetime=FIVE_MINUTES + timedelta(seconds=1))
        later = NOON + timedelta(seconds=1)

        assert is_dead(row, before=later, usual_access_lifetime=FIVE_MINUTES)
