"""The network fails in the middle of a refresh: the server has rotated, and nobody heard of it."""

import pytest

from .served.middleware import LOSE_ANSWER

REFRESH = "/api/auth/refresh/"


@pytest.fixture
def network(chromium, profile):
    """Loses the answers to refreshes, until ``network.mend()``."""

    class Network:
        def lose(self):
            headers = {LOSE_ANSWER: "yes"}
            profile.context.route(
                f"**{REFRESH}",
                lambda route: route.continue_(headers={**route.request.headers, **headers}),
            )

        def mend(self):
            profile.context.unroute(f"**{REFRESH}")

    network = Network()
    chromium.run(network.lose)
    return network


@pytest.fixture
def lost(chromium, profile, shop, tab, ada, network, later):
    """Ada's tab, after a refresh whose answer was lost; the network is sound again."""
    chromium.run(profile.expect, "ERR_EMPTY_RESPONSE", "401 (Unauthorized) [/api/secure/]")
    later(minutes=16)
    chromium.run(tab.outcome, "client.fetch('/api/secure/')")
    chromium.run(network.mend)
    return tab


def generation(shop, user):
    """Of the user's only session, with whether it has ended."""
    ((generation, revoked),) = [(row["generation"], row["revoked"]) for row in shop.sessions(user)]
    return generation, revoked


def keys(profile):
    """The retry keys of all refreshes so far."""
    return [request.headers.get("idempotency-key") for request in profile.sent("POST", REFRESH)]


def test_the_server_had_rotated(shop, lost, ada):
    assert generation(shop, ada) == (1, False)


def test_the_request_is_told_and_the_session_is_not_given_up(profile, shop, tab, network, later):
    profile.expect("ERR_EMPTY_RESPONSE", "401")
    later(minutes=16)

    refused = tab.outcome("client.fetch('/api/secure/')")["refused"]

    assert refused["name"] == "TypeError"  # as the platform's fetch without a network
    assert (tab.session is not None, tab.ended) == (True, [])


def test_a_lost_answer_is_collected_at_once(shop, lost, ada):
    assert lost.get("/api/secure/").status == 200
    assert generation(shop, ada) == (1, False)


def test_the_retry_key_collects_a_lost_answer_beyond_the_leeway(profile, shop, lost, ada, later):
    later(minutes=17)

    assert lost.get("/api/secure/").body == {"user": ada.get_username()}
    assert generation(shop, ada) == (2, False)  # the row advances, so that a thief is found
    assert len(set(keys(profile))) == 1


def test_a_reloaded_page_collects_a_lost_answer_beyond_the_leeway(shop, lost, ada, later):
    later(minutes=17)
    lost.reload()

    assert lost.get("/api/secure/").body == {"user": ada.get_username()}
    assert generation(shop, ada) == (2, False)


def test_another_tab_collects_a_lost_answer_beyond_the_leeway(profile, shop, lost, ada, later):
    later(minutes=17)
    lost.page.close()

    assert profile.open(shop.at()).get("/api/secure/").body == {"user": ada.get_username()}


def test_the_retry_key_is_thrown_away_once_the_answer_is_collected(profile, lost, later):
    later(minutes=17)
    lost.get("/api/secure/")
    later(minutes=40)

    lost.get("/api/secure/")

    assert len(keys(profile)) == 3
    assert len(set(keys(profile))) == 2


def test_a_late_repeat_without_its_key_is_taken_for_a_theft(profile, shop, lost, ada, later):
    profile.expect("401 (Unauthorized) [/api/auth/refresh/]")
    lost.script("() => localStorage.clear()")
    lost.page.close()
    later(minutes=17)

    status = profile.open(shop.at()).get("/api/secure/").status

    assert (status, generation(shop, ada)) == (401, (1, True))
