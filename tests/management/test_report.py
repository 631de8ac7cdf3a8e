"""``jwtkit report``: one page that says how a project stands to the standards."""

from html.parser import HTMLParser

import pytest
from django.core.management import CommandError

from drf_jwt_kit.exceptions import ClaimsError
from drf_jwt_kit.management.standards import STANDARDS, Status

REPORT = "drf_jwt_kit.management.subcommands.report"


class Page(HTMLParser):
    """What a browser would see of a page, and what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.text, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.open.append(tag)
        self.addresses += [value for name, value in attributes if name in {"src", "href"}]

    def handle_endtag(self, tag):
        assert tag in self.open
        while self.open.pop() != tag:
            pass

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def page(jwtkit):
    return Page(jwtkit("report", "--date", "2026-11-27"))


class TestThePage:
    def test_has_every_requirement_of_every_standard(self, page):
        text = " ".join(page.text)

        assert [
            row.asks for one in STANDARDS for row in one.requirements if row.asks not in text
        ] == []
        assert [one.title for one in STANDARDS if one.title not in text] == []

    def test_says_how_many_are_met(self, page):
        words = " ".join(page.text)

        assert f"{Status.MET.value}, " in words
        assert f" {Status.YOURS.value}." in words

    def test_shows_the_evidence_with_where_it_comes_from(self, page):
        assert (
            "ROTATE_REFRESH_TOKENS = True (default), ROTATION_LEEWAY = 0:00:10 (default)"
            in page.text
        )

    def test_needs_no_network_and_no_script(self, page):
        assert page.addresses == []
        assert {"script", "img", "link", "iframe"}.isdisjoint(page.tags)

    def test_asks_no_database(self, jwtkit):
        assert jwtkit("report")  # no test may without its mark

    def test_is_the_same_on_the_same_day(self, jwtkit):
        words = ("report", "--date", "2026-11-27")

        assert jwtkit(*words) == jwtkit(*words)
        assert "<p>2026-11-27. drf-jwt-kit " in jwtkit(*words)

    def test_names_this_day(self, clock, jwtkit):
        assert "<p>2026-01-01. " in jwtkit("report")

    def test_is_escaped(self, settings, jwtkit):
        settings.CSRF_TRUSTED_ORIGINS = ["https://<script>alert(1)</script>"]
        settings.ROOT_URLCONF = "drf_jwt_kit.urls.cookie"

        said = jwtkit("report")

        assert "<script>" not in said
        assert "https://&lt;script&gt;" in said

    def test_shows_no_secret(self, settings, jwtkit):
        secret = "a secret of forty characters, or some more"
        settings.SIMPLE_JWT = {"SIGNING_KEY": secret}

        assert secret not in jwtkit("report")

    def test_names_the_project_by_the_package_of_its_settings(self, jwtkit):
        assert "<title>Tokens and sessions of tests</title>" in jwtkit("report")


class TestTheFile:
    def test_is_written(self, jwtkit, tmp_path):
        file = tmp_path / "report.html"

        said = jwtkit("report", "--output", str(file))

        assert said == f"Written: {file}\n"
        assert file.read_text(encoding="utf-8").startswith("<!doctype html>")

    def test_one_that_cannot_be_written_is_an_error(self, jwtkit, tmp_path):
        with pytest.raises(CommandError, match="cannot be written") as error:
            jwtkit("report", "--output", str(tmp_path))

        assert error.value.returncode == 2


class TestNobodyCanLook:
    def test_wrong_settings_are_told(self, settings, jwtkit):
        settings.DRF_JWT_KIT = {"NO_SUCH_SETTING": 1}

        with pytest.raises(CommandError, match="NO_SUCH_SETTING") as error:
            jwtkit("report")

        assert error.value.returncode == 2

    def test_what_is_configured_wrong_is_told(self, monkeypatch, jwtkit):
        def broken():
            raise ClaimsError("Nobody can serialize that.")

        monkeypatch.setattr(f"{REPORT}.looked_at", broken)

        with pytest.raises(CommandError, match="Nobody can serialize that") as error:
            jwtkit("report")

        assert error.value.returncode == 2
