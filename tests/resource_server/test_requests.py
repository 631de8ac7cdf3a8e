"""A request to a resource server: who it is from, what it may do, and how it is refused."""

import threading
import time
from datetime import timedelta

import jwt
import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from django.urls import include, path
from rest_framework.permissions import (
    AllowAny,
    DjangoModelPermissionsOrAnonReadOnly,
    IsAdminUser,
    IsAuthenticated,
)
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Session
from drf_jwt_kit.resource_server import ResourceServerAuthentication, authentication
from drf_jwt_kit.resource_server.checks import check
from drf_jwt_kit.resource_server.mixins import ResourceServerMixin
from tests.keys.material import private_pem, public_pem
from tests.resource_server.issuer import ISSUER, SETTINGS, Network, key, token

pytestmark = pytest.mark.urls("tests.resource_server.test_requests")


class Who(APIView):
    authentication_classes = (ResourceServerAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return Response({"pk": request.user.pk, "scopes": sorted(request.user.scopes),
                         "claims": sorted(request.auth), "says": str(request.user)})  # fmt: skip


class Mixed(ResourceServerMixin, Who):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class Scoped(ResourceServerMixin, Who):
    required_scopes = ("orders:read", "orders:write")


class Recent(ResourceServerMixin, Who):
    max_auth_age = timedelta(minutes=5)


class Admins(ResourceServerMixin, Who):
    permission_classes = (IsAdminUser,)


class Permitted(ResourceServerMixin, Who):
    permission_classes = (DjangoModelPermissionsOrAnonReadOnly,)
    queryset = ()

    def get_queryset(self):
        return Session.objects.none()

    def delete(self, request):
        return Response({})


class OncePerHour(UserRateThrottle):
    rate = "1/hour"


class Throttled(ResourceServerMixin, Who):
    throttle_classes = (OncePerHour,)


class Open(APIView):
    authentication_classes = (ResourceServerAuthentication,)
    permission_classes = ()

    def get(self, request):
        return Response({})


VIEWS = [Who, Mixed, Scoped, Recent, Admins, Permitted, Throttled, Open]
urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    *(path(f"{view.__name__}/", view.as_view()) for view in VIEWS),
]


@pytest.fixture(autouse=True)
def network(monkeypatch):
    network = Network()
    monkeypatch.setattr("drf_jwt_kit.resource_server.issuer.fetch", network.fetch)
    with override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": SETTINGS}):
        yield network


@pytest.fixture
def ask():
    def get(presented=None, where="Who", method="get"):
        headers = {} if presented is None else {"Authorization": f"Bearer {presented}"}
        return getattr(APIClient(), method)(f"/{where}/", headers=headers)

    return get


@pytest.fixture
def configured():
    """With other keys in RESOURCE_SERVER."""

    def override(**changes):
        return override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": {**SETTINGS, **changes}})

    return override


class TestGoodToken:
    def test_a_good_token_says_who_bears_it(self, ask):
        answer = ask(token(user_id="7", scope="b a"))

        assert answer.json() == {
            "pk": "7",
            "scopes": ["a", "b"],
            "claims": ["aud", "exp", "iat", "iss", "scope", "user_id"],
            "says": "7",
        }

    @pytest.mark.parametrize("name", ["RS256", "PS256", "ES256", "ES384", "EdDSA"])
    def test_is_signed_by_any_asymmetric_algorithm(self, ask, network, name):
        network.keys = [key(name)]

        assert ask(token(key(name))).status_code == 200

    @pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
    def test_has_the_type_of_an_access_token(self, ask, typ):
        assert ask(token(typ=typ)).status_code == 200

    @pytest.mark.parametrize("audience", ["orders", ["stock", "orders"]])
    def test_is_for_this_service_among_others(self, ask, audience):
        assert ask(token(aud=audience)).status_code == 200

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_comes_after_the_scheme_in_any_case(self, scheme):
        answer = APIClient().get("/Who/", headers={"Authorization": f"{scheme} {token()}"})

        assert answer.status_code == 200

    def test_a_good_token_asks_no_database(self, ask):
        """Which pytest-django would refuse: this test has no mark for one."""
        assert ask(token()).status_code == 200

    def test_a_token_of_another_kind_of_issuer_is_read_as_the_settings_say(self, ask, configured):
        theirs = token(typ="JWT", user_id=None, sub="auth0|7", scp=["orders:read"])

        with configured(TOKEN_TYPES=["JWT"], USER_ID_CLAIM="sub", SCOPE_CLAIM="scp"):
            answer = ask(theirs).json()

        assert (answer["pk"], answer["scopes"]) == ("auth0|7", ["orders:read"])

    def test_has_no_scope_by_a_claim_that_the_settings_do_not_name(self, ask, configured):
        with configured(SCOPE_CLAIM="scp"):
            assert ask(token(scope="orders:read")).json()["scopes"] == []


def test_a_key_of_a_type_that_we_do_not_know_stops_no_other(ask, network):
    unknown = {"kty": "AKP", "alg": "ML-DSA-44", "pub": "A" * 1750, "kid": "pq"}  # RFC 9964
    network.keys = [unknown, key()]

    assert ask(token()).status_code == 200
    assert ask(token(header={"kid": "pq"})).json()["reason"] == "invalid"


def keycloak(said):
    """A token whose claim ``typ``, not its header's, says what it is."""
    good = jwt.decode(token(), options={"verify_signature": False})
    headers = {"kid": key().kid, "typ": "JWT"}
    claims = {**good, "typ": said, "azp": "shop", "session_state": "s"}
    return jwt.encode(claims, key().signing_key, algorithm="ES256", headers=headers)


@pytest.mark.parametrize("claim", [{"iat": 3600}, {"iat": 1}, {"nbf": 60}], ids=str)
def test_a_token_of_an_issuer_whose_clock_is_ahead_is_accepted(ask, claim):
    ahead = {name: int(time.time()) + seconds for name, seconds in claim.items()}

    assert ask(token(**ahead)).status_code == 200


class TestBadToken:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"exp": 1}, "expired"),
            ({"exp": None}, "invalid"),
            ({"exp": 99999999999}, "invalid"),
            ({"nbf": 9999999999}, "invalid"),
            ({"iss": None}, "invalid"),
            ({"iss": ISSUER + "/"}, "invalid"),
            ({"iss": ISSUER[:-1]}, "invalid"),
            ({"aud": None}, "invalid"),
            ({"aud": "stock"}, "invalid"),
            ({"aud": []}, "invalid"),
            ({"user_id": None}, "invalid"),
            ({"user_id": 7}, "invalid"),
            ({"user_id": ""}, "invalid"),
            ({"typ": "JWT"}, "wrong_type"),
            ({"typ": "rt+jwt"}, "wrong_type"),
            ({"typ": None}, "wrong_type"),
            ({"header": {"kid": "unknown"}}, "invalid"),
            ({"header": {"kid": "../../../etc/passwd"}}, "invalid"),
            ({"header": {"crit": ["b64"], "b64": False}}, "invalid"),
        ],
    )
    def test_is_401_with_the_reason(self, ask, changes, reason):
        answer = ask(token(**changes))

        assert (answer.status_code, answer["WWW-Authenticate"]) == (
            401,
            'Bearer realm="api", error="invalid_token"',
        )
        assert (answer.json()["code"], answer.json()["reason"]) == ("token_not_valid", reason)

    @pytest.mark.parametrize(
        "marks",
        [
            {"typ": "rt+jwt"},
            {"typ": "id+jwt"},
            {"token_type": "refresh"},
            {"token_use": "id"},
            {"nonce": "n", "at_hash": "h"},
            {"header": {"typ": "JWT"}, "events": {"logout": {}}},
        ],
    )
    def test_a_token_of_another_kind_is_refused_whatever_types_are_allowed(
        self, ask, configured, marks
    ):
        theirs = token(**{"typ": "JWT", **marks})

        with configured(TOKEN_TYPES=["JWT", "rt+jwt", "id+jwt"]):
            answer = ask(theirs)

        assert (answer.status_code, answer.json()["reason"]) == (401, "wrong_type")

    @pytest.mark.parametrize("said", ["Refresh", "ID", "Offline", "Logout"])
    def test_a_token_of_another_kind_of_keycloak_is_refused(self, ask, configured, said):
        with configured(TOKEN_TYPES=["JWT"]):
            answers = [ask(keycloak(said)), ask(keycloak("Bearer"))]

        assert [answer.status_code for answer in answers] == [401, 200]

    @pytest.mark.parametrize("user_id", [None, 7, ""])
    def test_a_token_without_a_user_is_told_in_the_log(self, ask, configured, caplog, user_id):
        ask(token(user_id=user_id))
        with configured(USER_ID_CLAIM="sub"):
            ask(token(user_id="7"))

        ours = [record for record in caplog.records if record.name == "drf_jwt_kit"]
        assert [(record.levelname, record.getMessage()) for record in ours] == [
            ("WARNING", "event=claim_missing claim=user_id"),
            ("WARNING", "event=claim_missing claim=sub"),
        ]

    @pytest.mark.parametrize("presented", ["nonsense", "a.b.c", "e30.e30.", "x" * 9000, "é"])
    def test_a_text_that_is_no_token_is_401(self, ask, presented):
        assert ask(presented).json()["reason"] == "invalid"

    def test_a_text_that_is_no_token_fetches_no_keys(self, ask, network):
        ask("nonsense")

        assert network.fetches == 0

    def test_a_token_of_another_key_is_401(self, ask):
        assert ask(token(key("a second ES256"))).json()["reason"] == "invalid"

    def test_a_token_of_an_algorithm_that_is_left_out_is_401(self, ask, configured):
        with configured(ALGORITHMS=["EdDSA"]):
            assert ask(token()).status_code == 401

    def test_an_unsigned_token_is_401(self, ask):
        claims = jwt.decode(token(), options={"verify_signature": False})
        header = {"kid": "one", "typ": "at+jwt"}

        assert ask(jwt.encode(claims, None, "none", headers=header)).status_code == 401

    def test_signed_with_the_public_key_as_a_secret_is_401(self, ask):
        claims = jwt.decode(token(), options={"verify_signature": False})
        header = jwt.utils.base64url_encode(b'{"alg":"HS256","kid":"one","typ":"at+jwt"}')
        payload = jwt.utils.base64url_encode(str(claims).replace("'", '"').encode())
        secret = public_pem("ES256").encode()
        signature = jwt.get_algorithm_by_name("HS256").sign(header + b"." + payload, secret)
        confused = b".".join([header, payload, jwt.utils.base64url_encode(signature)])

        assert ask(confused.decode()).status_code == 401

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_a_token_with_padding_is_401(self, ask, part):
        parts = token().split(".")
        parts[part] += "=" * (-len(parts[part]) % 4 or 1)

        assert ask(".".join(parts)).status_code == 401

    @pytest.mark.parametrize("name", ["jku", "x5u"])
    def test_a_token_that_names_an_address_is_refused_without_going_there(self, ask, network, name):
        forged = token(key("a second ES256"), header={name: "http://127.0.0.1/keys"})

        assert (ask(forged).status_code, network.fetches) == (401, 1)

    def test_a_token_that_brings_its_own_key_is_401(self, ask):
        own = key("a second ES256")

        assert ask(token(own, header={"jwk": own.public_jwk()})).status_code == 401


class TestWithoutToken:
    @pytest.mark.parametrize("where", ["Who", "Mixed"])
    def test_is_401_with_the_bare_challenge(self, ask, where):
        answer = ask(where=where)

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')

    def test_an_open_view_is_open(self, ask):
        assert ask(where="Open").status_code == 200

    def test_an_error_names_the_cure_where_a_project_has_no_users(self, ask, settings):
        settings.INSTALLED_APPS = ["rest_framework"]

        with pytest.raises(ImproperlyConfigured, match='"UNAUTHENTICATED_USER": None'):
            ask(where="Open")

    def test_a_header_without_one_is_an_invalid_request(self):
        answer = APIClient().get("/Who/", headers={"Authorization": "Bearer"})

        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_request"'


class TestIssuerDown:
    def test_is_503_until_there_are_keys(self, ask, network):
        network.down = True
        answer = ask(token())

        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json() == {
            "detail": "Tokens cannot be verified at the moment. Try again shortly.",
            "code": "temporarily_unavailable",
        }

    def test_is_not_noticed_once_there_are_keys(self, ask, network):
        ask(token())
        network.down = True

        assert ask(token()).status_code == 200

    def test_many_requests_at_once_cause_one_fetch(self, ask, network):
        crowd = [threading.Thread(target=ask, args=(token(),)) for _ in range(8)]
        [one.start() for one in crowd]
        [one.join() for one in crowd]

        assert network.fetches == 1


class TestCaches:
    @pytest.mark.parametrize("method", ["get", "head", "options", "post"])
    @pytest.mark.parametrize("presented", ["good", "bad", None])
    @pytest.mark.parametrize("where", ["Who", "Open", "Mixed"])
    def test_keep_the_answers_of_users_apart(self, ask, where, presented, method):
        answer = ask(token() if presented == "good" else presented, where, method)

        assert answer["Vary"].split(", ").count("Authorization") == 1

    @pytest.mark.parametrize(("installed", "says"), [(True, False), (False, True)])
    def test_a_cache_of_pages_is_warned_of_once(self, monkeypatch, installed, says):
        path = "django.middleware.cache.FetchFromCacheMiddleware"
        monkeypatch.setattr(apps, "is_installed", lambda name: installed)

        with override_settings(MIDDLEWARE=[path]):
            assert ("drf_jwt_kit.W045" in [message.id for message in check()]) is says


class TestMixin:
    def test_cannot_be_opened_by_what_a_class_sets(self, ask):
        assert ask(where="Mixed").json()["code"] == "not_authenticated"

    def test_opens_with_a_token(self, ask):
        assert ask(token(), "Mixed").status_code == 200

    def test_lets_nothing_be_cached(self, ask):
        assert ask(token(), "Mixed")["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize(
        ("scope", "status"),
        [(None, 403), ("", 403), ("orders:read", 403), ("orders:read orders:write", 200),
         (["orders:write", "orders:read"], 200), (7, 403), ({"orders:read": 1}, 403),
         (["orders:read orders:write"], 403)],
    )  # fmt: skip
    def test_the_mixin_requires_every_scope(self, ask, scope, status):
        assert ask(token(scope=scope), "Scoped").status_code == status

    def test_names_the_scopes_that_it_demands(self, ask):
        assert ask(token(), "Scoped")["WWW-Authenticate"] == (
            'Bearer realm="api", error="insufficient_scope", scope="orders:read orders:write"'
        )

    @pytest.mark.parametrize(
        ("auth_time", "status"), [(None, 401), (1, 401), ("now", 401), (True, 401), (2**60, 200)]
    )
    def test_demands_a_recent_login(self, ask, auth_time, status):
        assert ask(token(auth_time=auth_time), "Recent").status_code == status

    def test_refuses_to_be_listed_after_apiview(self):
        with pytest.raises(TypeError, match=r"class Wrong\(ResourceServerMixin, APIView\)"):

            class Wrong(APIView, ResourceServerMixin):
                pass


class TestRestFrameworksPermissionsAndThrottles:
    def test_no_principal_is_staff(self, ask):
        assert ask(token(is_staff=True), "Admins").status_code == 403

    def test_nobody_has_a_permission_of_djangos(self, ask):
        assert ask(token(), "Permitted", "delete").status_code == 403

    def test_a_throttle_counts_each_user(self, ask):
        cache.clear()
        statuses = [ask(token(user_id=pk), "Throttled").status_code for pk in ("1", "1", "2")]

        assert statuses == [200, 429, 200]


class TestOutsideOfARequest:
    def test_a_token_can_be_verified(self):
        assert authentication.verify(token(scope="a"))["scope"] == "a"

    def test_a_bad_token_outside_of_a_request_is_refused_in_the_same_words(self):
        with pytest.raises(InvalidToken) as refusal:
            authentication.verify(token(exp=1))

        assert refusal.value.reason == "expired"


class TestPrincipal:
    def test_a_principal_shows_no_claims(self, ask):
        principal, _ = ResourceServerAuthentication().authenticate(
            request_with(token(email="ada@example.com"))
        )

        assert "ada@example.com" not in repr(principal)

    def test_may_be_put_into_a_set(self):
        principal, _ = ResourceServerAuthentication().authenticate(request_with(token()))

        assert list({principal}) == [principal]

    def test_a_principal_knows_its_scopes(self):
        principal, _ = ResourceServerAuthentication().authenticate(request_with(token(scope="a b")))

        assert (principal.has_scope("a", "b"), principal.has_scope("c")) == (True, False)

    def test_has_one_name(self):
        principal, _ = ResourceServerAuthentication().authenticate(request_with(token()))

        assert (principal.pk, principal.id, str(principal), principal.get_username()) == ("7",) * 4

    def test_has_no_permission_of_django(self):
        principal, _ = ResourceServerAuthentication().authenticate(request_with(token()))

        assert not principal.has_perm("shop.add_order")
        assert not principal.has_perms(["shop.add_order"])
        assert not principal.has_module_perms("shop")


def request_with(presented):
    return APIRequestFactory().get("/", headers={"Authorization": f"Bearer {presented}"})


@pytest.mark.django_db
def test_a_token_of_ours_is_verified_from_our_published_keys(kit, user, monkeypatch, ask):
    monkeypatch.setattr(
        "drf_jwt_kit.resource_server.issuer.fetch",
        lambda url, timeout: kit.get("/api/token/jwks/").json(),
    )
    issuing = {"KEYS": [{"key": private_pem("EdDSA")}], "ISSUER": ISSUER, "AUDIENCE": "orders"}
    with override_settings(DRF_JWT_KIT={**issuing, "RESOURCE_SERVER": SETTINGS}):
        signed_in = kit.sign_in(user)

        assert ask(signed_in.access).json()["pk"] == str(user.pk)
        assert ask(signed_in.refresh).json()["reason"] == "wrong_type"
