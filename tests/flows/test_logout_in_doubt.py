"""A logout with a token whose key this process has not read: its session may be live."""

from urllib.parse import urlencode

import pytest
from django.test import override_settings

from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.keys.ring import KeyRing
from drf_jwt_kit.models import Session
from tests.conftest import Kit, claims_of

from .browser import ACCESS, REFRESH, Browser, cleared, session_of

pytestmark = pytest.mark.django_db

READ = {"key": "a" * 64, "algorithm": "HS256"}
UNREAD = {"key": "b" * 64, "algorithm": "HS256"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def own_key(settings):
    settings.DRF_JWT_KIT = {"KEYS": [READ]}


@pytest.fixture
def unread(other_user):
    """The tokens of another session, which another process has signed with its new key."""
    with override_settings(DRF_JWT_KIT={"KEYS": [UNREAD]}):
        return Kit().sign_in(other_user)


def rotated(signed_in):
    """The next tokens of the same session, signed with the key that is unread here."""
    with override_settings(DRF_JWT_KIT={"KEYS": [UNREAD, READ]}):
        return Kit().rotate(signed_in.refresh)


def live():
    return {str(pk) for pk in Session.objects.filter(revoked_at=None).values_list("pk", flat=True)}


def log_out(kit, refresh, access):
    return kit.post_json("logout/", {"refresh": refresh}, Authorization=f"Bearer {access}")


class TestTokensInABodyAndAHeader:
    def test_an_unread_one_in_the_body_is_401_and_the_header_ends_its_session(
        self, kit, signed_in, unread
    ):
        answer = log_out(kit, unread.refresh, signed_in.access)

        assert (answer.status_code, answer["Retry-After"]) == (401, "1")
        assert live() == {str(unread.session.pk)}

    def test_an_unread_one_in_the_header_is_401_and_the_body_ends_its_session(
        self, kit, signed_in, unread
    ):
        answer = log_out(kit, signed_in.refresh, unread.access)

        assert (answer.status_code, answer["Retry-After"]) == (401, "1")
        assert live() == {str(unread.session.pk)}

    def test_an_unread_one_of_the_session_that_ended_leaves_no_doubt(self, kit, user):
        one, other = kit.sign_in(user), kit.sign_in(user)

        answers = [
            log_out(kit, rotated(one).refresh, one.access),
            log_out(kit, other.refresh, rotated(other).access),
        ]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert live() == set()

    def test_a_lapsed_key_is_503_and_the_other_token_ends_its_session(
        self, kit, signed_in, unread, monkeypatch
    ):
        with override_settings(DRF_JWT_KIT={"KEYS": [UNREAD]}):
            lapsed = frozenset({get_ring().signing.kid})
        here = KeyRing(signing=get_ring().signing, lapsed=lapsed)
        monkeypatch.setattr("drf_jwt_kit.sessions.presented.get_ring", lambda: here)

        answer = log_out(kit, unread.refresh, signed_in.access)

        assert (answer.status_code, live()) == (503, {str(unread.session.pk)})


class TestAFormWithTheFieldTwice:
    def test_a_logout_ends_the_session_of_each_token(self, kit, user):
        tokens = [kit.sign_in(user) for _ in range(3)]
        form = urlencode([("refresh", one.refresh) for one in tokens] + [("refresh", "garbage")])

        answer = kit.post("/api/token/logout/", form, content_type=FORM)

        assert (answer.status_code, live()) == (200, set())

    def test_an_unread_one_is_401_and_the_other_ends_its_session(self, kit, signed_in, unread):
        for pair in ([unread, signed_in], [signed_in, unread]):
            form = urlencode([("refresh", one.refresh) for one in pair])
            answer = kit.post("/api/token/logout/", form, content_type=FORM)

            assert (answer.status_code, live()) == (401, {str(unread.session.pk)})


@pytest.mark.urls("tests.flows.cookie_urls")
class TestCookies:
    @pytest.fixture
    def unread(self, other_user):
        with override_settings(DRF_JWT_KIT={"KEYS": [UNREAD]}):
            browser = Browser()
            browser.log_in(other_user)
            return browser.held(REFRESH)

    def log_out(self, browser, *cookies):
        csrf = f"csrftoken={browser.cookies['csrftoken'].value}"
        sent = "; ".join([csrf, *(f"{name}={token}" for name, token in cookies)])
        return browser.send("post", "/api/auth/logout/", Cookie=sent)

    @pytest.mark.parametrize("first", [True, False])
    def test_an_unread_one_beside_ones_own_is_401_and_the_browser_is_logged_out(
        self, logged_in, unread, first
    ):
        cookies = [(REFRESH, unread), (REFRESH, logged_in.held(REFRESH))]

        answer = self.log_out(logged_in, *(cookies if first else cookies[::-1]))

        assert (answer.status_code, answer["Retry-After"]) == (401, "1")
        assert cleared(answer) == {ACCESS, REFRESH}
        assert live() == {claims_of(unread)["sid"]}

    def test_an_unread_one_alone_is_kept_to_try_again(self, logged_in, unread):
        answer = self.log_out(logged_in, (REFRESH, unread), (ACCESS, "garbage"))

        assert (answer.status_code, cleared(answer)) == (401, set())

    def test_an_unread_one_of_the_session_that_ended_leaves_no_doubt(self, logged_in):
        access = logged_in.held(ACCESS)
        with override_settings(DRF_JWT_KIT={"KEYS": [UNREAD, READ]}):
            logged_in.refresh()

        answer = self.log_out(logged_in, (REFRESH, logged_in.held(REFRESH)), (ACCESS, access))

        assert (answer.status_code, cleared(answer)) == (200, {ACCESS, REFRESH})
        assert live() == set()

    def test_a_logout_refused_as_of_another_site_clears_nothing(self, logged_in):
        answer = logged_in.post("/api/auth/logout/", {}, "application/json")

        assert (answer.status_code, cleared(answer)) == (403, set())
        assert session_of(logged_in).revoked_at is None
