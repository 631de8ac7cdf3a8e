"""The page of the example project: what it shows, says and ends, and how it can be used."""

import re
from pathlib import Path

import pytest

from tests.flows.demonstrations import running

from . import pictures
from .example import DESK, PASSWORD, PHONE, ExamplePage, end_all, make_wide

QUICKLY = Path(__file__).with_name("quick_demo.py")
WITHOUT_PASSWORD = Path(__file__).with_name("demo_without_password.py")
LEEWAY = 1  # seconds, which a theft has to wait out
SMALL = 200_000  # bytes
BOTH_MODES = pytest.mark.parametrize("mode", ["cookie", "header"])
REFRESH = {"cookie": "/api/auth/refresh/", "header": "/api/token/refresh/"}
STORYBOARD = {"width": 1000, "height": 860}
SIZES = {"phone": PHONE, "desk": DESK}
STORY = {
    "cookie": [
        "You are logged in at both",
        "A script on this page looks for tokens",
        "So the thief needs malware on your computer",
        "The thief has your refresh token",
        "You go on working",
        "The thief waits",
        "The thief uses the copy",
        "You make your next request",
        "How it ends",
    ],
}
STORY["header"] = [title for title in STORY["cookie"] if "malware" not in title]
FORBIDDEN = """
    for (const name of ["localStorage", "sessionStorage"]) {
        const get = () => { throw new DOMException("", "SecurityError") };
        Object.defineProperty(window, name, { get });
    }
"""
HERE = {"locale": "en-GB", "timezone_id": "Europe/London"}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return tmp_path_factory.mktemp("demonstration") / "db.sqlite3"


@pytest.fixture(scope="module")
def demo(database):
    folder = database.parent
    own = {
        "DEMO_DATABASE": str(database),
        "DEMO_ROTATION_LEEWAY": str(LEEWAY),
        "JWT_KEYS": str(folder / "keys"),
    }
    with running(QUICKLY, folder, **own) as demo:
        yield demo


@pytest.fixture
def visit(profile, demo, database):
    """``visit()``: the page, where nobody is logged in, in the browser of the test's person."""
    end_all(database)

    def visit(mode="cookie", by=profile):
        return ExamplePage.visit(by, demo.url, mode)

    return visit


@pytest.fixture
def elsewhere(new_profile, demo, visit):
    """Alice, logged in with another browser."""

    def elsewhere(mode="cookie", *, expects=(), **options):
        other = new_profile(**options)
        other.expect(*expects)
        page = ExamplePage.visit(other, demo.url, mode)
        page.log_in()
        return page

    return elsewhere


def sent(page):
    """The requests that the page shows as its own, newest first."""
    rows = page.page.locator("#log .what").all_inner_texts()
    return [" ".join(row.split()) for row in rows]


class TestLogin:
    @BOTH_MODES
    def test_shows_who_one_is(self, visit, mode):
        page = visit(mode)

        page.log_in("alice")

        assert page.page.locator("#who-name").inner_text() == "alice"
        assert page.heading("Who am I").is_visible()
        assert not page.heading("Log in").is_visible()

    def test_survives_a_reload_in_cookie_mode(self, visit):
        page = visit("cookie")
        page.log_in()

        page.reload()

        assert page.heading("Who am I").is_visible()

    def test_is_forgotten_with_the_page_in_header_mode(self, visit):
        page = visit("header")
        page.log_in()

        page.reload()

        assert page.heading("Log in").is_visible()
        assert page.page.get_by_label("Authorization header").is_checked()

    def test_a_wrong_password_is_told_in_words(self, visit, profile):
        profile.expect("401")
        page = visit()

        page.page.get_by_label("User name").fill("alice")
        page.page.get_by_label("Password").fill("wrong")
        page.press("Enter")

        told = page.page.locator("#login-error")
        told.filter(has_text="User name and password do not fit.").wait_for()
        assert page.focused == "password"

    def test_a_missing_password_is_told_without_asking_the_server(self, visit):
        page = visit()

        page.page.get_by_label("User name").fill("alice")
        page.press("Enter")

        assert page.page.locator("#login-error").inner_text() == "Give your password."
        assert page.focused == "password"
        assert sent(page) == []

    def test_takes_what_a_stranger_was_answered_away(self, visit, profile):
        profile.expect("401")
        page = visit()
        page.button("Secure view").click()
        page.answer.get_by_text("You are not logged in").wait_for()

        page.log_in()

        assert page.answer.inner_text() == ""

    def test_is_known_again_at_the_first_request_where_storage_is_forbidden(self, visit, profile):
        profile.context.add_init_script(FORBIDDEN)
        page = visit("cookie")
        page.log_in()
        page.reload()

        page.button("Secure view").click()

        page.devices.first.wait_for()
        assert page.heading("Who am I").is_visible()
        assert page.said.inner_text() == ""

    def test_asks_nothing_of_the_api_for_a_stranger(self, visit):
        assert sent(visit()) == []


class TestOrder:
    @pytest.mark.parametrize("size", SIZES)
    def test_the_login_is_the_first_and_the_theft_the_second(self, visit, new_profile, size):
        page = visit(by=new_profile(viewport=SIZES[size]))
        tops = [page.box(f"#{card}-card")["y"] for card in ("login", "theft", "mode")]
        below = page.box("#call-title")["y"]

        assert tops[0] < tops[1] < below
        assert page.box("#login [type=submit]")["y"] < SIZES[size]["height"]

    @pytest.mark.parametrize("size", SIZES)
    def test_the_theft_can_be_played_without_scrolling(self, visit, new_profile, size):
        page = visit(by=new_profile(viewport=SIZES[size]))
        page.log_in()

        button = page.box("#steal")

        assert button["y"] > page.box("header")["height"]
        assert button["y"] + button["height"] < SIZES[size]["height"]

    @pytest.mark.parametrize("size", SIZES)
    def test_what_a_script_could_steal_is_seen_where_the_mode_is_switched(
        self, visit, new_profile, size
    ):
        page = visit("header", by=new_profile(viewport=SIZES[size]))
        page.log_in()
        page.page.locator("#mode-title").evaluate("(title) => title.scrollIntoView()")

        switch, reach = page.box(".switch"), page.box("#reach")

        assert switch["y"] > 0
        assert reach["y"] + reach["height"] < SIZES[size]["height"]
        assert reach["y"] - switch["y"] < 120

    def test_the_claims_are_folded(self, visit):
        page = visit()
        page.log_in()

        assert not page.page.locator("#claims").is_visible()


class TestMessages:
    @pytest.mark.parametrize("size", SIZES)
    def test_lie_on_nothing(self, visit, elsewhere, new_profile, size):
        elsewhere()
        page = visit(by=new_profile(viewport=SIZES[size]))
        page.log_in()
        page.devices.nth(1).get_by_role("button").click()
        page.said.filter(has_text="Its next request is refused.").wait_for()

        over = """(told) => {
            const { top, bottom, left, right } = told.getBoundingClientRect();
            const all = [...document.querySelectorAll("main *, footer")];
            return all.filter((one) => {
                if (one.contains(told) || told.contains(one)) return false;
                if (one.closest(".visually-hidden") || !one.checkVisibility()) return false;
                const box = one.getBoundingClientRect();
                return box.height > 0 && box.top < bottom && box.bottom > top
                    && box.left < right && box.right > left;
            }).map((one) => one.outerHTML);
        }"""

        told = page.page.locator(".told")
        assert told.evaluate(over) == []
        assert told.evaluate("(told) => told.closest('.card').id") == "devices-card"

    def test_go_when_they_are_closed(self, visit):
        page = visit()
        page.log_in()

        page.button("Close this message").click()

        assert page.page.locator(".told").count() == 0
        assert page.said.inner_text() == ""


class TestLogout:
    @BOTH_MODES
    def test_a_logout_that_does_not_reach_the_server_is_told_as_none(self, visit, profile, mode):
        profile.expect("ERR_FAILED")
        page = visit(mode)
        page.log_in()
        page.page.route("**/logout/", lambda route: route.abort())

        page.button("Log out", within=".bar").click()

        page.complained.filter(has_text="You are still logged in. No answer came").wait_for()
        assert page.heading("Who am I").is_visible()


class TestKeyboard:
    def test_is_enough_to_log_in_and_out(self, visit):
        page = visit()

        page.press("Tab", "Enter")  # past the bar
        page.press("Tab", "Enter")  # "Fill in alice"
        page.press("Enter")  # the focus is on "Log in" then
        page.devices.first.wait_for()
        assert page.focused == "theft-title"
        page.button("Log out", within=".bar").focus()
        page.press("Enter")

        page.said.filter(has_text="You are logged out.").wait_for()
        assert page.focused == "login-title"

    def test_chooses_how_tokens_are_kept(self, visit):
        page = visit()

        page.page.get_by_label("HttpOnly cookies").focus()
        page.press("ArrowRight")

        page.page.get_by_text("client.js keeps both tokens in this page").wait_for()
        assert "?mode=header" in page.page.url

    def test_the_keyboard_closes_a_message(self, visit):
        page = visit()
        page.log_in()

        page.press("Escape")

        assert page.said.inner_text() == ""


class TestWhoAmI:
    @BOTH_MODES
    def test_the_page_explains_every_claim(self, visit, mode):
        page = visit(mode)
        page.log_in()

        claims = page.claims()

        assert {"username", "exp", "sid", "auth_time", "tier"} <= set(claims)
        assert [name for name, meaning in claims.items() if not meaning] == []

    def test_counts_the_access_token_down(self, visit, profile):
        profile.context.clock.install()
        page = visit()
        page.log_in()

        profile.context.clock.fast_forward("05:00")

        left = page.page.locator("#countdown").inner_text()
        assert re.fullmatch(r"(10:00|9:5\d)", left)

    @BOTH_MODES
    def test_a_token_that_expires_is_refreshed_once_and_unseen(self, visit, profile, mode):
        profile.expect("401")
        page = visit(mode)
        page.log_in()
        before = page.page.locator("#claims").text_content()

        page.button("Let it expire now").click()

        page.said.filter(has_text="client.js refreshed and asked again (200)").wait_for()
        assert len(profile.sent("POST", REFRESH[mode])) == 1
        assert page.page.locator("#claims").text_content() != before
        assert page.heading("Who am I").is_visible()


class TestViews:
    @BOTH_MODES
    def test_open_to_who_is_logged_in(self, visit, mode):
        page = visit(mode)
        page.log_in()

        page.button("Secure view").click()

        page.answer.get_by_text("You are authenticated!").wait_for()

    def test_refuse_a_stranger_in_words(self, visit, profile):
        profile.expect("401")
        page = visit()

        page.button("Secure view").click()

        page.answer.get_by_text("You are not logged in, and this is not for strangers.").wait_for()

    def test_refuse_who_is_no_manager_in_words(self, visit, profile):
        profile.expect("403")
        page = visit()
        page.log_in("bob")

        page.page.get_by_role("button", name="report").click()

        page.answer.get_by_text("only managers may").wait_for()


class TestDevices:
    @BOTH_MODES
    def test_one_of_them_is_this_one(self, visit, elsewhere, mode):
        elsewhere()
        page = visit(mode)
        page.log_in()

        assert page.devices.count() == 2
        assert page.page.get_by_text("this device").count() == 1
        assert "this device" in page.devices.first.inner_text()

    @BOTH_MODES
    def test_another_one_that_is_ended_is_told_so_at_its_next_request(self, visit, elsewhere, mode):
        other = elsewhere(mode, expects=["401"])
        page = visit(mode)
        page.log_in()

        page.devices.nth(1).get_by_role("button").click()
        page.said.filter(has_text="Its next request is refused.").wait_for()
        other.button("Secure view").click()

        other.complained.filter(has_text="This session has ended").wait_for()
        assert other.heading("Log in").is_visible()
        assert page.devices.count() == 1

    @BOTH_MODES
    def test_one_click_makes_a_second_one_that_can_be_ended(self, visit, profile, mode):
        profile.expect("401")
        page = visit(mode)
        page.log_in("bob")

        with profile.context.expect_page() as opened:
            page.page.get_by_role("link", name="Be a second device").click()
        second = ExamplePage(opened.value)
        second.devices.nth(1).wait_for()
        assert second.page.locator("#who-name").inner_text() == "bob"
        page.button("Look again").click()
        page.page.get_by_role("button", name="End: ").click()
        page.said.filter(has_text="Its next request is refused.").wait_for()
        second.button("Secure view").click()

        second.complained.filter(has_text="This session has ended").wait_for()
        assert page.heading("Who am I").is_visible()

    def test_a_second_one_is_no_third_after_a_reload(self, visit, profile):
        page = visit("cookie")
        page.log_in()
        with profile.context.expect_page() as opened:
            page.page.get_by_role("link", name="Be a second device").click()
        second = ExamplePage(opened.value)
        second.devices.nth(1).wait_for()

        second.reload()

        assert second.heading("Log in").is_visible()

    def test_all_others_end_at_once(self, visit, elsewhere):
        elsewhere("cookie")
        elsewhere("header")
        page = visit()
        page.log_in()

        page.button("End all others").click()

        page.said.filter(has_text="Other devices that were logged out: 2.").wait_for()
        assert page.devices.count() == 1
        assert page.heading("Who am I").is_visible()

    def test_this_one_logs_out(self, visit):
        page = visit()
        page.log_in()

        page.devices.first.get_by_role("button").click()

        page.said.filter(has_text="You are logged out.").wait_for()
        assert page.heading("Log in").is_visible()

    def test_a_logout_in_one_tab_is_one_in_all(self, visit):
        page, other = visit(), visit()
        page.log_in()
        other.reload()

        page.button("Log out", within=".bar").click()

        other.said.filter(has_text="You are logged out.").wait_for()
        assert other.heading("Log in").is_visible()

    def test_a_login_in_another_tab_is_one_in_this(self, visit):
        page, other = visit(), visit()
        page.log_in("alice")
        other.log_in_unseen("bob")

        page.said.filter(has_text="Somebody has logged in in another tab").wait_for()
        page.devices.first.wait_for()
        assert page.page.locator("#who-name").inner_text() == "bob"

    def test_a_login_in_another_tab_is_shown_in_one_where_nobody_was(self, visit):
        page, other = visit(), visit()

        other.log_in("alice")

        page.said.filter(has_text="Somebody has logged in in another tab").wait_for()
        page.devices.first.wait_for()
        assert page.page.locator("#who-name").inner_text() == "alice"
        assert not page.heading("Log in").is_visible()

    def test_a_login_is_none_in_another_tab_to_the_tab_that_made_it(self, visit, profile):
        page = visit()

        page.log_in()

        assert page.said.inner_text() == "You are logged in as alice."
        assert len(profile.sent("GET", "/api/whoami/")) == 1

    def test_what_somebody_calls_a_device_is_text(self, visit, elsewhere):
        elsewhere(user_agent="<img src=x onerror=alert(1)> Firefox/140.0")
        page = visit()
        page.log_in()
        call = """async (name) => {
            const { createClient } = await import("/static/drf_jwt_kit/client.js");
            const { fetch } = createClient({ baseUrl: "/api/auth/" });
            const headers = { "Content-Type": "application/json" };
            const body = JSON.stringify({ name });
            for (const { id } of await (await fetch("/api/auth/sessions/")).json()) {
                await fetch(`/api/auth/sessions/${id}/`, { method: "PATCH", headers, body });
            }
        }"""
        page.page.evaluate(call, "<img src=x onerror=alert(1)>")

        page.button("Look again").click()

        page.devices.filter(has_text="<img src=x onerror=alert(1)>").nth(1).wait_for()
        assert page.page.locator("#devices img").count() == 0


class TestTheft:
    @BOTH_MODES
    def test_ends_the_session_for_thief_and_owner(self, visit, profile, mode):
        profile.expect("401")
        page = visit(mode)
        page.log_in()

        story = page.play_theft()

        assert story == STORY[mode]
        assert page.step("The thief uses the copy").startswith("401 “This session has ended.")
        assert page.step("You make your next request").startswith("401 ")
        assert page.heading("Log in").is_visible()

    @BOTH_MODES
    def test_is_found_too_when_a_refresh_was_just_made(self, visit, profile, mode):
        profile.expect("401")
        page = visit(mode)
        page.log_in()
        page.button("Let it expire now").click()
        page.said.filter(has_text="client.js refreshed").wait_for()

        page.play_theft()

        assert page.step("The thief uses the copy").startswith("401 ")

    def test_spares_the_other_devices(self, visit, elsewhere, profile):
        profile.expect("401")
        other = elsewhere()
        page = visit()
        page.log_in()

        page.play_theft()
        other.button("Secure view").click()

        other.answer.get_by_text("You are authenticated!").wait_for()

    def test_leads_back_to_the_form(self, visit, profile):
        profile.expect("401")
        page = visit()
        page.log_in()
        page.play_theft()

        page.button("Log in again").click()

        assert page.focused == "username"

    @BOTH_MODES
    def test_is_played_beside_it_at_plain_simple_jwt_where_the_thief_goes_on(
        self, visit, profile, mode
    ):
        profile.expect("401")
        page = visit(mode)
        page.log_in()

        page.play_theft()

        asked = [f"/api/demo/plain/{path}" for path in ("token/", "token/refresh/")]
        assert [len(profile.sent("POST", path)) for path in asked] == [1, 1]
        used = page.step("The thief uses the copy", of="plain")
        assert used.startswith("200 ")
        assert used.endswith("(200).")
        assert page.step("You make your next request", of="plain").startswith("200 ")
        assert page.step("How it ends", of="plain").startswith("200 The thief goes on")

    def test_leaves_simple_jwt_out_where_nobody_gave_the_page_a_password(
        self, database, demo, profile
    ):
        profile.expect("400", "401")
        own = {"DEMO_DATABASE": str(database), "JWT_KEYS": str(database.parent / "keys")}
        with running(WITHOUT_PASSWORD, database.parent, **own) as other:
            page = ExamplePage.visit(profile, other.url)
            page.log_in()
            page.play_theft()

        begun = page.step("You are logged in at both", of="plain")
        assert "That does not work, so it is left out" in begun
        assert page.page.locator("#theft-steps .plain").count() == 1
        assert page.step("How it ends") != ""

    def test_tells_both_side_by_side(self, visit, new_profile):
        by = new_profile(viewport=DESK, reduced_motion="reduce")
        by.expect("401")
        page = visit(by=by)
        page.log_in()
        page.play_theft()

        ours, plain = page.box("#theft-steps .end .ours"), page.box("#theft-steps .end .plain")

        assert ours["y"] == plain["y"]
        assert ours["x"] + ours["width"] < plain["x"]

    def test_ends_when_the_mode_changes(self, visit, profile):
        profile.expect("401")
        page = visit("cookie")
        page.log_in()
        page.begin_theft()

        page.page.get_by_label("Authorization header").check()

        ended = page.page.locator("#theft-steps li").filter(has=page.heading("The play ends here"))
        ended.get_by_text("The tokens are kept in the other way now").wait_for()
        assert page.page.locator("#theft-steps .end").count() == 0
        page.log_in()
        assert page.button("Play it").get_attribute("aria-disabled") == "false"

    def test_ends_when_somebody_else_logs_in(self, visit, profile):
        profile.expect("401")
        page, other = visit("cookie"), visit("cookie")
        page.log_in("alice")
        page.begin_theft()

        other.log_in_unseen("bob")

        page.heading("The play ends here").wait_for()
        assert page.page.locator("#theft-steps .end").count() == 0

    def test_ends_with_the_logout(self, visit, profile):
        profile.expect("401")
        page = visit("cookie")
        page.log_in()
        page.begin_theft()

        page.button("Log out", within=".bar").click()

        page.heading("The play ends here").wait_for()
        page.said.filter(has_text="You are logged out.").wait_for()

    def test_needs_somebody_to_steal_from(self, visit):
        page = visit()

        page.button("Play it").focus()
        page.press("Enter")

        assert page.page.get_by_text("Log in first.").is_visible()
        assert page.page.locator("#theft-steps li").count() == 0


class TestMaliciousScript:
    def test_finds_no_token_in_cookie_mode(self, visit, profile):
        profile.expect("401")
        page = visit("cookie")
        page.log_in()
        page.button("Let it expire now").click()
        page.said.filter(has_text="client.js refreshed").wait_for()

        assert page.within_reach() == ["out of reach", "out of reach"]

    def test_finds_none_of_a_stranger(self, visit):
        assert visit("header").within_reach() == ["not there", "not there"]

    def test_finds_both_in_header_mode(self, visit):
        page = visit("header")
        page.log_in()

        access, refresh = page.within_reach()

        assert access.startswith("eyJ")
        assert refresh.startswith("eyJ")


class TestSwitch:
    def test_begins_with_a_login_of_its_own(self, visit):
        page = visit("cookie")
        page.log_in()

        page.page.get_by_label("Authorization header").check()

        page.said.filter(has_text="begins with a login of its own").wait_for()
        assert page.heading("Log in").is_visible()
        page.log_in()
        assert page.devices.count() == 1

    def test_stays_as_it_is_where_the_logout_does_not_reach_the_server(self, visit, profile):
        profile.expect("ERR_FAILED")
        page = visit("cookie")
        page.log_in()
        page.page.route("**/logout/", lambda route: route.abort())

        page.page.get_by_label("Authorization header").click()

        page.complained.filter(has_text="You are still logged in.").wait_for()
        assert page.page.get_by_label("HttpOnly cookies").is_checked()
        assert page.heading("Who am I").is_visible()
        assert page.page.url.endswith("?mode=cookie")

    def test_no_cookie_opens_a_view_in_header_mode(self, visit, profile):
        profile.expect("401")
        visit("cookie").log_in()
        page = visit("header")

        page.button("Secure view").click()

        page.answer.get_by_text("You are not logged in, and this is not for strangers.").wait_for()

    @pytest.mark.parametrize(
        ("mode", "fact"), [("cookie", "keeps you logged in."), ("header", "logs you out here")]
    )
    def test_the_switch_says_what_changes(self, visit, mode, fact):
        page = visit(mode)

        page.page.get_by_text("What changes").click()

        assert page.page.get_by_text(fact).is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
class TestAccessibility:
    def test_nothing_is_wrong_for_a_stranger(self, visit, new_profile, size, scheme):
        page = visit(by=new_profile(viewport=SIZES[size], color_scheme=scheme))
        page.page.get_by_text("What changes").click()

        assert pictures.violations(page.page) == []

    def test_nothing_is_wrong_for_who_is_logged_in(self, visit, new_profile, size, scheme):
        page = visit(by=new_profile(viewport=SIZES[size], color_scheme=scheme))
        page.log_in()
        page.page.get_by_text("What the token says", exact=True).click()
        page.button("Secure view").click()
        page.answer.get_by_text("You are authenticated!").wait_for()

        assert pictures.violations(page.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_inaccessible_after_a_theft(visit, new_profile, scheme):
    by = new_profile(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce")
    by.expect("401")
    page = visit("header", by=by)
    page.log_in()
    page.play_theft()

    assert pictures.violations(page.page) == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(visit, new_profile, width):
    page = visit("header", by=new_profile(viewport={"width": width, "height": 800}))
    page.log_in()
    page.page.get_by_text("What the token says", exact=True).click()

    assert page.page.evaluate("document.documentElement.scrollWidth") == width


class TestAdmin:
    def test_the_list_of_sessions_fits_the_window_and_begins_with_state_and_end(
        self, elsewhere, profile, demo, database, visit
    ):
        visit()
        elsewhere(user_agent=FIREFOX)
        profile.tolerate("favicon.ico")
        page = profile.context.new_page()
        page.set_viewport_size(DESK)
        page.goto(f"{demo.url}/admin/login/?next=/admin/drf_jwt_kit/session/")
        page.get_by_label("Username").fill("olive")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.locator("#result_list").wait_for()
        make_wide(database)
        page.reload()

        heads = page.locator("#result_list thead .text").all_inner_texts()
        assert [head.lower() for head in heads if head.strip()][:2] == ["state", "ends"]
        spread = "(all) => all.map((one) => [one.scrollWidth, one.clientWidth])"
        for whole, seen in page.locator("html, .results").evaluate_all(spread):
            assert whole <= seen


class TestPictures:
    def test_picture_of_the_page_on_a_desk(self, visit, new_profile, picture):
        page = visit(by=new_profile(viewport=DESK, color_scheme="light", **HERE))
        page.log_in()
        page.press("Escape")

        assert picture(page.page, "page-desk-light").stat().st_size < SMALL

    def test_picture_of_the_devices_on_a_phone(self, visit, elsewhere, new_profile, picture):
        elsewhere(user_agent=FIREFOX)
        by = new_profile(viewport=PHONE, color_scheme="dark", user_agent=CHROME, **HERE)
        page = visit(by=by)
        page.log_in()
        page.press("Escape")
        page.page.locator("#devices-title").evaluate("(title) => title.scrollIntoView()")

        assert picture(page.page, "page-phone-dark").stat().st_size < SMALL

    def test_picture_of_a_theft(self, visit, new_profile, picture):
        by = new_profile(viewport=STORYBOARD, color_scheme="dark", reduced_motion="reduce", **HERE)
        by.expect("401")
        page = visit("header", by=by)
        page.log_in()
        page.play_theft()
        page.page.locator("#theft-steps .end").evaluate("(end) => end.scrollIntoView(false)")

        assert picture(page.page, "page-theft-dark").stat().st_size < SMALL
