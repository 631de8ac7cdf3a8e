"""A request with an access token: the strict class, and the views behind it."""

import json
from datetime import timedelta

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings

from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import Dropped, claims_of, forge

pytestmark = pytest.mark.django_db


def with_header(kit, value):
    return kit.get("/api/secure/", headers={"Authorization": value})


class TestValidToken:
    def test_opens_the_secure_view(self, kit, signed_in):
        answer = kit.get_with(signed_in.access)

        assert answer.status_code == 200
        assert answer.json() == {"message": "You are authenticated!"}

    def test_opens_a_plain_view_that_uses_the_class(self, kit, signed_in, user):
        answer = kit.get_with(signed_in.access, "/api/plain/")

        assert answer.json() == {"user": str(user.pk)}

    def test_takes_one_query_with_one_join(self, kit, signed_in, queries):
        with queries() as made:
            assert kit.get_with(signed_in.access).status_code == 200

        assert len(made) == 1
        assert made[0].count("JOIN") == 1

    def test_is_found_among_a_users_many_sessions(self, kit, user):
        devices = [kit.sign_in(user) for _ in range(3)]

        assert [kit.get_with(device.access).status_code for device in devices] == [200] * 3

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_may_follow_the_scheme_in_any_case(self, kit, signed_in, scheme):
        assert with_header(kit, f"{scheme} {signed_in.access}").status_code == 200

    def test_lasts_its_fifteen_minutes(self, clock, kit, signed_in):
        clock.shift(timedelta(minutes=14, seconds=59))
        assert kit.get_with(signed_in.access).status_code == 200
        clock.shift(timedelta(seconds=1))

        assert kit.get_with(signed_in.access).json()["reason"] == "expired"

    def test_is_never_read_from_the_query_string(self, kit, signed_in):
        answer = kit.get(f"/api/secure/?token={signed_in.access}&access_token={signed_in.access}")

        assert answer.status_code == 401


class TestWithoutToken:
    @pytest.mark.parametrize("path", ["/api/secure/", "/api/plain/", "/api/token/sessions/"])
    def test_is_401_with_the_bare_challenge(self, kit, db, path):
        answer = kit.get(path)

        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'

    def test_a_request_without_a_token_is_not_authenticated(self, kit, db):
        answer = kit.get("/api/secure/")

        assert answer.json() == {
            "detail": "Authentication credentials were not provided.",
            "code": "not_authenticated",
        }

    @pytest.mark.parametrize("header", ["", "Token abc"])
    def test_another_scheme_is_no_token(self, kit, db, header):
        assert with_header(kit, header).json()["code"] == "not_authenticated"


class TestRefusedToken:
    @pytest.mark.parametrize("path", ["/api/secure/", "/api/plain/"])
    def test_names_invalid_token_in_the_challenge(self, kit, db, path):
        answer = kit.get_with("garbage", path)

        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'

    def test_has_simple_jwts_body_and_a_reason(self, kit, db):
        assert kit.get_with("garbage").json() == {
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "reason": "invalid",
            "messages": [
                {
                    "token_class": "AccessToken",
                    "token_type": "access",
                    "message": "Token is invalid",
                }
            ],
        }

    @pytest.mark.parametrize("header", ["Bearer", "Bearer a b"])
    def test_a_header_without_one_token_is_a_bad_header(self, kit, db, header):
        answer = with_header(kit, header)

        assert answer.json()["code"] == "bad_authorization_header"
        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_request"'

    def test_a_refresh_token_is_of_the_wrong_type(self, kit, signed_in):
        assert kit.get_with(signed_in.refresh).json()["reason"] == "wrong_type"

    def test_a_token_without_a_session_names_sessions_start(self, kit, user):
        answer = kit.get_with(str(AccessToken.for_user(user)))

        assert answer.json()["reason"] == "no_session"
        assert "sessions.start" in answer.json()["messages"][0]["message"]

    def test_a_bad_token_on_a_public_endpoint_does_no_harm(self, kit, user):
        kit.credentials(HTTP_AUTHORIZATION="Bearer garbage")

        assert kit.sign_in(user)


class TestRevocation:
    """All of these hold from the very next request on."""

    def refused(self, kit, tokens):
        answer = kit.get_with(tokens.access)
        assert answer.status_code == 401
        return answer.json()["reason"]

    def test_a_request_after_logout_is_refused(self, kit, signed_in):
        kit.logout(signed_in.refresh)

        assert self.refused(kit, signed_in) == "session_ended"

    def test_a_request_of_a_user_deactivated_by_any_path_is_refused(self, kit, signed_in, user):
        type(user).objects.filter(pk=user.pk).update(is_active=False)

        assert self.refused(kit, signed_in) == "session_ended"

    def test_a_request_of_a_user_whose_password_changed_by_any_path_is_refused(
        self, kit, signed_in, user
    ):
        user.set_password("another password")
        type(user).objects.filter(pk=user.pk).update(password=user.password)

        assert self.refused(kit, signed_in) == "session_ended"

    def test_a_request_of_a_deleted_user_is_refused(self, kit, signed_in, user):
        user.delete()

        assert self.refused(kit, signed_in) == "session_ended"

    @override_settings(
        DRF_JWT_KIT={"CHECK_USER_IS_ACTIVE": False, "USER_ID_FIELD": "pk", "USER_ID_CLAIM": "sub"}
    )
    def test_spares_an_inactive_user_where_the_project_says_so(self, kit, user):
        tokens = kit.sign_in(user)
        get_user_model().objects.filter(pk=user.pk).update(is_active=False)

        assert kit.get_with(tokens.access).status_code == 200
        assert kit.refresh(tokens.refresh).status_code == 200

    def test_a_session_of_another_user_is_no_session_of_this_one(self, kit, signed_in, other_user):
        claim = {name: user_id_of(other_user) for name in ("user_id", "sub")}

        assert kit.get_with(forge(signed_in.access, **claim)).status_code == 401


HOSTILE = [None, [], {}, ["x"], "x", 10**30, float("nan"), True]
OTHER_CLAIMS = ["iat", "nbf", "auth_time", "token_type", "jti", "aud", "iss"]
TAKEN = {("iat", "True"), ("nbf", "True"), ("iss", "'x'")}
"""True is 1 for PyJWT, and no issuer is asked for here."""
TAKEN_IN_AN_ACCESS_TOKEN = TAKEN | {("jti", "'x'")}
TAKEN_IN_A_REFRESH_TOKEN = TAKEN | {("auth_time", repr(value)) for value in HOSTILE}
"""The login's time is the row's; the token's own is not read."""


def statuses(taken):
    """Each claim with each hostile value, and the status that it must be answered with."""
    return [
        (claim, value, 200 if (claim, repr(value)) in taken else 401)
        for claim in OTHER_CLAIMS
        for value in HOSTILE
    ]


class TestMistypedClaims:
    """In a token that our own key has signed: a shared key, or a changed user model."""

    @pytest.mark.parametrize(
        "value", [None, [], ["1"], {}, {"a": 1}, "", 1, True, float("nan"), "a\0b", Dropped]
    )
    def test_a_user_claim_of_the_wrong_type_is_refused(self, kit, signed_in, rows, value):
        before = rows()
        claim = dict.fromkeys(("user_id", "sub"), value)

        assert kit.get_with(forge(signed_in.access, **claim)).status_code == 401
        assert kit.refresh(forge(signed_in.refresh, **claim)).status_code == 401
        assert kit.verify(forge(signed_in.access, **claim)).status_code == 401
        assert rows() == before

    @pytest.mark.parametrize(
        "value",
        [
            "9999999999",
            "x",
            1e30,
            10**18,
            10**400,
            -1,
            True,
            None,
            [],
            {},
            1.5,
            float("inf"),
            float("nan"),
            Dropped,
        ],
    )
    def test_an_exp_of_the_wrong_type_is_refused(self, kit, signed_in, rows, value):
        before = rows()

        assert kit.get_with(forge(signed_in.access, exp=value)).status_code == 401
        assert kit.refresh(forge(signed_in.refresh, exp=value)).status_code == 401
        assert kit.logout(forge(signed_in.refresh, exp=value)).status_code == 401
        assert rows() == before

    @pytest.mark.parametrize("value", [None, 1, [], {}, "", "x", "0" * 32, Dropped])
    def test_a_sid_of_the_wrong_type_is_refused(self, kit, signed_in, rows, value):
        before = rows()

        assert kit.get_with(forge(signed_in.access, sid=value)).status_code == 401
        assert kit.refresh(forge(signed_in.refresh, sid=value)).status_code == 401
        assert rows() == before

    @pytest.mark.parametrize(("claim", "value", "status"), statuses(TAKEN_IN_AN_ACCESS_TOKEN))
    def test_any_other_in_an_access_token(self, kit, signed_in, claim, value, status):
        forged = forge(signed_in.access, **{claim: value})

        assert kit.get_with(forged).status_code == status
        assert kit.verify(forged).status_code == status

    @pytest.mark.parametrize(("claim", "value", "status"), statuses(TAKEN_IN_A_REFRESH_TOKEN))
    def test_any_other_in_a_refresh_token(self, kit, signed_in, claim, value, status):
        forged = forge(signed_in.refresh, **{claim: value})

        assert kit.verify(forged).status_code == status
        assert kit.refresh(forged).status_code == status

    def test_an_access_token_without_jti_or_login_time_is_refused(self, kit, signed_in):
        assert kit.get_with(forge(signed_in.access, jti=Dropped)).status_code == 401
        assert kit.get_with(forge(signed_in.access, auth_time=Dropped)).status_code == 401

    @pytest.mark.parametrize("jti", ["\ud800", "é"])
    def test_a_jti_that_is_no_ascii_is_refused(self, kit, signed_in, jti):
        forged = forge(signed_in.refresh, jti=jti)

        answers = [kit.refresh(forged), kit.verify(forged), kit.logout(forged)]
        assert [answer.status_code for answer in answers] == [401] * 3

    @pytest.mark.parametrize("value", [-1, 2**40, 10**400])
    def test_a_login_beyond_all_clocks_is_refused(self, kit, signed_in, value):
        assert kit.get_with(forge(signed_in.access, auth_time=value)).status_code == 401

    @pytest.mark.parametrize("typ", ["JWT", "", None, 1, ["at+jwt"], {}, "rt+jwt"])
    def test_a_header_of_another_type_is_refused(self, kit, signed_in, typ):
        key = get_ring().signing
        hostile = jwt.PyJWS().encode(
            json.dumps(claims_of(signed_in.access)).encode(),
            key.signing_key,
            algorithm=key.algorithm,
            headers={"kid": key.kid, "typ": typ},
        )

        assert kit.get_with(hostile).status_code == 401
