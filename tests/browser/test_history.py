"""Going back to a page that the browser has kept as it was: it knows what happened meanwhile."""

import pytest

from .chromium import running
from .test_lesser_browsers import WITHOUT

DEAF = "addEventListener('storage', (event) => event.stopImmediatePropagation());"


@pytest.fixture(scope="session")
def chromium(browser_path):
    """A browser as a person has it, which keeps pages."""
    yield from running(browser_path)


@pytest.fixture
def left(chromium, profile, shop, tab):
    """Ada's tab, which has gone on to another page."""
    chromium.run(tab.page.goto, shop.at("/blank/"))
    return tab


def test_a_page_comes_back_as_it_was(left, ada):
    left.go_back()

    assert left.script("() => window.restored")
    assert left.get("/api/secure/").body == {"user": ada.get_username()}


def test_a_page_that_was_left_goes_on_after_a_refresh_elsewhere(profile, shop, left, later):
    profile.expect("401 (Unauthorized) [/api/secure/]")
    later(minutes=16)
    profile.open(shop.at()).get("/api/secure/")

    left.go_back()

    assert left.get("/api/secure/").status == 200
    assert len(profile.sent("POST", "/api/auth/refresh/")) == 1


class TestAPageThatWasLeftBeforeALogoutElsewhere:
    def test_a_page_left_before_a_logout_elsewhere_has_no_session(self, profile, shop, left):
        profile.open(shop.at()).logout()

        left.go_back()

        assert left.session is None

    def test_a_page_left_before_a_logout_elsewhere_can_read_nothing(self, profile, shop, left):
        profile.expect("401")
        profile.open(shop.at()).logout()

        left.go_back()

        assert left.get("/api/secure/").status == 401

    def test_says_so_by_itself(self, profile, shop, ada):
        # A message on the channel would have the browser drop the page, and load it anew. The news
        # of storage reaches a kept page late in Chromium, and in other browsers never.
        profile.context.add_init_script(WITHOUT["channels"] + DEAF)
        left, another = profile.open(shop.at()), profile.open(shop.at())
        left.login(ada)
        left.page.goto(shop.at("/blank/"))
        another.logout()

        left.go_back()

        assert left.script("() => window.restored")
        assert left.ended == ["logout"]
