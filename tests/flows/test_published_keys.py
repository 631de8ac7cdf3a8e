"""Access tokens of somebody else's, whose keys are at ``SIMPLE_JWT["JWK_URL"]``."""

import json
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import KeysUnavailable
from drf_jwt_kit.keys import get_ring, jwk_url
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.models import Session
from drf_jwt_kit.resource_server.settings import ResourceServerSettings
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.tokens import UntypedToken
from tests.conftest import claims_of
from tests.keys.material import public_pem
from tests.resource_server.issuer import AUDIENCE, ISSUER, SETTINGS, key, token

from .browser import REFRESH, Browser

pytestmark = pytest.mark.django_db


class Publishes(BaseHTTPRequestHandler):
    """Answers the keys of its server, and counts."""

    def do_GET(self):
        self.server.fetches += 1
        self.send_response(self.server.status)
        self.end_headers()
        keys = [one.public_jwk() for one in self.server.keys]
        self.wfile.write(json.dumps({"keys": keys}).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def issuer():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publishes)
    server.keys, server.status, server.fetches = [key()], 200, 0
    server.url = f"http://127.0.0.1:{server.server_port}/jwks"
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


def published(issuer, **more):
    settings = {"ALGORITHM": "ES256", "ISSUER": ISSUER, "AUDIENCE": AUDIENCE}
    return override_settings(SIMPLE_JWT={"JWK_URL": issuer.url, **settings, **more})


@pytest.fixture(autouse=True)
def _published(issuer):
    with published(issuer):
        yield


def theirs(user, signing=None, **more):
    """What Simple JWT writes at the issuer, but for what is said."""
    claims = {"token_type": "access", "jti": "a1", "user_id": user_id_of(user)}
    return token(signing, **{"typ": "JWT", **claims, **more})


def reason(answer):
    assert answer.status_code == 401
    return answer.json()["reason"]


class Recent(SecureViewMixin, APIView):
    max_auth_age = timedelta(days=1)

    def get(self, request):
        return Response({})


class Reader(SecureViewMixin, APIView):
    required_scopes = ["orders:read"]

    def get(self, request):
        return Response({})


class TestAnAccessToken:
    def test_is_taken_with_its_user(self, kit, user):
        answer = kit.get_with(theirs(user), "/api/plain/")

        assert answer.json() == {"user": str(user.pk)}

    def test_an_issuers_token_costs_two_queries(self, kit, user, queries):
        with queries() as made:
            assert kit.get_with(theirs(user)).status_code == 200

        assert len(made) == 2

    def test_an_issuers_token_writes_nothing(self, kit, user):
        kit.get_with(theirs(user))

        assert not Session.objects.exists()

    @pytest.mark.parametrize("typ", ["JWT", "at+jwt", "application/at+jwt", None])
    def test_may_be_of_these_kinds(self, kit, user, typ):
        assert kit.get_with(theirs(user, typ=typ)).status_code == 200

    @pytest.mark.parametrize("typ", ["rt+jwt", "logout+jwt", "dpop+jwt"])
    def test_is_of_no_other_kind(self, kit, user, typ):
        assert reason(kit.get_with(theirs(user, typ=typ))) == "wrong_type"

    def test_may_name_its_user_by_a_number(self, kit, user, default_user_model):
        assert kit.get_with(theirs(user, user_id=user.pk)).status_code == 200

    def test_an_issuers_token_of_an_inactive_user_is_refused(self, kit, user):
        get_user_model().objects.update(is_active=False)

        assert reason(kit.get_with(theirs(user))) == "session_ended"

    @pytest.mark.parametrize("user_id", ["0", "9" * 30])
    def test_an_issuers_token_of_somebody_new_says_so(self, kit, user, user_id):
        assert reason(kit.get_with(theirs(user, user_id=user_id))) == "no_user"

    @pytest.mark.parametrize("user_id", ["0", "nobody", "", None, True, 1.5, [], 2**80])
    def test_an_issuers_token_of_nobody_is_refused(self, kit, user, user_id):
        assert kit.get_with(theirs(user, user_id=user_id)).status_code == 401

    @pytest.mark.parametrize("wrong", [{"iss": "https://evil.example"}, {"iss": None},
                                       {"aud": "another service"}, {"aud": None},
                                       {"exp": None}, {"exp": 2**40}, {"iat": 2**40},
                                       {"jti": None}, {"jti": 7}])  # fmt: skip
    def test_an_issuers_token_with_a_wrong_claim_is_refused(self, kit, user, wrong):
        assert reason(kit.get_with(theirs(user, **wrong))) == "invalid"

    def test_expires_as_it_says(self, kit, user):
        assert reason(kit.get_with(theirs(user, exp=int(time.time()) - 1))) == "expired"

    @pytest.mark.parametrize("kind", ["refresh", "sliding", None])
    def test_an_issuers_token_of_another_type_opens_no_view(self, kit, user, kind):
        assert reason(kit.get_with(theirs(user, token_type=kind))) == "wrong_type"

    @pytest.mark.parametrize("claim", [{"iat": 3600}, {"iat": 1}, {"nbf": 30}], ids=str)
    def test_one_of_an_issuer_whose_clock_is_ahead_is_taken(self, kit, user, claim):
        ahead = {name: int(time.time()) + seconds for name, seconds in claim.items()}

        assert kit.get_with(theirs(user, **ahead)).status_code == 200

    def test_counts_as_no_recent_login(self, user):
        bearer = {"Authorization": f"Bearer {theirs(user, auth_time=int(time.time()))}"}
        answer = Recent.as_view()(APIRequestFactory().get("/", headers=bearer))

        assert answer.data["code"] == "insufficient_user_authentication"

    def test_is_verified_by_the_endpoint(self, kit, user):
        assert kit.verify(theirs(user)).status_code == 200

    def test_verify_refuses_an_issuers_token_of_an_inactive_user(self, kit, user):
        get_user_model().objects.update(is_active=False)

        assert kit.verify(theirs(user)).status_code == 401

    def test_is_read_where_any_type_will_do(self, user):
        assert UntypedToken(theirs(user))["user_id"] == user_id_of(user)

    def test_is_not_taken_where_no_address_is_set(self, kit, user, issuer):
        with published(issuer, JWK_URL=None, ALGORITHM="HS256"):
            assert reason(kit.get_with(theirs(user))) == "invalid"


class TestOtherIssuers:
    """Such as write ``sub``, no ``jti`` and no type, as Simple JWT's settings can say."""

    NAMES = {"USER_ID_CLAIM": "sub", "TOKEN_TYPE_CLAIM": None, "JTI_CLAIM": None}

    def test_tokens_of_other_issuers_are_taken(self, kit, user, issuer):
        with published(issuer, **self.NAMES):
            bare = token(typ=None, user_id=None, sub=user_id_of(user))

            assert kit.get_with(bare).status_code == 200

    def test_have_their_refresh_tokens_refused(self, kit, user, issuer):
        with published(issuer, **self.NAMES):
            refresh = token(typ="JWT", sub=user_id_of(user), token_type="refresh")

            assert reason(kit.get_with(refresh)) == "wrong_type"

    @pytest.mark.parametrize("typ", ["JWT", None])
    @pytest.mark.parametrize(
        "marks",
        [{"token_use": "id"}, {"nonce": "n"}, {"at_hash": "h"}, {"token_type": "ID"},
         {"events": {"logout": {}}}],
    )  # fmt: skip
    def test_have_their_other_tokens_refused(self, kit, user, issuer, typ, marks):
        with published(issuer, **self.NAMES):
            other = token(typ=typ, sub=user_id_of(user), **marks)

            assert reason(kit.get_with(other)) == "wrong_type"

    def test_have_tokens_refused_by_the_claim_that_the_project_names(self, kit, user, issuer):
        with published(issuer, TOKEN_TYPE_CLAIM="kind"):
            claims = {"jti": "a1", "user_id": user_id_of(user)}
            good, bad = (token(typ="JWT", kind=kind, **claims) for kind in ("access", "refresh"))

            assert kit.get_with(good).status_code == 200
            assert reason(kit.get_with(bad)) == "wrong_type"


@pytest.mark.parametrize("said", ["orders:read", ["orders:read"]])
@pytest.mark.parametrize("name", ["scope", "scp", "scopes"])
class TestAScopeByWhateverName:
    """Okta writes a list into ``scp``, Microsoft Entra words, Laravel Passport ``scopes``."""

    def test_keeps_the_token_from_our_session_endpoints(self, kit, user, name, said):
        refused = kit.get_with(theirs(user, **{name: said}), "/api/token/sessions/")

        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")

    def test_limits_the_session_that_begins_with_it(self, user, name, said):
        request = APIRequestFactory().get("/")
        request.auth = UntypedToken(theirs(user, **{name: said}))

        assert claims_of(sessions.start(user, request).access)["scope"] == "orders:read"

    def test_is_what_required_scopes_asks_for(self, user, name, said):
        bearers = [f"Bearer {theirs(user, **{name: one})}" for one in (said, "admin")]
        asked = [APIRequestFactory().get("/", headers={"Authorization": one}) for one in bearers]

        assert [Reader.as_view()(one).status_code for one in asked] == [200, 403]


@pytest.mark.parametrize("more", [{"scp": "sessions"}, {"scp": 7}, {"scopes": ["sessions"]}])
def test_a_scope_is_made_no_wider_by_another_name_for_it(kit, user, more):
    limited = theirs(user, scope="orders:read", **more)

    assert kit.get_with(limited, "/api/token/sessions/").status_code == 403


def test_a_limit_of_no_known_type_is_a_limit_still(kit, user):
    assert kit.get_with(theirs(user, scp=7), "/api/token/sessions/").status_code == 403


class TestNoSession:
    def test_is_what_it_names(self, kit, user, signed_in):
        named = theirs(user, sid=str(signed_in.session.pk))
        kit.logout(signed_in.refresh)

        assert kit.get_with(named).status_code == 200  # as any other of theirs

    def test_is_its_own_in_the_list(self, kit, user, signed_in):
        named = theirs(user, sid=str(signed_in.session.pk))

        assert [s["current"] for s in kit.sessions(named)] == [False]

    def test_is_ended_by_it(self, kit, user, signed_in):
        named = theirs(user, sid=str(signed_in.session.pk))
        answer = kit.post("/api/token/logout/", headers={"Authorization": f"Bearer {named}"})

        assert reason(answer) == "no_session"
        assert kit.get_with(signed_in.access).status_code == 200

    def test_goes_on_by_a_refresh_token_of_theirs(self, kit, user, signed_in):
        copied = claims_of(signed_in.refresh) | {"iss": ISSUER, "aud": AUDIENCE}

        assert kit.refresh(token(typ="rt+jwt", **copied)).status_code == 401
        assert kit.refresh(token(typ="JWT", **copied)).status_code == 401

    def test_is_ended_by_a_refresh_token_of_theirs(self, kit, user, signed_in):
        copied = claims_of(signed_in.refresh) | {"iss": ISSUER, "aud": AUDIENCE}

        assert kit.logout(token(typ="rt+jwt", **copied)).status_code == 401
        assert kit.get_with(signed_in.access).status_code == 200

    def test_no_session_begins_with_an_issuers_token(self, kit, user):
        assert kit.refresh(theirs(user)).status_code == 401
        assert not Session.objects.exists()

    def test_is_looked_for_among_their_keys(self, kit, user, issuer):
        kit.refresh(theirs(user, typ="rt+jwt"))

        assert issuer.fetches == 0


class TestACutOff:
    def test_ends_what_was_issued_before(self, kit, user):
        before = theirs(user, iat=int(time.time()) - 60)
        sessions.revoke_all()

        assert reason(kit.get_with(before)) == "session_ended"

    def test_leaves_what_is_issued_later(self, kit, user, clock):
        sessions.revoke_all()
        clock.shift(timedelta(seconds=2))

        assert kit.get_with(theirs(user)).status_code == 200

    @pytest.mark.parametrize("iat", [None, 1.5])
    def test_ends_what_does_not_say_when(self, kit, user, iat):
        unsaid = theirs(user, iat=iat)
        sessions.revoke_all()

        assert reason(kit.get_with(unsaid)) == "session_ended"


class TestOurKeys:
    def test_go_on_signing_without_a_key_of_simple_jwts(self, kit, signed_in):
        assert kit.get_with(signed_in.access).status_code == 200
        assert jwt.get_unverified_header(signed_in.access)["alg"] == "HS256"

    def test_our_keys_ask_nobody_else(self, kit, signed_in, issuer):
        kit.get_with(signed_in.access)
        kit.rotate(signed_in.refresh)

        assert issuer.fetches == 0

    def test_have_names_that_nobody_else_signs_under(self, kit, user, issuer):
        rival = key(kid=get_ring().signing.kid)
        issuer.keys = [rival]

        assert reason(kit.get_with(theirs(user, rival))) == "invalid"
        assert issuer.fetches == 0

    def test_sign_tokens_that_always_have_a_session(self, kit, user, signed_in):
        ours = get_ring().signing
        copied = {"sid": None, "auth_time": 0, "typ": "at+jwt"}

        assert reason(kit.get_with(theirs(user, ours, **copied))) == "no_session"

    def test_refuse_a_session_that_has_ended(self, kit, signed_in):
        kit.logout(signed_in.refresh)

        assert reason(kit.get_with(signed_in.access)) == "session_ended"


class TestTokensOfSimpleJwt:
    """Which named no key: with JWK_URL it took none of them, and here it takes none either."""

    UNTIL = {"ADOPT_SIMPLEJWT_TOKENS_UNTIL": datetime(2999, 1, 1, tzinfo=timezone.utc)}

    @override_settings(DRF_JWT_KIT=UNTIL)
    def test_tokens_of_simple_jwt_are_refused(self, kit, user):
        unnamed = jwt.encode(claims_of(theirs(user)), key().signing_key, algorithm="ES256")

        assert reason(kit.get_with(unnamed)) == "invalid"

    @override_settings(DRF_JWT_KIT=UNTIL)
    def test_tokens_of_the_issuer_are_taken_beside_simple_jwts(self, kit, user):
        assert kit.get_with(theirs(user)).status_code == 200


class TestTheirKeys:
    def test_are_told_by_their_name(self, kit, user, issuer):
        issuer.keys = [key("a second ES256", kid="two"), key()]

        assert kit.get_with(theirs(user)).status_code == 200
        assert reason(kit.get_with(theirs(user, key(kid="two")))) == "invalid"

    def test_are_for_the_algorithm_of_the_settings(self, kit, user, issuer):
        issuer.keys = [key("RS256")]

        assert reason(kit.get_with(theirs(user, key("RS256")))) == "invalid"

    def test_the_issuers_keys_are_no_secrets(self, kit, user):
        confused = jwt.api_jws.PyJWS()
        confused.unregister_algorithm("HS256")
        confused.register_algorithm("HS256", Unwary(Unwary.SHA256))
        claims = json.dumps(claims_of(theirs(user))).encode()
        headers = {"kid": "one", "typ": "JWT"}
        signed = confused.encode(claims, public_pem(), algorithm="HS256", headers=headers)

        assert reason(kit.get_with(signed)) == "invalid"

    def test_count_beside_keys_of_ours(self, kit, user):
        with override_settings(DRF_JWT_KIT={"KEYS": "SECRET_KEY"}):
            assert kit.get_with(theirs(user)).status_code == 200

    def test_need_a_name_in_the_token(self, kit, user, issuer):
        unnamed = jwt.encode(claims_of(theirs(user)), key().signing_key, algorithm="ES256")

        assert reason(kit.get_with(unnamed)) == "invalid"
        assert issuer.fetches == 0

    def test_are_fetched_once_whatever_names_are_invented(self, kit, user, issuer):
        assert kit.get_with(theirs(user)).status_code == 200
        answers = [kit.get_with(theirs(user, key(kid=f"no {n}"))) for n in range(20)]

        assert {answer.status_code for answer in answers} == {401}
        assert issuer.fetches == 1

    def test_are_503_while_there_were_never_any(self, kit, user, issuer):
        issuer.status = 500
        answer = kit.get_with(theirs(user))

        assert (answer.status_code, answer["Retry-After"]) == (503, "5")

    def test_are_503_at_the_verify_endpoint_too(self, kit, user, issuer):
        issuer.status = 500

        assert kit.verify(theirs(user)).status_code == 503

    def test_a_logout_ends_ours_and_is_503_for_the_rest_while_there_are_none(
        self, kit, user, signed_in, issuer
    ):
        issuer.status = 500
        bearer = {"Authorization": f"Bearer {theirs(user)}"}

        answer = kit.post_json("logout/", {"refresh": signed_in.refresh}, **bearer)

        assert answer.status_code == 503
        assert signed_in.session.revoked_at is not None

    def test_a_logout_tells_the_same_of_several_tokens(self, kit, user, signed_in, issuer):
        issuer.status = 500

        with pytest.raises(KeysUnavailable):
            sessions.logout(theirs(user), signed_in.refresh, "garbage")

        assert signed_in.session.revoked_at is not None

    @pytest.mark.urls("tests.flows.cookie_urls")
    @pytest.mark.parametrize("most", [None, 2])
    def test_keep_no_user_out_whose_browser_holds_one_while_there_are_none(
        self, user, issuer, settings, most
    ):
        issuer.status, settings.DRF_JWT_KIT = 500, {"MAX_SESSIONS_PER_USER": most}
        browser = Browser()
        browser.cookies[REFRESH] = theirs(user)

        browser.log_in(user)

        assert browser.get("/api/secure/").status_code == 200

    def test_do_not_stop_ours_while_there_are_none(self, kit, signed_in, issuer):
        issuer.status = 500

        assert kit.get_with(signed_in.access).status_code == 200

    def test_are_kept_while_fetching_fails(self, kit, user, issuer):
        kit.get_with(theirs(user))
        issuer.status = 500

        assert kit.get_with(theirs(user)).status_code == 200

    def test_are_kept_for_a_day_and_no_longer(self, kit, user, issuer, monkeypatch):
        kit.get_with(theirs(user))
        issuer.status = 500
        keys, fetched = jwk_url.get_published_keys(), time.monotonic()
        monkeypatch.setattr(keys, "_clock", lambda: fetched + 24 * 3600 - 1)
        assert kit.get_with(theirs(user)).status_code == 200
        monkeypatch.setattr(keys, "_clock", lambda: fetched + 24 * 3600 + 1)

        assert kit.get_with(theirs(user)).status_code == 503

    def test_keys_that_are_all_withdrawn_are_gone(self, kit, user, issuer, monkeypatch):
        kit.get_with(theirs(user))
        issuer.keys = []
        keys, fetched = jwk_url.get_published_keys(), time.monotonic()
        monkeypatch.setattr(keys, "_clock", lambda: fetched + 301)

        assert reason(kit.get_with(theirs(user))) == "invalid"


def test_a_fetch_has_the_limits_that_a_resource_server_has_by_default():
    named = ("KEYS_MAX_AGE", "KEYS_KEPT_FOR", "FETCH_INTERVAL", "FETCH_TIMEOUT")
    of_a_resource_server = ResourceServerSettings.from_mapping(SETTINGS)

    issuer = jwk_url.get_published_keys()._issuer
    ours = {name: getattr(issuer, name.lower()) for name in named}

    assert ours == {name: getattr(of_a_resource_server, name) for name in named}


class Unwary(jwt.algorithms.HMACAlgorithm):
    """Takes a public key for a secret, as an attacker would."""

    def prepare_key(self, key):
        return key.encode()


@pytest.mark.urls("tests.flows.stateless_urls")
@pytest.mark.usefixtures("new_process")
class TestTheStatelessClass:
    def test_takes_it_with_its_user(self, kit, user):
        assert kit.get_with(theirs(user), "/api/mail/").json() == {"mail": user.email}

    def test_asks_for_its_user_at_once(self, kit, user, queries):
        kit.get_with(theirs(user), "/api/open/")
        with queries() as made:
            assert kit.get_with(theirs(user), "/api/open/").status_code == 200

        assert len(made) == 2

    def test_refuses_an_inactive_user_whom_nobody_touches(self, kit, user):
        get_user_model().objects.update(is_active=False)

        assert reason(kit.get_with(theirs(user), "/api/open/")) == "session_ended"

    def test_refuses_one_of_nobody(self, kit, user):
        assert kit.get_with(theirs(user, user_id="0"), "/api/open/").status_code == 401

    def test_refuses_what_was_issued_before_a_cut_off(self, kit, user):
        before = theirs(user, iat=int(time.time()) - 60)
        sessions.revoke_all()

        assert reason(kit.get_with(before, "/api/open/")) == "session_ended"

    def test_keeps_asking_nothing_for_ours(self, kit, signed_in, queries):
        kit.get_with(signed_in.access, "/api/open/")
        with queries() as made:
            assert kit.get_with(signed_in.access, "/api/open/").status_code == 200

        assert len(made) == 0
