"""Going back to a page that the browser has kept: it knows what happened meanwhile."""


def test_a_page_that_was_left_knows_of_a_logout_elsewhere(profile, shop, tab):
    another = profile.open(shop.at())
    tab.page.goto(shop.at("/blank/"))

    another.logout()
    tab.page.go_back()
    tab.wait_until_ready()

    assert tab.session is None


def test_a_page_that_was_left_uses_nothing_old(profile, shop, tab, ada):
    profile.expect("401")
    another = profile.open(shop.at())
    tab.page.goto(shop.at("/blank/"))

    another.logout()
    tab.page.go_back()
    tab.wait_until_ready()

    assert tab.get("/api/secure/").status == 401


def test_a_page_that_was_left_goes_on_after_a_refresh_elsewhere(profile, shop, tab, later):
    profile.expect("401")
    another = profile.open(shop.at())
    tab.page.goto(shop.at("/blank/"))
    later(minutes=16)
    another.get("/api/secure/")

    tab.page.go_back()
    tab.wait_until_ready()

    assert tab.get("/api/secure/").status == 200
    assert len(profile.sent("POST", "/api/auth/refresh/")) == 1
