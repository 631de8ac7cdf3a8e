"""Browsers that lack something: Web Locks, storage, channels between tabs, keys of a device."""

import pytest

WITHOUT = {
    "locks": "delete Navigator.prototype.locks;",
    "channels": "delete window.BroadcastChannel;",
    "storage": """for (const name of ["localStorage", "sessionStorage"]) {
        const get = () => { throw new DOMException("forbidden", "SecurityError"); };
        Object.defineProperty(window, name, { get });
    }""",
}
MISSING = {
    "locks": "navigator.locks === undefined",
    "channels": "window.BroadcastChannel === undefined",
    "storage": "(() => { try { return !localStorage; } catch { return true; } })()",
}


@pytest.fixture(params=WITHOUT)
def lesser(request, chromium, profile, shop, ada):
    """Ada, logged in with such a browser."""
    chromium.run(profile.context.add_init_script, WITHOUT[request.param])
    tab = chromium.run(profile.open, shop.at())
    assert chromium.run(tab.script, MISSING[request.param])
    chromium.run(tab.login, ada)
    return tab


def test_lesser_browsers_stay_logged_in(lesser, ada):
    lesser.reload()

    assert lesser.get("/api/secure/").body == {"user": ada.get_username()}


def test_renew_what_has_expired(profile, lesser, later):
    profile.expect("401 (Unauthorized) [/api/secure/]")
    later(minutes=16)

    assert lesser.get("/api/secure/").status == 200


def test_refresh_once_for_all_requests_of_a_tab(profile, lesser, later):
    profile.expect("401 (Unauthorized) [/api/secure/]")
    later(minutes=16)

    lesser.script(
        "() => Promise.all([1, 2, 3, 4].map(() => client.fetch('/api/secure/')))"
        ".then((answers) => answers.map((answer) => answer.status))"
    )

    assert len(profile.sent("POST", "/api/auth/refresh/")) == 1


def test_are_not_logged_out_by_tabs_that_refresh_together(profile, shop, lesser, ada, later):
    profile.expect("401 (Unauthorized) [/api/secure/]")
    tabs = [lesser, *(profile.open(shop.at()) for _ in range(2))]
    later(minutes=16)
    at = lesser.script("() => Date.now() + 300")

    for tab in tabs:
        tab.begin("/api/secure/", at=at)

    assert [tab.finish() for tab in tabs] == [200] * 3
    assert [(row["generation"], row["revoked"]) for row in shop.sessions(ada)] == [(1, False)]


def test_lesser_browsers_log_out(profile, lesser, shop, ada):
    lesser.logout()

    assert [row["revoked"] for row in shop.sessions(ada)] == [True]
    assert profile.tokens() == {}


class TestABrowserThatBindsNothing:
    """Where the server offers it, and keys are asked for in vain."""

    @pytest.fixture
    def grace(self, binding_shop):
        """Somebody with an account."""
        return binding_shop.newcomer()

    @pytest.fixture
    def unbound(self, chromium, profile, binding_shop, grace):
        """Grace, logged in."""
        tab = chromium.run(profile.open, binding_shop.at())
        chromium.run(tab.login, grace)
        return tab

    def test_a_browser_that_binds_nothing_logs_in(self, unbound, grace):
        assert unbound.get("/api/secure/").body == {"user": grace.get_username()}

    def test_a_browser_that_binds_nothing_refreshes_as_ever(
        self, profile, unbound, binding_shop, grace
    ):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        profile.context.clear_cookies(name="__Host-access_token")

        answer = unbound.get("/api/secure/")

        assert answer.status == 200
        assert len(profile.sent("POST", "/api/auth/refresh/")) == 1
        assert [(row["generation"], row["bound"]) for row in binding_shop.sessions(grace)] == [
            (1, False)
        ]

    def test_a_browser_that_binds_nothing_logs_out(self, profile, unbound, binding_shop, grace):
        unbound.logout()

        assert [row["revoked"] for row in binding_shop.sessions(grace)] == [True]
        assert profile.tokens() == {}
