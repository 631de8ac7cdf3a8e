"""The same module with tokens in the Authorization header: in memory, and nowhere else."""

import pytest

SECURE = "/api/secure-by-header/"
_KEPT = """() => JSON.stringify({
    document: document.cookie, local: { ...localStorage }, session: { ...sessionStorage },
    name: window.name, url: location.href,
})"""


@pytest.fixture
def by_header(chromium, profile, shop, ada):
    """Ada, logged in, by header."""
    tab = chromium.run(profile.open, shop.at(), baseUrl="/api/token/", mode="header")
    chromium.run(tab.login, ada)
    return tab


def test_asks_with_the_header(by_header, ada):
    assert by_header.get(SECURE).body == {"user": ada.get_username()}


def test_keeps_no_token_where_a_script_could_find_it_later(by_header):
    by_header.get(SECURE)

    assert "eyJ" not in by_header.script(_KEPT)


def test_header_mode_sets_no_cookie(profile, by_header):
    by_header.get(SECURE)

    assert profile.cookies() == {}


def test_ends_with_the_page(by_header):
    by_header.reload()

    assert by_header.session is None


def test_renews_what_has_expired(profile, by_header, later):
    profile.expect(f"401 (Unauthorized) [{SECURE}]")
    later(minutes=16)

    assert by_header.get(SECURE).status == 200
    assert len(profile.sent("POST", "/api/token/refresh/")) == 1


def test_logs_out_at_the_server(shop, by_header, ada):
    by_header.logout()

    assert [row["revoked"] for row in shop.sessions(ada)] == [True]
    assert (by_header.session, by_header.ended) == (None, ["logout"])


def test_sends_the_token_to_no_other_origin(profile, shop, by_header):
    profile.expect("CORS", "ERR_FAILED")
    elsewhere = shop.at("/api/public/", host="127.0.0.1")

    by_header.outcome(f"client.fetch('{elsewhere}')")

    (request,) = profile.sent("GET", "/api/public/")
    assert "authorization" not in request.all_headers()


def test_the_refresh_token_outlives_the_page_in_storage_that_the_project_names(profile, shop, ada):
    options = {"baseUrl": "/api/token/", "mode": "header", "storage": "localStorage"}
    tab = profile.open(shop.at(), **options)
    tab.login(ada)

    tab.reload()

    assert tab.get(SECURE).body == {"user": ada.get_username()}
    assert "eyJ" in tab.script(_KEPT)
