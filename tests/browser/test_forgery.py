"""Nothing that another origin's page sends changes anything; the same from one's own page does."""

import pytest

from .forging import TARGETS, Scene
from .shop import STRANGER

JSON = {"Content-Type": "application/json"}
REFUSED = dict.fromkeys(TARGETS, 415)
"""As a form, which our own endpoints do not take."""
OF_A_SIBLING = REFUSED | {"order": 403}
"""As somebody else's request, in a view of the project's that takes forms."""
OF_ANOTHER_SITE = REFUSED | {"order": 401}
"""As nobody's there, since the cookies were not sent."""


FORMS = [
    pytest.param("application/x-www-form-urlencoded", "_self", id="urlencoded"),
    pytest.param("multipart/form-data", "_self", id="multipart"),
    pytest.param("text/plain", "_self", id="json-as-text"),
    pytest.param("text/plain", "unseen", id="json-as-text-in-a-frame"),
]
"""How a form is encoded, and whether its answer goes into the window or a frame of it."""


@pytest.fixture
def by_a_sibling(chromium, secure_shop, profile):
    """Mallory's page is same-site: all cookies are sent. CORS lets it read answers, too."""
    return chromium.run(Scene.of, secure_shop, profile, host=STRANGER)


@pytest.fixture
def by_another_site(chromium, shop, profile):
    """Mallory's page is cross-site: no cookie is sent, and none is needed to log somebody in."""
    return chromium.run(Scene.of, shop, profile, host="mallory.localhost")


@pytest.mark.parametrize(("encoding", "into"), FORMS)
@pytest.mark.parametrize("target", TARGETS)
def test_a_form_of_a_sibling_host_changes_nothing(by_a_sibling, target, encoding, into):
    before = by_a_sibling.state()

    status = by_a_sibling.submit(target, encoding=encoding, into=into)

    assert status == OF_A_SIBLING[target]
    assert by_a_sibling.state() == before


@pytest.mark.parametrize(("encoding", "into"), [FORMS[0], FORMS[3]])
@pytest.mark.parametrize("target", TARGETS)
def test_a_form_of_another_site_changes_nothing(by_another_site, target, encoding, into):
    before = by_another_site.state()

    status = by_another_site.submit(target, encoding=encoding, into=into)

    assert status == OF_ANOTHER_SITE[target]
    assert by_another_site.state() == before


@pytest.mark.parametrize("target", TARGETS)
class TestAScriptOfASiblingHost:
    def test_changes_nothing_without_asking_leave(self, by_a_sibling, target):
        by_a_sibling.profile.tolerate("the server responded with a status of 4")
        before = by_a_sibling.state()

        status = by_a_sibling.ask(by_a_sibling.intrude(), target, token=False, mode="no-cors")

        assert status == 0  # it does not even see the answer
        assert by_a_sibling.state() == before

    def test_changes_nothing_where_cors_lets_it_send_json(self, by_a_sibling, target):
        by_a_sibling.profile.expect("403")
        before = by_a_sibling.state()

        status = by_a_sibling.ask(by_a_sibling.intrude(), target, token=False, headers=JSON)

        assert status == 403
        assert by_a_sibling.state() == before

    def test_changes_nothing_with_the_token_that_cors_lets_it_read(self, by_a_sibling, target):
        by_a_sibling.profile.expect("403")
        before = by_a_sibling.state()

        status = by_a_sibling.ask(by_a_sibling.intrude(), target, token=True, headers=JSON)

        assert status == 403
        assert by_a_sibling.state() == before


@pytest.mark.parametrize("target", TARGETS)
class TestOnesOwnPage:
    def test_changes_what_the_forgeries_do_not(self, by_a_sibling, target):
        before = by_a_sibling.state()

        status = by_a_sibling.ask(by_a_sibling.tab.page, target, token=True, headers=JSON)

        assert status == (201 if target == "order" else 200)
        assert by_a_sibling.state() != before

    def test_changes_nothing_without_the_token(self, by_a_sibling, target):
        by_a_sibling.profile.expect("403")
        before = by_a_sibling.state()

        status = by_a_sibling.ask(by_a_sibling.tab.page, target, token=False, headers=JSON)

        assert status == 403
        assert by_a_sibling.state() == before


def test_the_forgeries_of_a_sibling_host_carry_the_cookies(by_a_sibling):
    by_a_sibling.profile.tolerate("the server responded with a status of 4")
    origin = by_a_sibling.shop.at("", host=STRANGER)

    by_a_sibling.ask(by_a_sibling.intrude(), "order", token=False, mode="no-cors")

    (request,) = by_a_sibling.shop.events(event="request", origin=origin, method="POST")[-1:]
    assert {"__Host-access_token", "__Host-refresh_token"} <= set(request["cookies"].split(","))
