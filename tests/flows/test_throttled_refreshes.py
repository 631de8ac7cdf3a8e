"""A client that refreshes in a loop is slowed down, each session by itself."""

import pytest

from .browser import REFRESH, cleared

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(settings):
    settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"refresh_session": "3/min"}}


def refreshed(kit, token, times, **extra):
    return [kit.refresh(token, **extra).status_code for _ in range(times)]


def test_a_hundred_and_twenty_a_minute_are_answered_and_no_more(kit, signed_in, clock):
    assert refreshed(kit, signed_in.refresh, 121) == [200] * 120 + [429]


def test_the_answer_says_when_to_try_again_and_ends_nothing(kit, signed_in, clock, three):
    refreshed(kit, signed_in.refresh, 3)
    clock.shift(15)

    answer = kit.refresh(signed_in.refresh)

    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert answer.headers["Retry-After"] == "45"
    assert signed_in.session.revoked_at is None
    assert kit.get_with(signed_in.access).status_code == 200


def test_a_refresh_that_is_due_is_answered(kit, signed_in, clock, three):
    refreshed(kit, signed_in.refresh, 2)
    newest = kit.rotate(signed_in.refresh).refresh

    clock.shift(60)

    assert refreshed(kit, newest, 4) == [200, 200, 200, 429]


def test_no_query_is_made_for_one_too_many(kit, signed_in, three, queries):
    refreshed(kit, signed_in.refresh, 3)

    with queries() as made:
        assert refreshed(kit, signed_in.refresh, 1) == [429]

    assert made == []


def test_other_sessions_of_the_user_and_address_go_on(kit, user, signed_in, three):
    refreshed(kit, signed_in.refresh, 4)

    assert kit.refresh(kit.sign_in(user).refresh).status_code == 200


def test_the_next_tokens_of_a_session_are_counted_with_it(kit, signed_in, clock, three):
    token = signed_in.refresh
    for _ in range(3):
        token = kit.rotate(token).refresh
        clock.shift(11)

    assert kit.refresh(token).status_code == 429


def test_a_token_that_is_not_ours_counts_for_nobody(kit, signed_in, three):
    broken = signed_in.refresh[:-4] + "AAAA"

    assert refreshed(kit, broken, 9) == [401] * 9
    assert kit.refresh(signed_in.refresh).status_code == 200


def test_a_refusal_counts(kit, signed_in, three):
    """Or a client that goes on with a token of an ended session costs a query each time."""
    kit.logout(signed_in.refresh)

    assert refreshed(kit, signed_in.refresh, 4) == [401, 401, 401, 429]


def test_the_address_does_not_matter(kit, signed_in, three):
    tried = [
        kit.post("/api/token/refresh/", {"refresh": signed_in.refresh}, REMOTE_ADDR=f"192.0.2.{n}")
        for n in range(4)
    ]

    assert [answer.status_code for answer in tried] == [200, 200, 200, 429]


def test_none_turns_it_off(kit, signed_in, settings):
    settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"refresh_session": None}}

    assert refreshed(kit, signed_in.refresh, 125) == [200] * 125


def test_sessions_are_refreshed_without_the_cache(kit, signed_in, three, broken_cache):
    assert refreshed(kit, signed_in.refresh, 9) == [200] * 9


class TestBrowser:
    @pytest.mark.urls("tests.flows.cookie_urls")
    def test_a_page_keeps_its_cookies(self, logged_in, three):
        tried = [logged_in.refresh() for _ in range(4)]

        assert [answer.status_code for answer in tried] == [200, 200, 200, 429]
        assert tried[3].json()["code"] == "throttled"
        assert tried[3].headers["Retry-After"] == "60"
        assert not cleared(tried[3])
        assert logged_in.held(REFRESH)
