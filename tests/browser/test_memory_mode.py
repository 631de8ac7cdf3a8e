"""The refresh token in its cookie, the access token in memory, for other hosts."""

import pytest

from .shop import API, FRONT, STRANGER
from .test_out_of_reach import _STORES

BY_HEADER = "/api/secure-by-header/"


@pytest.fixture
def grace(memory_shop):
    """Somebody with an account."""
    return memory_shop.newcomer()


@pytest.fixture
def at(memory_shop):
    """The view that reads the header alone, at a host."""
    return lambda host: memory_shop.at(BY_HEADER, host=host)


@pytest.fixture
def options(memory_shop):
    """What the page's client is made with: the API's host, and another one beside it."""
    base, other = memory_shop.at("/api/auth/", host=API), memory_shop.at("", host=STRANGER)
    return {"baseUrl": base, "mode": "memory", "origins": [other]}


@pytest.fixture
def front(chromium, profile, memory_shop, options, grace):
    """A page of the front end, in which Grace has logged in."""
    tab = chromium.run(profile.open, memory_shop.at(host=FRONT), **options)
    chromium.run(tab.login, grace)
    return tab


@pytest.mark.parametrize("host", [API, STRANGER])
def test_a_page_calls_each_host_that_it_names(front, at, grace, host):
    assert front.get(at(host)).body == {"user": grace.get_username()}


def test_a_host_that_is_not_named_gets_no_token(profile, front, at):
    profile.expect("401")

    assert front.get(at(FRONT)).status == 401


def test_the_refresh_cookie_is_the_only_token_that_is_kept(profile, front, at):
    front.get(at(API))

    assert set(profile.tokens()) == {"__Host-refresh_token"}
    assert "eyJ" not in front.script(_STORES)


def test_a_reload_stays_logged_in_by_one_refresh(profile, front, at, memory_shop, grace):
    front.reload()

    assert front.get(at(STRANGER)).status == 200
    assert [row["generation"] for row in memory_shop.sessions(grace)] == [1]


def test_another_tab_is_told_the_token_and_does_not_refresh(
    profile, front, at, memory_shop, options
):
    other = profile.open(memory_shop.at(host=FRONT), **options)
    other.get(at(API))
    front.get(at(API))

    assert len(profile.sent("POST", "/api/auth/refresh/")) == 1


def test_a_logout_ends_it_for_every_tab(profile, front, at, memory_shop, options, grace):
    profile.expect("401")
    other = profile.open(memory_shop.at(host=FRONT), **options)
    front.logout()
    other.wait_until_ended()

    assert profile.tokens() == {}
    assert other.get(at(STRANGER)).status == 401
    assert [row["revoked"] for row in memory_shop.sessions(grace)] == [True]
