"""Six tabs of one browser: one refresh for all of them, and one logout."""

import pytest

REFRESH = "/api/auth/refresh/"


@pytest.fixture
def tabs(chromium, profile, shop, tab):
    """Six, of which the first has logged in."""
    return chromium.run(lambda: [tab, *(profile.open(shop.at()) for _ in range(5))])


def wake_together(tabs):
    """All begin a request in one instant, half a second from now."""
    at = tabs[0].script("() => Date.now() + 500")
    for tab in tabs:
        tab.begin("/api/secure/", at=at)


@pytest.fixture
def slow(chromium, profile, shop):
    """Each refresh stands still in the server, when it has written, until it is released."""
    hold = shop.hold()
    chromium.run(profile.context.set_extra_http_headers, hold.after_write)
    yield hold
    hold.release()


class TestWakingTogether:
    def test_refreshes_once_when_the_server_refuses_all(self, profile, shop, tabs, later):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        later(minutes=16)

        wake_together(tabs)

        assert [tab.finish() for tab in tabs] == [200] * 6
        assert len(profile.sent("POST", REFRESH)) == 1

    def test_refreshes_once_when_all_know_that_it_is_time(self, profile, shop, ada):
        profile.context.clock.install()
        tabs = [profile.open(shop.at()) for _ in range(6)]
        tabs[0].login(ada)
        for tab in tabs:
            tab.page.clock.fast_forward("15:00")

        for tab in tabs:
            tab.begin("/api/secure/")
        for tab in tabs:
            tab.page.clock.run_for(1000)

        assert [tab.finish() for tab in tabs] == [200] * 6
        assert len(profile.sent("POST", REFRESH)) == 1

    def test_refreshes_once_when_its_answer_is_slow(self, profile, tabs, slow, later):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        later(minutes=16)

        wake_together(tabs)
        slow.wait()
        tabs[0].page.wait_for_timeout(500)
        slow.release()

        assert [tab.finish() for tab in tabs] == [200] * 6
        assert len(profile.sent("POST", REFRESH)) == 1

    def test_leaves_one_generation_and_one_session(self, profile, shop, tabs, ada, later):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        later(minutes=16)

        wake_together(tabs)
        [tab.finish() for tab in tabs]

        assert [(row["generation"], row["revoked"]) for row in shop.sessions(ada)] == [(1, False)]


class TestLoggingOutInOneTab:
    def test_a_logout_in_one_tab_ends_the_others(self, tabs):
        first, *others = tabs

        first.logout()
        for tab in others:
            tab.wait_until_ended()

        assert [(tab.ended, tab.session) for tab in others] == [(["logout"], None)] * 5

    def test_leaves_the_others_with_nothing_to_send(self, profile, tabs):
        profile.expect("401")
        first, *others = tabs

        first.logout()

        assert [tab.get("/api/secure/").status for tab in others] == [401] * 5
        assert profile.tokens() == {}

    def test_a_logout_while_another_tab_refreshes_ends_both(
        self, profile, shop, tabs, slow, ada, later
    ):
        profile.expect("401")
        later(minutes=16)
        first, second, *_ = tabs

        second.begin("/api/secure/")
        slow.wait()
        first.script("() => { window.leaving = client.logout(); }")
        slow.release()
        first.script("() => window.leaving")

        assert [row["revoked"] for row in shop.sessions(ada)] == [True]
        assert profile.tokens() == {}


def test_logging_in_in_one_tab_serves_the_others(profile, shop, ada):
    first, second = profile.open(shop.at()), profile.open(shop.at())

    first.login(ada)

    assert second.session is not None
    assert second.get("/api/secure/").status == 200
    assert profile.sent("POST", REFRESH) == []


class TestLoggingInInOneTab:
    @pytest.fixture
    def others(self, chromium, profile, shop):
        """Two tabs in which nobody has logged in."""
        return chromium.run(lambda: [profile.open(shop.at()), profile.open(shop.at())])

    def test_a_login_in_one_tab_is_told_in_another(self, others, ada):
        first, second = others

        session = first.login(ada)
        second.wait_until_seen()

        assert (first.seen, second.seen) == ([session], [session])

    def test_another_users_login_is_told_as_another_session(self, profile, shop, tab, ada):
        other = profile.open(shop.at())
        before = tab.session

        other.login(shop.newcomer())
        tab.wait_until_ended()

        assert [session["id"] == before["id"] for session in tab.seen] == [True, False]
        assert (tab.session, tab.ended) == (other.session, ["ended"])

    def test_a_refresh_is_told_as_the_same_session(self, profile, tab, others, later):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        first, _ = others
        before = first.session
        later(minutes=16)

        tab.get("/api/secure/")
        first.wait_until_seen()

        (after,) = first.seen
        assert after["id"] == before["id"]


WORKER = """async ([script, baseUrl]) => {
    const source = `
        import { createClient } from "${script}";
        const client = createClient({ baseUrl: "${baseUrl}" });
        client.onChange((session) => postMessage(session));
        addEventListener("message", async ({ data }) => {
            postMessage((await client.fetch(data)).status);
        });
        postMessage("ready");`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.worker = new Worker(url, { type: "module" });
    window.said = [];
    worker.onmessage = ({ data }) => said.push(data);
}"""


class TestAWorker:
    @pytest.fixture
    def worker(self, chromium, shop, tab):
        """``worker(number)``: so many things that the worker of Ada's tab has said, or more."""

        def heard(number):
            tab.page.wait_for_function("(number) => said.length >= number", arg=number)
            return tab.script("() => said")

        addresses = [shop.at("/static/drf_jwt_kit/client.js"), shop.at("/api/auth/")]
        chromium.run(tab.script, WORKER, addresses)
        chromium.run(heard, 1)
        return heard

    def test_a_worker_asks_with_the_cookies_of_its_page(self, shop, tab, worker):
        tab.script("(url) => worker.postMessage(url)", shop.at("/api/secure/"))

        assert worker(2) == ["ready", 200]

    def test_a_worker_and_its_page_refresh_once(self, profile, shop, tab, ada, worker, later):
        profile.tolerate("401 (Unauthorized) [/api/secure/]")
        later(minutes=16)

        tab.script("(url) => worker.postMessage(url)", shop.at("/api/secure/"))
        status = tab.get("/api/secure/").status

        assert (status, [said for said in worker(3) if said == 200]) == (200, [200])
        assert [row["generation"] for row in shop.sessions(ada)] == [1]

    def test_a_worker_is_told_of_what_its_page_does(self, tab, ada, worker):
        session = tab.login(ada)
        tab.logout()

        assert worker(3) == ["ready", session, None]


def test_a_session_that_ended_elsewhere_ends_in_every_tab(profile, shop, tabs, ada):
    profile.expect("401")
    shop.act("revoke_user", user=ada.pk)

    tabs[0].get("/api/secure/")
    for tab in tabs:
        tab.wait_until_ended()

    assert [tab.ended for tab in tabs] == [["ended"]] * 6
