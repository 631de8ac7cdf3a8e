"""Sessions that are bound to a device: a copy of the cookies is no way to go on."""

import json
from datetime import timedelta

import pytest
from django.test import override_settings
from django.urls import include, path, re_path, resolve
from rest_framework.request import Request
from rest_framework.response import Response

from drf_jwt_kit import sessions, signals
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenRefreshSerializer
from drf_jwt_kit.sessions import rows
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.tokens import RefreshToken
from drf_jwt_kit.urls import cookie
from drf_jwt_kit.views import BoundRefreshView, CookieObtainView, CookieRefreshView
from drf_jwt_kit.views.jar import offer_to_bind
from tests.conftest import forge
from tests.docs.pages import ROOT, blocks_of
from tests.keys.material import private_pem
from tests.properties.world import between_read_and_write

from .browser import ACCESS, REFRESH, Browser, cleared, cookies_of, credentials, session_of
from .device import BindingBrowser, Device, challenge_in, copied, offered

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]


@pytest.fixture
def settings(settings):
    settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
    return settings


@pytest.fixture
def owner(settings, clock, user):
    """Bound, and later than any leeway."""
    browser = BindingBrowser()
    browser.bind(browser.log_in(user))
    clock.shift(timedelta(minutes=14))
    return browser


@pytest.fixture
def told():
    facts = []

    def receiver(sender, **more):
        facts.append(more)

    signals.refresh_unproven.connect(receiver)
    yield facts
    signals.refresh_unproven.disconnect(receiver)


RETRY_KEY = {"Idempotency_Key": "0123456789abcdef"}


def copied_to_device(browser):
    """A thief with the cookies of a session that is not bound, and a device of his own."""
    thief = BindingBrowser()
    thief.cookies.load(cookies_of(browser))
    thief.told = {
        "refresh_url": "/api/auth/bind/refresh/",
        "session_identifier": str(session_of(browser).pk),
    }
    return thief


def code_of(answer):
    return (answer.status_code, answer.json().get("reason"))


class TestOffer:
    def test_is_not_made_where_no_url_says_what_stands_beside(self, settings, logged_in, rf):
        response = Response({})

        offer_to_bind(Request(rf.get("/")), response, logged_in.held(REFRESH))

        assert "Secure-Session-Registration" not in response

    def test_stands_beside_a_body_of_another_shape_too(self, settings, logged_in, rf):
        request, response = Request(rf.get("/api/auth/")), Response([])
        request._request.resolver_match = resolve("/api/auth/")

        offer_to_bind(request, response, logged_in.held(REFRESH))

        assert (offered(response)[0], response.data) == ("/api/auth/bind/", [])

    def test_stands_in_the_answer_to_a_login(self, settings, browser, user):
        path, challenge = offered(browser.log_in(user))

        assert (path, len(challenge)) == ("/api/auth/bind/", 64)

    def test_is_told_to_pages_as_a_session_that_is_not_bound_yet(self, settings, browser, user):
        assert browser.log_in(user).json()["device_bound"] is False

    def test_is_not_made_while_the_setting_is_off(self, browser, user):
        answer = browser.log_in(user)

        assert "Secure-Session-Registration" not in answer
        assert "device_bound" not in answer.json()

    def test_is_not_made_where_no_cookie_holds_the_access_token(self, settings, browser, user):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True, "COOKIE_REFRESH_ONLY": True}

        assert "Secure-Session-Registration" not in browser.log_in(user)

    @pytest.mark.parametrize(
        "url",
        [
            path("<str:tenant>/auth/", include(cookie)),
            path("<str:tenant>/", include([path("auth/", include(cookie, namespace="inner"))])),
            re_path("^(api)/auth/", include(cookie)),
            path("api/auth/", include(cookie), {"shown": "to no address"}),
        ],
        ids=["tenant", "nested", "unnamed", "extra"],
    )
    def test_names_an_address_beside_the_login(self, settings, browser, user, url):
        settings.ROOT_URLCONF = (url,)

        assert offered(browser.log_in(user))[0] == "/api/auth/bind/"

    @pytest.mark.parametrize("where", ["enter/", "api/auth/enter/"])
    def test_names_an_address_of_ours_to_a_login_of_the_projects(
        self, settings, browser, user, where
    ):
        login = path(where, CookieObtainView.as_view())
        settings.ROOT_URLCONF = (login, path("api/auth/", include(cookie)))

        answer = browser.send("post", f"/{where}", credentials(user))

        assert offered(answer)[0] == "/api/auth/bind/"

    def test_names_the_address_beside_a_login_before_any_of_ours(self, settings, browser, user):
        inner = path("shop/", include(cookie, namespace="shop"))
        settings.ROOT_URLCONF = (inner, path("api/auth/", include(cookie)))

        answer = browser.send("post", "/shop/", credentials(user))

        assert offered(answer)[0] == "/shop/bind/"

    def test_names_an_address_that_ends_where_its_text_does(self, settings, browser, user):
        inner = path("<str:tenant>/", include(cookie, namespace="inner"))
        settings.ROOT_URLCONF = (path("api/auth/", include([path("", include(cookie)), inner])),)
        address = '/api/auth/a";challenge="b/'

        answer = browser.send("post", address, credentials(user))

        assert offered(answer)[0] == "/api/auth/a%22;challenge=%22b/bind/"

    def test_is_not_made_where_no_url_renews_what_is_bound(self, settings, browser, user):
        kept = [one for one in cookie.urlpatterns if one.name != "token_bound_refresh"]
        settings.ROOT_URLCONF = (path("api/auth/", include(kept)),)

        assert "Secure-Session-Registration" not in browser.log_in(user)

    def test_is_not_made_by_header(self, settings, client, user):
        answer = client.post("/api/token/", credentials(user))

        assert "Secure-Session-Registration" not in answer

    def test_is_made_again_by_a_refresh(self, settings, logged_in, past_leeway):
        assert offered(logged_in.refresh())[0] == "/api/auth/bind/"

    def test_is_not_made_by_an_answer_that_was_given_before(self, settings, logged_in, clock):
        logged_in.refresh()

        assert "Secure-Session-Registration" not in logged_in.refresh()

    def test_is_not_made_to_a_later_holder_of_a_token_that_is_never_rotated(
        self, settings, logged_in, past_leeway
    ):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True, "ROTATE_REFRESH_TOKENS": False}
        past_leeway()

        assert "Secure-Session-Registration" not in logged_in.refresh()


class TestBinding:
    @pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
    def test_keeps_the_public_key_of_the_device(self, settings, user, algorithm):
        browser = BindingBrowser(Device(algorithm))

        answer = browser.bind(browser.log_in(user))

        assert answer.status_code == 200
        kept = json.loads(session_of(browser).bound_key)
        assert kept == {**browser.device.jwk, "alg": algorithm}

    def test_tells_the_browser_which_cookie_to_renew_and_where(self, settings, user):
        browser = BindingBrowser()

        answer = browser.bind(browser.log_in(user))

        assert answer.json() == {
            "session_identifier": str(session_of(browser).pk),
            "refresh_url": "/api/auth/bind/refresh/",
            "scope": {"include_site": False, "scope_specification": []},
            "allowed_refresh_initiators": [],
            "credentials": [
                {
                    "type": "cookie",
                    "name": ACCESS,
                    "attributes": "Path=/; Secure; HttpOnly; SameSite=Lax",
                }
            ],
        }

    @pytest.mark.parametrize(
        ("kit", "cookie"),
        [
            (
                {"COOKIE_DOMAIN": "shop.example"},
                (
                    "__Secure-access_token",
                    "Domain=shop.example; Path=/; Secure; HttpOnly; SameSite=Lax",
                ),
            ),
            (
                {"COOKIE_SECURE": False, "COOKIE_ACCESS_SAMESITE": "Strict"},
                ("access_token", "Path=/; HttpOnly; SameSite=Strict"),
            ),
        ],
    )
    def test_tells_the_browser_of_the_cookie_as_it_is_set(self, settings, user, kit, cookie):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True, **kit}
        browser = BindingBrowser()

        (told,) = browser.bind(browser.log_in(user)).json()["credentials"]

        assert (told["name"], told["attributes"]) == cookie

    def test_tells_the_browser_for_which_front_ends_it_may_renew(self, settings, user):
        settings.CSRF_TRUSTED_ORIGINS = [
            "https://app.shop.example:8443",
            "https://*.shop.example",
            "http://old.shop.example",
        ]
        browser = BindingBrowser()

        told = browser.bind(browser.log_in(user)).json()

        assert told["allowed_refresh_initiators"] == ["*.shop.example", "app.shop.example"]

    def test_is_known_to_a_page_that_asks(self, owner):
        assert owner.get("/api/auth/bind/").json() == {"device_bound": True}

    def test_is_not_known_to_a_page_from_which_somebody_else_has_taken_the_session(
        self, settings, logged_in, past_leeway
    ):
        past_leeway()
        thief = copied_to_device(logged_in)
        thief.bind(thief.refresh())

        assert logged_in.get("/api/auth/bind/").json() == {"device_bound": False}
        assert thief.get("/api/auth/bind/").json() == {"device_bound": True}

    def test_may_be_asked_for_once_more_by_the_same_device(self, settings, user):
        browser = BindingBrowser()
        offer = browser.log_in(user)
        browser.bind(offer)

        assert browser.bind(offer).status_code == 200

    def test_is_not_changed_by_another_device(self, settings, user):
        browser = BindingBrowser()
        offer = browser.log_in(user)
        browser.bind(offer)
        before = session_of(browser).bound_key
        browser.device = Device()

        assert code_of(browser.bind(offer)) == (401, "invalid")
        assert session_of(browser).bound_key == before

    def test_takes_no_copy_of_the_cookies_for_the_device(self, settings, logged_in):
        thief = BindingBrowser()
        thief.cookies.load(cookies_of(logged_in))

        guessed = thief.device.registration("a guess")
        answer = thief.by_itself("/api/auth/bind/", Secure_Session_Response=guessed)

        assert code_of(answer) == (401, "invalid")

    def test_takes_no_copy_of_the_cookies_for_a_device_that_renews(self, settings, logged_in):
        thief = copied_to_device(logged_in)

        asked = thief.device.registration(challenge_in(thief.renew()))
        answer = thief.by_itself("/api/auth/bind/", Secure_Session_Response=asked)

        assert code_of(answer) == (401, "invalid")
        assert session_of(logged_in).bound_key == ""

    def test_is_too_late_once_the_challenge_is_old(self, settings, clock, user):
        browser = BindingBrowser()
        offer = browser.log_in(user)
        clock.shift(timedelta(seconds=20))

        assert code_of(browser.bind(offer)) == (401, "invalid")

    def test_is_refused_where_somebody_else_has_got_the_same_answer(
        self, settings, clock, logged_in, user, past_leeway
    ):
        past_leeway()
        browser = BindingBrowser()
        browser.cookies.load(cookies_of(logged_in))
        offer = browser.refresh()
        logged_in.refresh()

        assert code_of(browser.bind(offer)) == (401, "invalid")

    def test_is_refused_for_a_proof_that_is_no_text(self, settings, logged_in):
        thief = copied_to_device(logged_in)

        answered = thief.device.registration("\ud800")
        answer = thief.by_itself("/api/auth/bind/", Secure_Session_Response=answered)
        assert code_of(answer) == (401, "invalid")

    def test_needs_a_key(self, settings, logged_in):
        browser = BindingBrowser()
        browser.cookies.load(cookies_of(logged_in))

        assert code_of(browser.by_itself("/api/auth/bind/")) == (401, "invalid")

    def test_says_what_it_takes(self, settings):
        assert BindingBrowser().options("/api/auth/bind/").status_code == 200

    def test_needs_the_cookie(self, settings):
        answer = BindingBrowser().by_itself("/api/auth/bind/")

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

    def test_is_refused_to_a_token_that_the_row_has_not_given(self, settings, user):
        browser = BindingBrowser()
        browser.log_in(user)
        browser.cookies[REFRESH] = forge(browser.held(REFRESH), jti="0" * 32)

        assert code_of(browser.bind_what_it_holds()) == (401, "invalid")

    def test_is_refused_to_a_token_that_names_another_user(self, settings, user, other_user):
        browser = BindingBrowser()
        browser.log_in(user)
        claim = {name: user_id_of(other_user) for name in ("user_id", "sub")}
        browser.cookies[REFRESH] = forge(browser.held(REFRESH), **claim)

        assert code_of(browser.bind_what_it_holds()) == (401, "invalid")

    def test_is_refused_to_a_session_that_was_logged_out(self, settings, user):
        browser = BindingBrowser()
        offer = browser.log_in(user)
        sessions.revoke(session_of(browser))

        assert code_of(browser.bind(offer)) == (401, "session_ended")

    def test_is_judged_anew_where_the_session_has_moved_meanwhile(
        self, settings, user, monkeypatch
    ):
        browser = BindingBrowser()
        offer = browser.log_in(user)
        find = rows.find

        def find_and_be_late(session_id):
            found = find(session_id)
            Session.objects.update(generation=1)
            return found

        monkeypatch.setattr(rows, "find", find_and_be_late)
        answer = browser.bind(offer)

        assert code_of(answer) == (401, "invalid")
        assert session_of(browser).bound_key == ""

    def test_is_refused_to_an_ended_session(self, settings, user):
        browser = BindingBrowser()
        offer = browser.log_in(user)
        Session.objects.get().delete()

        assert code_of(browser.bind(offer)) == (401, "session_ended")


class TestListOfSessions:
    def test_says_which_are_bound(self, owner, user):
        Browser().log_in(user)

        told = [one["bound"] for one in owner.get("/api/auth/sessions/").json()]
        assert told == [False, True]

    def test_says_of_none_that_it_is_while_no_proof_is_asked(self, owner, settings):
        settings.DRF_JWT_KIT = {}

        assert [one["bound"] for one in owner.get("/api/auth/sessions/").json()] == [False]

    def test_never_shows_the_key(self, owner):
        key = json.loads(session_of(owner).bound_key)

        answer = owner.get("/api/auth/sessions/").content.decode()
        assert [key[part] for part in ("x", "y") if key[part] in answer] == []


class TestRenewal:
    def test_takes_two_requests_of_the_browser_and_no_script(self, owner):
        before = owner.held(REFRESH)

        answer = owner.renew_with_proof()

        assert (answer.status_code, answer.json()) == (200, owner.told)
        assert owner.held(REFRESH) != before
        assert owner.get("/api/secure/").status_code == 200

    def test_offers_nothing_to_a_session_that_is_bound(self, owner):
        assert "Secure-Session-Registration" not in owner.renew_with_proof()

    def test_asks_with_a_challenge_of_the_session(self, owner):
        answer = owner.renew()

        assert code_of(answer) == (403, "proof_required")
        assert answer["Secure-Session-Challenge"].endswith(f';id="{session_of(owner).pk}"')

    def test_is_answered_twice_that_is_sent_twice(self, owner):
        twin = copied(owner)
        proof = owner.device.proof(challenge_in(owner.renew()))

        answers = [owner.renew(proof), twin.renew(proof)]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert session_of(owner).generation == 1

    def test_is_not_counted_as_followed_that_its_device_sends_twice(self, owner):
        twin = copied(owner)
        proof = owner.device.proof(challenge_in(owner.renew()))

        answers = [owner.renew(proof), twin.renew(proof)]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert session_of(owner).duplicates == 0

    def test_goes_on_after_any_number_of_lost_answers(self, owner, clock):
        lost = copied(owner)
        lost.device = owner.device
        for _ in range(3):
            lost.renew_with_proof()
            clock.shift(timedelta(minutes=1))

        assert owner.renew_with_proof().status_code == 200

    def test_is_refused_with_another_key(self, owner):
        proof = Device().proof(challenge_in(owner.renew()))

        assert code_of(owner.renew(proof)) == (401, "proof_required")

    def test_asks_again_at_a_proof_of_before(self, owner, clock):
        proof = owner.device.proof(challenge_in(owner.renew()))
        clock.shift(timedelta(seconds=20))

        assert code_of(owner.renew(proof)) == (403, "proof_required")

    def test_asks_again_at_a_proof_that_is_no_text(self, owner):
        assert code_of(owner.renew(owner.device.proof("\ud800"))) == (403, "proof_required")

    def test_is_refused_to_a_cookie_that_is_no_text(self, settings):
        browser = BindingBrowser()
        browser.cookies[REFRESH] = browser.device.proof("\ud800")
        browser.told = {"refresh_url": "/api/auth/bind/refresh/"}

        assert code_of(browser.renew(session_id="None")) == (401, "invalid")

    def test_tells_the_browser_of_a_login_of_before_to_stop(self, owner):
        answer = owner.renew(session_id="another")

        assert answer.json() == {"session_identifier": "another", "continue": False}

    def test_is_refused_to_a_session_that_is_not_bound(self, settings, user):
        browser = BindingBrowser()
        browser.log_in(user)
        session_id = str(session_of(browser).pk)
        browser.told = {"refresh_url": "/api/auth/bind/refresh/"}
        proof = browser.device.proof(challenge_in(browser.renew(session_id=session_id)))

        assert code_of(browser.renew(proof, session_id)) == (401, "proof_required")

    def test_is_not_over_where_there_were_too_many(self, owner, settings):
        """At 429 Chromium forgets its key."""
        throttles = {"refresh_session": "1/min"}
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True, "THROTTLE_RATES": throttles}
        owner.renew_with_proof()

        answer = owner.renew_with_proof()

        assert (answer.status_code, cleared(answer)) == (503, set())
        assert answer.headers["Retry-After"] == "1"

    def test_leaves_the_cookies_where_the_key_of_the_token_is_not_read_yet(self, owner, settings):
        proof = owner.device.proof(challenge_in(owner.renew()))
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True, "KEYS": {"key": private_pem("ES256")}}

        answer = owner.renew(proof)

        assert (code_of(answer), cleared(answer)) == ((401, "invalid"), set())

    def test_clears_the_cookies_of_an_ended_session(self, owner, user):
        Session.objects.update(revoked_at=Session.objects.get().created_at)

        answer = owner.renew_with_proof()

        assert code_of(answer) == (401, "session_ended")
        assert cleared(answer) == {ACCESS, REFRESH}


class Proofless(TokenRefreshSerializer):
    """Refreshes by itself, and forgets what the view has for it."""

    def validate(self, attrs):
        self.pair = sessions.refresh(attrs["refresh"])
        return self.pair.as_data()


class TestSerializerThatRefreshesByItself:
    @pytest.fixture
    def shown(self, monkeypatch):
        """As the page shows it."""
        page = (ROOT / "docs/how-to/bind-to-a-device.md").read_text(encoding="utf-8")
        blocks = [one.text for one in blocks_of(page) if one.text.startswith("# shop/refreshing.")]
        names = {}
        exec(blocks[0], names)  # noqa: S102  # as a reader would copy it
        monkeypatch.setattr(BoundRefreshView, "serializer_class", names["PlanSerializer"])

    def test_renews_with_the_proof_that_the_view_has_for_it(self, owner, shown):
        before = owner.held(REFRESH)

        answer = owner.renew_with_proof()

        assert (answer.status_code, answer.json()) == (200, owner.told)
        assert owner.held(REFRESH) != before

    def test_refreshes_no_copy_without_it(self, owner, monkeypatch):
        monkeypatch.setattr(CookieRefreshView, "serializer_class", Proofless)
        thief = copied(owner)

        assert code_of(thief.refresh()) == (401, "proof_required")
        assert session_of(owner).revoked_at is None

    def test_refreshes_what_is_not_bound_without_it(self, settings, logged_in, monkeypatch):
        monkeypatch.setattr(CookieRefreshView, "serializer_class", Proofless)

        assert logged_in.refresh().status_code == 200


class TestCopiedCookies:
    def test_open_nothing_new(self, owner):
        thief = copied(owner)

        assert code_of(thief.refresh()) == (401, "proof_required")
        assert code_of(thief.renew_with_proof()) == (401, "proof_required")

    def test_open_nothing_new_at_the_endpoint_for_apps(self, owner, client):
        answer = client.post("/api/token/refresh/", {"refresh": owner.held(REFRESH)})

        assert code_of(answer) == (401, "proof_required")

    def test_are_verified_as_what_a_refresh_would_find(self, owner, client):
        answer = client.post("/api/token/verify/", {"token": owner.held(REFRESH)})

        assert code_of(answer) == (401, "proof_required")

    def test_are_not_said_to_be_of_an_ended_session(self, owner):
        assert RefreshToken(owner.held(REFRESH)).check_blacklist() is None

    def test_are_left_with_the_browser_whose_page_asks_for_a_refresh(self, owner):
        assert cleared(owner.refresh()) == set()

    def test_do_not_log_the_owner_out(self, owner):
        copied(owner).refresh()

        assert owner.renew_with_proof().status_code == 200

    def test_do_not_log_the_owner_out_once_they_are_old(self, owner, clock):
        thief = copied(owner)
        owner.renew_with_proof()
        clock.shift(timedelta(minutes=1))

        assert code_of(thief.refresh()) == (401, "proof_required")
        assert owner.renew_with_proof().status_code == 200

    def test_are_told_of(self, owner, user, told):
        copied(owner).refresh()

        (facts,) = told
        assert facts.pop("request").path == "/api/auth/refresh/"
        assert facts.pop("signal") is signals.refresh_unproven
        assert facts == {"session_id": session_of(owner).pk, "user": user, "proof": "missing"}

    def test_are_told_of_also_with_a_key_of_their_own(self, owner, told):
        copied(owner).renew_with_proof()

        assert [facts["proof"] for facts in told] == ["of_another"]

    def test_are_logged_as_a_warning(self, owner, user, caplog):
        copied(owner).refresh()

        line = f"event=refresh_unproven session={session_of(owner).pk} user={user.pk} proof=missing"
        assert [record.levelname for record in caplog.records if record.message == line] == [
            "WARNING"
        ]

    def test_end_a_session_that_somebody_else_has_bound_since(
        self, settings, logged_in, clock, past_leeway
    ):
        past_leeway()
        thief = BindingBrowser()
        thief.cookies.load(cookies_of(logged_in))
        thief.bind(thief.refresh())
        clock.shift(timedelta(minutes=1))

        logged_in.refresh()

        assert session_of(thief).revoked_reason == "reused"

    def test_find_who_has_bound_the_session_while_the_owner_was_answered(
        self, settings, logged_in, clock, past_leeway, monkeypatch
    ):
        past_leeway()
        thief = copied_to_device(logged_in)
        offer = thief.refresh()
        find = rows.find

        def find_and_be_late(session_id):
            found = find(session_id)
            monkeypatch.setattr(rows, "find", find)
            assert thief.bind(offer).status_code == 200
            return found

        monkeypatch.setattr(rows, "find", find_and_be_late)
        logged_in.refresh()
        clock.shift(timedelta(minutes=1))
        logged_in.refresh()

        assert session_of(thief).revoked_reason == "reused"


class TestThiefWhoIsFirstToBind:
    @pytest.fixture
    def thief(self, settings, logged_in, past_leeway):
        past_leeway()
        thief = BindingBrowser()
        thief.cookies.load(cookies_of(logged_in))
        return thief

    def test_is_found_later_even_if_the_owner_was_being_answered(self, thief, logged_in, clock):
        offer = thief.refresh()
        with between_read_and_write(lambda: thief.bind(offer)):
            assert code_of(logged_in.refresh()) == (401, "proof_required")
        clock.shift(timedelta(minutes=1))

        logged_in.refresh()

        assert session_of(thief).revoked_reason == "reused"

    def test_is_refused_if_the_owner_was_overtaken_with_the_same_retry_key(self, thief, logged_in):
        offers = []
        with between_read_and_write(lambda: offers.append(thief.refresh(**RETRY_KEY))):
            assert logged_in.refresh(**RETRY_KEY).status_code == 200

        assert code_of(thief.bind(*offers)) == (401, "invalid")


class TestTabsThatRefreshAtOnce:
    def test_are_all_answered_whichever_is_counted_first(self, settings, logged_in):
        first, second, third = (copied(logged_in) for _ in range(3))
        first.refresh()

        with between_read_and_write(second.refresh):
            assert third.refresh().status_code == 200


class TestWhatItCosts:
    def test_is_two_queries_to_bind(self, settings, user, queries):
        browser = BindingBrowser()
        offer = browser.log_in(user)

        with queries() as made:
            assert browser.bind(offer).status_code == 200
        assert len(made) == 2

    def test_is_none_to_ask_for_a_proof(self, owner, queries):
        with queries() as made:
            assert owner.renew().status_code == 403
        assert made == []

    def test_is_that_of_a_refresh_to_renew(self, owner, queries):
        proof = owner.device.proof(challenge_in(owner.renew()))

        with queries() as made:
            assert owner.renew(proof).status_code == 200
        assert len(made) == 2

    def test_is_nothing_at_a_refresh_of_a_session_that_is_not_bound(
        self, settings, logged_in, past_leeway, queries
    ):
        past_leeway()

        with queries() as made:
            assert logged_in.refresh().status_code == 200
        assert len(made) == 2

    def test_is_one_query_to_refuse_a_copy(self, owner, queries):
        thief = copied(owner)

        with queries() as made:
            assert thief.refresh().status_code == 401
        assert len(made) == 1

    def test_is_one_query_to_say_whether_it_is_bound(self, owner, queries):
        with queries() as made:
            owner.get("/api/auth/bind/")
        assert len(made) == 1


class TestSettingTurnedOff:
    def test_lets_a_bound_session_go_on_by_script(self, owner, settings):
        settings.DRF_JWT_KIT = {}

        assert owner.refresh().status_code == 200
        assert session_of(owner).bound_key == ""

    def test_tells_the_browser_to_stop(self, owner, settings):
        settings.DRF_JWT_KIT = {}

        assert owner.renew().json()["continue"] is False

    def test_logs_nobody_out_where_other_servers_have_it_on(self, owner, settings):
        with override_settings(DRF_JWT_KIT={}):
            owner.renew()

        assert owner.refresh().status_code == 200

    def test_takes_no_key_for_a_token_of_before(self, owner, settings, clock):
        thief = copied(owner)
        owner.renew_with_proof()
        clock.shift(timedelta(minutes=1))
        settings.DRF_JWT_KIT = {}

        thief.renew()

        assert session_of(owner).bound_key != ""

    def test_binds_nothing_any_more(self, settings, user):
        browser = BindingBrowser()
        offer = browser.log_in(user)
        settings.DRF_JWT_KIT = {}

        assert browser.bind(offer).json()["continue"] is False
        assert session_of(browser).bound_key == ""

    def test_offers_anew_once_it_is_on_again(self, owner, settings, clock):
        settings.DRF_JWT_KIT = {}
        owner.refresh()
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        clock.shift(timedelta(minutes=1))

        assert owner.bind(owner.refresh()).status_code == 200
