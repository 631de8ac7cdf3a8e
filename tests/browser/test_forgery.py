"""Nothing that another origin's page sends changes anything; the same from one's own page does."""

import pytest

from .forging import TARGETS, Scene
from .shop import STRANGER

JSON = {"Content-Type": "application/json"}
REFUSED = (401, 403, 415)
"""As nobody, since the cookies were not sent; as somebody else's request; as a form."""


@pytest.fixture(
    params=[("shop", "mallory.localhost"), ("secure_shop", STRANGER)],
    ids=["of-another-site", "of-a-sibling-host"],
)
def scene(request, chromium, profile):
    """Mallory's page is cross-site, so that no cookie is sent, or same-site, so that all are."""
    name, host = request.param
    shop = request.getfixturevalue(name)
    ada, mallory = shop.newcomer(), shop.newcomer()
    tab = chromium.run(profile.open, shop.at())
    chromium.run(tab.login, ada)
    return Scene(shop=shop, profile=profile, tab=tab, ada=ada, mallory=mallory, host=host)


@pytest.fixture
def by_a_sibling(chromium, secure_shop, profile):
    """CORS lets Mallory's page read answers here, and CSRF_TRUSTED_ORIGINS does not name it."""
    ada, mallory = secure_shop.newcomer(), secure_shop.newcomer()
    tab = chromium.run(profile.open, secure_shop.at())
    chromium.run(tab.login, ada)
    return Scene(
        shop=secure_shop, profile=profile, tab=tab, ada=ada, mallory=mallory, host=STRANGER
    )


@pytest.mark.parametrize(
    ("encoding", "into"),
    [
        pytest.param("application/x-www-form-urlencoded", "_self", id="urlencoded"),
        pytest.param("multipart/form-data", "_self", id="multipart"),
        pytest.param("text/plain", "_self", id="json-as-text"),
        pytest.param("text/plain", "unseen", id="json-as-text-in-a-frame"),
    ],
)
@pytest.mark.parametrize("target", TARGETS)
def test_a_form_changes_nothing(scene, target, encoding, into):
    before = scene.state()

    status = scene.submit(target, encoding=encoding, into=into)

    assert status in REFUSED
    assert scene.state() == before


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
    def test_changes_what_the_forgeries_do_not(self, scene, target):
        before = scene.state()

        status = scene.ask(scene.tab.page, target, token=True, headers=JSON)

        assert status in (200, 201)
        assert scene.state() != before

    def test_changes_nothing_without_the_token(self, scene, target):
        scene.profile.expect("403")
        before = scene.state()

        status = scene.ask(scene.tab.page, target, token=False, headers=JSON)

        assert status == 403
        assert scene.state() == before


def test_the_forgeries_of_a_sibling_host_carry_the_cookies(by_a_sibling):
    by_a_sibling.profile.tolerate("the server responded with a status of 4")
    origin = by_a_sibling.shop.at("", host=STRANGER)

    by_a_sibling.ask(by_a_sibling.intrude(), "order", token=False, mode="no-cors")

    (request,) = by_a_sibling.shop.events(event="request", origin=origin, method="POST")[-1:]
    assert {"__Host-access_token", "__Host-refresh_token"} <= set(request["cookies"].split(","))
