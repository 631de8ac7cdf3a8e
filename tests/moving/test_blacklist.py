"""Users with an e-mail address, a blacklist, and a loop that logs them out everywhere."""

import pytest

from tests.conftest import claims_of

from .site import PASSWORD, Browser, Site, moved

NAMES = ("ada", "grace", "joan", "mary", "rosa", "vera")


def address(name):
    return f"{name}@example.com"


def logged_in(browser, name):
    return browser.post("/auth/login", {"email": address(name), "password": PASSWORD})


def refreshed(browser, answer):
    return browser.post("/auth/refresh", {"refresh": answer.body["refresh"]})


def log_in(browser):
    """Everybody registers, which logs in; grace on another device, joan out again, rosa goes on."""
    logins = {
        name: browser.post("/auth/register", {"email": address(name), "password": PASSWORD})
        for name in NAMES
    }
    logins["grace's other device"] = logged_in(browser, "grace")
    joan = logins["joan"].body
    browser.post("/auth/logout", {"refresh": joan["refresh"]}, joan["access"])
    logins["rosa, a generation on"] = refreshed(browser, logins["rosa"])
    return logins


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site("blacklist", "portal.settings", tmp_path_factory.mktemp("blacklist"))
    with moved(site, log_in) as site:
        yield site


def test_the_tokens_that_will_be_taken_are_counted(site):
    """One of each who has not logged out, and grace's other one; of rosa's the latest."""
    assert 'refresh tokens in the database "default": 6, of 5 users.' in site.before


def test_an_access_token_from_before_opens_a_view(site, browser):
    answer = browser.get("/profile", site.logins["ada"].body["access"])

    assert answer.body == {"email": "ada@example.com"}


def test_a_refresh_token_from_before_is_exchanged_and_rotates(site, browser):
    first = refreshed(browser, site.logins["ada"])
    site.let_time_pass()
    second = refreshed(browser, first)

    assert (first.status, second.status) == (200, 200)
    assert claims_of(second.body["refresh"])["gen"] == 2
    assert browser.get("/profile", second.body["access"]).status == 200


def test_the_latest_generation_from_before_goes_on(site, browser):
    assert refreshed(browser, site.logins["rosa, a generation on"]).status == 200


@pytest.mark.parametrize("name", ["joan", "rosa"])
def test_a_token_on_the_blacklist_is_refused(site, browser, name):
    assert refreshed(browser, site.logins[name]).status == 401


def test_logging_out_ends_the_access_token_too(site, browser):
    tokens = refreshed(browser, site.logins["vera"]).body
    answer = browser.post("/auth/logout", {"refresh": tokens["refresh"]}, tokens["access"])

    assert answer.status == 205
    assert browser.get("/profile", tokens["access"]).status == 401


@pytest.fixture(scope="module")
def devices(site):
    """One device that has exchanged its token, one that has not, and one that logs in anew."""
    browser = Browser(site.port)
    exchanged = refreshed(browser, site.logins["grace"])
    new = logged_in(browser, "grace")
    answer = browser.post("/auth/logout-everywhere", None, new.body["access"])
    assert answer.status == 205
    not_exchanged = site.logins["grace's other device"]
    return {"exchanged": exchanged, "not exchanged": not_exchanged, "new": new}


class TestLoggingOutEverywhere:
    @pytest.mark.parametrize("device", ["exchanged", "not exchanged", "new"])
    def test_no_device_gets_on(self, browser, devices, device):
        assert refreshed(browser, devices[device]).status == 401

    @pytest.mark.parametrize("device", ["exchanged", "new"])
    def test_access_tokens_of_sessions_are_refused_at_once(self, browser, devices, device):
        assert browser.get("/profile", devices[device].body["access"]).status == 401

    def test_nobody_else_is_logged_out(self, site, browser, devices):
        assert refreshed(browser, site.logins["mary"]).status == 200


def test_nothing_is_left_but_the_loop_that_is_still_needed(site):
    assert site.report() == "Nothing of Simple JWT is left to change.\n"
