"""Bad tokens on demand: each is refused for the reason that its name says."""

import pytest

from drf_jwt_kit.testing import assert_session_ended, assert_session_live, tokens

from .mistakes import Unverified, closed_by


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (tokens.expired, "expired"),
        (tokens.tampered, "invalid"),
        (tokens.unsigned, "invalid"),
        (tokens.of_another_key, "invalid"),
        (tokens.ended, "session_ended"),
        (tokens.of_another_kind, "wrong_type"),
    ],
)
def test_a_bad_access_token_is_refused_for_what_it_is(make, reason, kit, user):
    answer = kit.get_with(make(user))

    assert (answer.status_code, answer.json()["reason"]) == (401, reason)


def test_the_session_of_an_expired_token_is_live(user):
    assert_session_live(tokens.expired(user))


def test_a_tampered_token_says_what_the_test_wants(kit, user, rf):
    token = tokens.tampered(user, user_id="4711")

    request = rf.get("/", headers={"Authorization": f"Bearer {token}"})
    assert Unverified().authenticate(closed_by(Unverified).cls().initialize_request(request))[
        1
    ].payload["user_id"] == ("4711")


def test_a_replayed_refresh_token_ends_its_session(kit, user):
    token = tokens.replayed(user)
    assert_session_live(token)

    assert kit.refresh(token).status_code == 401
    assert_session_ended(token, reason="reused")
