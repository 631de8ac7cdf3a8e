"""Another machine's clock refuses nobody, and revives nothing."""

from datetime import timedelta

import pytest
import time_machine

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from tests.conftest import NOON, Dropped, claims_of, forge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_process")]

HOUR = timedelta(hours=1)
BEHIND = [timedelta(milliseconds=200), timedelta(seconds=50), HOUR]
stateless = pytest.mark.urls("tests.flows.stateless_urls")


@pytest.fixture(params=BEHIND, ids=str)
def behind(request, clock, kit, user):
    """A login at a machine whose clock is ahead of the one that answers from now on."""
    tokens = kit.sign_in(user)
    clock.shift(-request.param)
    return tokens


class TestAServerThatIsBehind:
    def test_lets_a_fresh_token_in(self, kit, behind):
        assert kit.get_with(behind.access).status_code == 200

    @stateless
    def test_lets_a_fresh_token_in_without_a_query_too(self, kit, behind):
        assert kit.get_with(behind.access).status_code == 200

    def test_refreshes_it(self, kit, behind):
        assert kit.refresh(behind.refresh).status_code == 200

    def test_verifies_it(self, kit, behind):
        assert kit.verify(behind.access).status_code == 200

    def test_logs_it_out(self, kit, behind):
        assert kit.logout(behind.refresh).status_code == 200
        assert Session.objects.get().revoked_reason == "logout"


class TestATokenThatIsNotValidYet:
    def test_is_accepted_within_a_minute_because_clocks_differ(self, kit, signed_in, clock):
        early = forge(signed_in.access, nbf=int(NOON.timestamp()) + 60)

        assert kit.get_with(early).status_code == 200

    def test_is_refused_before_and_may_be_tried_again(self, kit, signed_in, clock):
        answer = kit.get_with(forge(signed_in.access, nbf=int(NOON.timestamp()) + 61))

        assert (answer.status_code, answer.json()["reason"]) == (401, "invalid")
        assert answer["Retry-After"] == "1"


@pytest.mark.parametrize("iat", [2**40, "x", None, []])
def test_a_time_of_issue_that_makes_no_sense_is_still_refused(kit, signed_in, iat):
    assert kit.get_with(forge(signed_in.access, iat=iat)).status_code == 401


def test_a_token_that_expires_beyond_any_lifetime_is_still_refused(kit, signed_in, clock):
    later = int((NOON + timedelta(days=401)).timestamp())

    assert kit.get_with(forge(signed_in.access, exp=later)).status_code == 401


@stateless
class TestAMachineAnHourAhead:
    @pytest.fixture
    def ended(self, clock, kit, user):
        """Its login, which another machine has ended a minute later; seen by that one's clock."""
        with time_machine.travel((NOON + HOUR).timestamp(), tick=False):
            tokens = kit.sign_in(user)
        clock.shift(timedelta(minutes=1))
        sessions.revoke(claims_of(tokens.access)["sid"])
        return tokens

    @pytest.mark.parametrize("minutes", [0, 20, 58, 59, 60, 70, 73])
    def test_revives_no_session_as_long_as_its_tokens_live(
        self, kit, ended, clock, monotonic, minutes
    ):
        clock.shift(timedelta(minutes=minutes))

        assert kit.get_with(ended.access).status_code == 401

    def test_ends_a_session_for_good_when_a_theft_is_found(self, clock, kit, user, past_leeway):
        with time_machine.travel((NOON + HOUR).timestamp(), tick=False):
            stolen = kit.sign_in(user)
            kit.rotate(stolen.refresh)
        assert kit.refresh(stolen.refresh).status_code == 401

        clock.shift(HOUR)

        assert kit.get_with(stolen.access).status_code == 401
        assert Session.objects.get().revoked_reason == "reused"

    def test_a_token_that_outlives_the_memory_is_asked_for(
        self, kit, signed_in, clock, monotonic, queries
    ):
        longer = int((NOON + timedelta(minutes=16, seconds=1)).timestamp())
        assert kit.get_with(signed_in.access).status_code == 200

        with queries() as made:
            assert kit.get_with(forge(signed_in.access, exp=longer)).status_code == 200

        assert len(made) == 1


@pytest.mark.parametrize("missing", [Dropped, 0])
def test_a_token_that_does_not_say_when_it_was_issued_is_asked_for(kit, signed_in, missing):
    assert kit.get_with(forge(signed_in.access, iat=missing)).status_code == 200
