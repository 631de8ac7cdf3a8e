"""What leaves for Sentry, when the project's own code fails around a token: none of our secrets."""

import json
import re

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.keys import get_ring
from tests.conftest import PASSWORD, claims_of

pytestmark = pytest.mark.django_db(transaction=True)
DSN = "https://public@sentry.example/1"

class Captured(Transport):
    def __init__(self, options=None):
        super().__init__(options)
        self.sent = []
    def capture_envelope(self, envelope):
        self.sent.append(envelope.serialize().decode("utf-8", "replace"))

def start(**o):
    t = Captured()
    sentry_sdk.init(dsn=DSN, transport=t, **o)
    return t

@pytest.mark.parametrize("o", [{}, dict(send_default_pii=False, max_request_body_size="never", include_local_variables=False)])
@pytest.mark.parametrize("what", ["login", "refresh", "request"])
def test_probe(kit, user, settings, monkeypatch, o, what):
    kit.raise_request_exception = False
    tokens = kit.sign_in(user)
    t = start(**o)
    if what == "request":
        monkeypatch.setattr(JWTAuthentication, "get_user", lambda *a: 1/0)
        kit.get_with(tokens.access)
    else:
        settings.DRF_JWT_KIT = {"CLAIMS_SERIALIZER": "tests.tokens.test_claims.Failing"}
        if what == "login":
            kit.post_json("", {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD})
        else:
            kit.refresh(tokens.refresh)
    text = "".join(t.sent)
    print(len(t.sent), len(text))
    for name, s in dict(pw=PASSWORD, access=tokens.access.split(".")[2], refresh=tokens.refresh.split(".")[2], jti=claims_of(tokens.refresh)["jti"], secret=tokens.session.secret, key=str(get_ring().signing.signing_key)[2:20]).items():
        for m in list(re.finditer(re.escape(s), text))[:4]:
            print(name, repr(text[max(0,m.start()-200):m.end()+5]))
    print(re.findall(r"eyJ[\w-]{5,}", text)[:3])
    assert 0
