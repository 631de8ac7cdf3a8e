"""A lost answer is collected with its retry key, at any time, and nobody uses a session unseen."""

from datetime import timedelta

import pytest
from django.test import override_settings

from drf_jwt_kit.models import RevokedReason
from drf_jwt_kit.sessions.life import is_doubled
from drf_jwt_kit.signals import refresh_repeated
from tests.conftest import claims_of

KEY = "0123456789abcdef"
HOURS = timedelta(hours=3)


@pytest.fixture
def lost(kit, signed_in):
    """A token whose exchange has happened, and whose answer never came."""
    assert kit.refresh(signed_in.refresh, Idempotency_Key=KEY).status_code == 200
    return signed_in


@pytest.fixture
def collect(kit, lost):
    """Send token and key again."""
    return lambda: kit.refresh(lost.refresh, Idempotency_Key=KEY)


def generation(answer):
    return claims_of(answer.json()["refresh"])["gen"]


class TestALostAnswer:
    def test_is_repeated_within_the_leeway(self, clock, lost, collect):
        assert [generation(collect()) for _ in range(3)] == [1, 1, 1]

    def test_is_a_duplicate_whoever_has_sent_the_key(self, clock, lost, collect):
        collect()

        assert is_doubled(lost.session.duplicates)

    def test_is_told_with_the_request_that_repeats_it(self, lost, collect):
        heard = []
        receiver = lambda request, **_: heard.append(request.path)  # noqa: E731
        refresh_repeated.connect(receiver)

        collect()

        refresh_repeated.disconnect(receiver)
        assert heard == ["/api/token/refresh/"]

    @pytest.mark.parametrize("later", [timedelta(seconds=10), HOURS, timedelta(hours=23)])
    def test_is_collected_later_as_the_next_generation(self, clock, lost, collect, later):
        clock.shift(later)

        assert generation(collect()) == 2

    def test_goes_on_for_a_phone_that_has_slept_for_three_hours(self, clock, kit, lost, collect):
        clock.shift(HOURS)
        collected = collect().json()
        clock.shift(timedelta(minutes=14))

        assert kit.get_with(collected["access"]).status_code == 200
        assert kit.refresh(collected["refresh"]).status_code == 200

    def test_can_be_collected_again_if_the_collection_is_lost_too(self, clock, lost, collect):
        answers = []
        for _ in range(3):
            clock.shift(HOURS)
            answers.append(generation(collect()))

        assert answers == [2, 3, 4]

    def test_is_not_collected_when_the_session_is_idle_for_too_long(self, clock, lost, collect):
        clock.shift(timedelta(days=1))

        assert collect().status_code == 401

    def test_collected_twice_at_once_is_one_generation(self, clock, lost, collect):
        clock.shift(HOURS)

        assert [generation(collect()), generation(collect())] == [2, 2]

    def test_costs_two_queries_to_collect(self, clock, lost, collect, queries):
        clock.shift(HOURS)

        with queries() as made:
            collect()

        assert len(made) == 2

    @override_settings(DRF_JWT_KIT={"ROTATION_LEEWAY": timedelta(0)})
    def test_is_collected_where_there_is_no_leeway(self, lost, collect):
        assert generation(collect()) == 2

    def test_hands_out_a_refresh_token_if_rotation_was_switched_off_since(
        self, clock, lost, collect, settings
    ):
        settings.DRF_JWT_KIT = {"ROTATE_REFRESH_TOKENS": False}
        clock.shift(HOURS)

        assert generation(collect()) == 2


class TestAThiefOfTokenAndKey:
    def test_is_found_when_the_owner_goes_on(self, clock, kit, signed_in):
        heard = kit.refresh(signed_in.refresh, Idempotency_Key=KEY).json()
        clock.shift(HOURS)
        assert kit.refresh(signed_in.refresh, Idempotency_Key=KEY).status_code == 200  # the thief
        clock.shift(timedelta(seconds=10))

        assert kit.refresh(heard["refresh"]).status_code == 401

        assert signed_in.session.revoked_reason == RevokedReason.REUSED

    def test_who_collects_all_night_is_found_in_the_morning(self, clock, kit, signed_in):
        heard = kit.refresh(signed_in.refresh, Idempotency_Key=KEY).json()
        for _ in range(40):
            clock.shift(timedelta(minutes=12))
            kit.refresh(signed_in.refresh, Idempotency_Key=KEY)

        assert kit.refresh(heard["refresh"]).status_code == 401
        assert signed_in.session.revoked_reason == RevokedReason.REUSED

    def test_voids_what_another_collector_holds(self, clock, kit, lost, collect):
        clock.shift(HOURS)
        first = collect().json()
        clock.shift(HOURS)
        collect()
        clock.shift(HOURS)

        assert kit.refresh(first["refresh"]).status_code == 401
        assert lost.session.revoked_reason == RevokedReason.REUSED


class TestARetryKey:
    @pytest.mark.parametrize("key", ["1", "x" * 15, "", " " * 16, "1" + " " * 20])
    def test_a_short_one_counts_as_none(self, clock, kit, signed_in, key):
        kit.refresh(signed_in.refresh, Idempotency_Key=key)
        clock.shift(timedelta(minutes=1))

        assert kit.refresh(signed_in.refresh, Idempotency_Key=key).status_code == 401

    def test_another_one_collects_nothing(self, clock, kit, lost):
        clock.shift(timedelta(minutes=1))

        assert kit.refresh(lost.refresh, Idempotency_Key="f" * 16).status_code == 401

    def test_counts_only_with_the_token_that_it_was_sent_with(self, clock, kit, signed_in):
        second = kit.rotate(signed_in.refresh)
        clock.shift(timedelta(minutes=1))
        kit.refresh(second.refresh, Idempotency_Key=KEY)
        clock.shift(timedelta(minutes=1))

        assert kit.refresh(signed_in.refresh, Idempotency_Key=KEY).status_code == 401

    def test_the_one_of_an_earlier_exchange_collects_nothing(self, clock, kit, lost, collect):
        clock.shift(timedelta(minutes=1))
        newest = collect().json()["refresh"]
        clock.shift(timedelta(minutes=1))
        kit.refresh(newest, Idempotency_Key="f" * 16)
        clock.shift(timedelta(minutes=1))

        assert collect().status_code == 401

    def test_is_stored_as_a_hash_that_two_tokens_do_not_share(self, kit, user):
        first, second = kit.sign_in(user), kit.sign_in(user)
        kit.refresh(first.refresh, Idempotency_Key=KEY)
        kit.refresh(kit.rotate(second.refresh).refresh, Idempotency_Key=KEY)

        assert KEY not in first.session.retry_key_hash
        assert first.session.retry_key_hash != second.session.retry_key_hash
