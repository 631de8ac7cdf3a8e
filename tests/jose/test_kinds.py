"""What a token of another issuer says that it is, however it says so."""

import pytest

from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.kinds import require_access_token

KEYCLOAK_ID = {"typ": "ID", "azp": "shop", "nonce": "n", "at_hash": "h", "sid": "s"}
LOGOUT = {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}, "sid": "s"}
ACCESS = [
    ("at+jwt", {}),
    ("at+jwt", {"nonce": "a claim of the project's", "events": []}),
    ("jwt", {}),
    ("", {}),
    ("jwt", {"typ": "Bearer"}),
    ("jwt", {"typ": "DPoP"}),
    ("jwt", {"typ": "Bearer", "nonce": "of Keycloak before version 25"}),
    ("jwt", {"token_use": "access"}),
    ("", {"token_type": "access"}),
    ("jwt", {"token_type": "Bearer"}),
    ("jwt", {"token_type": " Access-Token "}),
    ("jwt", {"token_type": "access__token"}),
    ("jwt", {"typ": "application/at+jwt", "nonce": "n"}),
    ("application/at+jwt", {"events": []}),
    ("jwt", {"typ": "JWT"}),
    ("jwt", {"token_type": ""}),
    ("their-own+jwt", {}),
    ("jwt", {"type": "access", "fresh": False}),
    ("jwt", {"type": "user"}),
    ("jwt", {"type": None, "kind": ["customer"]}),
    ("jwt", {"tokenType": "machine"}),
    ("jwt", {"use": "sig", "token_kind": "bearer"}),
]
OTHERS = [
    ("jwt", {"typ": "Refresh"}),
    ("jwt", {"typ": "Offline"}),
    ("jwt", {"typ": "ID"}),
    ("jwt", {"typ": "Logout"}),
    ("jwt", KEYCLOAK_ID),
    ("jwt", LOGOUT),
    ("", LOGOUT),
    ("logout+jwt", {}),
    ("rt+jwt", {}),
    ("id+jwt", {}),
    ("dpop+jwt", {}),
    ("secevent+jwt", {}),
    ("jwt", {"token_type": "refresh"}),
    ("at+jwt", {"token_type": "refresh"}),
    ("jwt", {"token_type": "id_token"}),
    ("jwt", {"token_use": "id"}),
    ("jwt", {"token_use": "ID"}),
    ("jwt", {"token_use": "anything"}),
    ("jwt", {"nonce": "n"}),
    ("", {"at_hash": "h"}),
    ("jwt", {"c_hash": "h"}),
    ("jwt", {"s_hash": "h"}),
    ("jwt", {"typ": "Bearer", "token_type": "refresh"}),
    ("jwt", {"typ": " Refresh"}),
    ("jwt", {"typ": "application/rt+jwt"}),
    ("jwt", {"typ": "Serialized-ID"}),
    ("jwt", {"typ": "Initial-Access"}),
    ("jwt", {"typ": "RegistrationAccessToken"}),
    ("jwt", {"TYP": "ID"}),
    ("jwt", {"typ": ["ID"]}),
    ("jwt", {"token_use": ["refresh"]}),
    ("jwt", {"token_use": None}),
    ("jwt", {"token_type": 1}),
    ("jwt", {"token_type": {}}),
    ("jwt", {"token_type": "refresh token"}),
    ("jwt", {"token_type": "Refresh-Token"}),
    ("jwt", {"token_type": "id-token"}),
    ("jwt", {"token_type": "sliding"}),
    ("jwt", {"token_type": "mfa"}),
    ("at+jwt", {"token_type": "machine"}),
    ("jwt", {"events": {}}),
    ("jwt", {"nonce": None}),
    ("Refresh-Token", {}),
    (" application/RT+JWT", {}),
    ("refreshToken", {}),
    ("application/token-introspection+jwt", {}),
    ("jwt", {"type": "refresh", "fresh": False}),
    ("at+jwt", {"type": "refresh"}),
    ("jwt", {"tokenType": "refresh"}),
    ("jwt", {"token-type": "refresh"}),
    ("jwt", {"tokenUse": "refreshToken"}),
    ("jwt", {"token_kind": "refresh_token"}),
    ("jwt", {"Kind": "ID-Token"}),
    ("jwt", {"use": "refresh"}),
    ("jwt", {"token_type": "access", "type": "Refresh"}),
]


@pytest.mark.parametrize(("typ", "claims"), ACCESS)
def test_a_token_that_says_nothing_else_is_an_access_token(typ, claims):
    require_access_token(typ, claims)


@pytest.mark.parametrize(("typ", "claims"), OTHERS)
def test_a_token_that_says_it_is_of_another_kind_is_none(typ, claims):
    with pytest.raises(InvalidToken) as refusal:
        require_access_token(typ, claims)

    assert refusal.value.reason is Reason.WRONG_TYPE


def test_a_project_may_name_the_claim_that_says_it():
    require_access_token("jwt", {"purpose": "refresh"}, None)

    for said in ("refresh", "anything", None, ["access"]):
        with pytest.raises(InvalidToken):
            require_access_token("jwt", {"Purpose": said}, "Purpose")
    require_access_token("jwt", {"Purpose": "access"}, "Purpose")
