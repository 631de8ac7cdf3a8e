"""What the specifications here stand on: a console that is heard, a clock that moves, axe."""

import re

import pytest

from . import pictures


class TestTheBrowser:
    def test_has_turned_off_what_playwright_turns_off(self, chromium):
        asked = chromium.browser.new_browser_cdp_session()
        started = asked.send("SystemInfo.getInfo")["commandLine"]

        theirs, ours = (
            set(off.split(",")) for off in re.findall(r"--disable-features=(\S+)", started)
        )

        assert theirs - ours == set()

    def test_has_no_page_behind_its_address_line(self, chromium, profile, shop):
        profile.visit(shop.at("/blank/"))
        everything = {"filter": [{}]}

        found = chromium.browser.new_browser_cdp_session().send("Target.getTargets", everything)

        assert [one["url"] for one in found["targetInfos"] if "omnibox" in one["url"]] == []


class TestTheConsole:
    def test_an_error_that_no_test_expected_fails_it(self, chromium, shop):
        from .profile import Profile

        profile = Profile(chromium.browser)
        page = profile.visit(shop.at("/blank/"))

        page.evaluate("console.error('broken')")

        assert profile.unexpected() == ["error: broken []"]
        profile.close()

    def test_an_exception_that_nobody_catches_fails_it(self, chromium, shop):
        from .profile import Profile

        profile = Profile(chromium.browser)
        page = profile.visit(shop.at("/blank/"))

        page.evaluate("void setTimeout(() => { throw new Error('broken'); })")
        page.wait_for_timeout(50)

        assert profile.unexpected() == ["uncaught: broken"]
        profile.close()

    def test_an_expected_complaint_that_nobody_makes_fails_it(self, chromium):
        from .profile import Profile

        profile = Profile(chromium.browser)

        profile.expect("401")

        assert profile.unexpected() == ["The console never said '401'."]
        profile.close()


class TestTheClockOfTheServer:
    def test_is_moved_for_what_it_answers(self, shop, later):
        before = shop.kit().get("/blank/").headers["date"]

        later(hours=30)

        assert shop.kit().get("/blank/").headers["date"] != before


class TestPictures:
    def test_go_to_a_temporary_folder(self, profile, shop, picture, tmp_path, monkeypatch):
        monkeypatch.delenv("SCREENSHOTS", raising=False)

        path = picture(profile.visit(shop.at("/blank/")), "elsewhere")

        assert path.parent == tmp_path
        assert path.read_bytes().startswith(b"\x89PNG")

    def test_go_to_the_documents_when_asked(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SCREENSHOTS", "1")
        monkeypatch.setattr(pictures, "IMAGES", tmp_path / "docs" / "images")

        assert pictures.folder(tmp_path) == tmp_path / "docs" / "images"


class TestAxe:
    def test_has_nothing_against_a_sound_page(self, profile, shop):
        page = profile.visit(shop.at("/blank/"))

        assert pictures.violations(page) == []

    def test_finds_what_is_not_accessible(self, profile, shop):
        page = profile.visit(shop.at("/blank/"))

        page.evaluate("document.querySelector('main').innerHTML += '<img src=\"data:,\">'")

        assert any(line.startswith("image-alt (critical)") for line in pictures.violations(page))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "app.shop.localhost"])
def test_every_name_leads_to_the_shop(profile, shop, host):
    page = profile.visit(shop.at("/blank/", host=host))

    assert page.title() == "Elsewhere"
