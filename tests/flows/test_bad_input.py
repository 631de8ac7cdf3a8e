"""What an outsider can send: always a 4xx with JSON and a code, never a 500, nothing changed."""

import json

import jwt
import pytest
from django.conf import settings
from django.test import override_settings

from drf_jwt_kit.keys import get_ring
from tests.conftest import claims_of, forge

from .browser import CutOff

pytestmark = pytest.mark.django_db

ENDPOINTS = ["", "refresh/", "verify/", "logout/", "blacklist/"]
FIELDS = {"": "password", "refresh/": "refresh", "verify/": "token", "logout/": "refresh",
          "blacklist/": "refresh"}  # fmt: skip
DEEP = "[" * 100_000 + "]" * 100_000


def send(kit, path, raw, content_type="application/json", **extra):
    return kit.generic("POST", f"/api/token/{path}", raw, content_type, **extra)


STATUSES = {
    "parse_error": 400,
    "invalid_request": 400,
    "no_active_account": 401,
    "token_not_valid": 401,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "request_too_large": 413,
    "unsupported_media_type": 415,
}


def assert_refused(answer, code):
    assert answer["Content-Type"].startswith("application/json"), answer.content
    assert (answer.status_code, answer.json()["code"]) == (STATUSES[code], code)
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", ENDPOINTS)
class TestBodies:
    @pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"1", b'"text"', b"[[]]"])
    def test_a_body_of_another_shape_is_refused(self, kit, path, raw):
        assert_refused(send(kit, path, raw), "invalid_request")

    @pytest.mark.parametrize(
        "raw", [b"{", b"\xff\xfe", b'{"a": "\xff"}', b"NaN", b"{]", b"\x00", DEEP, '{"a":' * 50_000]
    )
    def test_a_body_that_is_no_json_is_refused(self, kit, path, raw):
        assert_refused(send(kit, path, raw), "parse_error")

    @pytest.mark.parametrize("value", [None, [], {}, ["x"], True, "", "\0", "a\0b", "\ud800"])
    def test_a_body_with_a_value_of_the_wrong_kind_is_refused(self, kit, path, value):
        body = json.dumps({FIELDS[path]: value, "username": "x", "email": "x"})

        assert_refused(send(kit, path, body), "invalid_request")

    def test_a_body_with_a_number_for_a_text_is_taken_as_written(self, kit, path, db):
        """It is taken as it is written, as REST Framework does."""
        body = json.dumps({FIELDS[path]: 1.5, "username": "x", "email": "x"})

        assert_refused(send(kit, path, body), "token_not_valid" if path else "no_active_account")

    def test_a_body_with_an_enormous_value_is_refused(self, kit, path, db):
        body = json.dumps({FIELDS[path]: "x" * 1_000_000, "username": "x", "email": "x"})

        assert_refused(send(kit, path, body), "token_not_valid" if path else "invalid_request")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "x", "a/b/c; d"])
    def test_a_body_of_another_content_type_is_refused(self, kit, path, content_type):
        assert_refused(send(kit, path, b"hello", content_type), "unsupported_media_type")

    def test_a_body_of_broken_multipart_is_refused(self, kit, path):
        assert_refused(send(kit, path, b"x", "multipart/form-data"), "parse_error")

    @override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
    def test_a_body_that_is_too_large_is_413(self, kit, path):
        answer = send(kit, path, json.dumps({"refresh": "x" * 2000}))

        assert answer.status_code == 413
        assert_refused(answer, "request_too_large")

    def test_bodies_that_are_cut_off_are_bad_requests(self, kit, path):
        assert_refused(send(kit, path, b"{}", **{"wsgi.input": CutOff()}), "parse_error")

    def test_a_body_with_too_many_fields_is_refused(self, kit, path):
        raw = "&".join(f"a{n}=1" for n in range(2000))

        assert_refused(send(kit, path, raw, "application/x-www-form-urlencoded"), "parse_error")

    def test_another_method_is_refused(self, kit, path):
        assert_refused(kit.get(f"/api/token/{path}"), "method_not_allowed")
        assert_refused(kit.delete(f"/api/token/{path}"), "method_not_allowed")

    def test_a_type_that_we_do_not_speak_is_refused(self, kit, path):
        answer = send(kit, path, b"{}", HTTP_ACCEPT="image/png")

        assert_refused(answer, "not_acceptable")

    def test_a_format_in_the_address_is_answered_in_json(self, kit, path):
        assert_refused(send(kit, f"{path}?format=xml", b"{"), "parse_error")

    def test_a_browser_is_told_of_a_broken_body_in_a_page(self, kit, path):
        answer = send(kit, path, b"{", HTTP_ACCEPT="text/html")

        assert answer.status_code == 400
        assert b"parse_error" in answer.content

    def test_the_answers_to_bad_bodies_are_never_cached(self, kit, path):
        assert send(kit, path, b"{")["Cache-Control"] == "private, no-store"


class TestPasswords:
    @pytest.mark.parametrize(
        ("length", "code"), [(4096, "no_active_account"), (4097, "invalid_request")]
    )
    def test_a_password_longer_than_any_real_one_is_not_hashed(self, kit, user, length, code):
        body = {user.USERNAME_FIELD: user.get_username(), "password": "x" * length}

        assert_refused(send(kit, "", json.dumps(body)), code)


class TestUsernames:
    @pytest.mark.parametrize("name", ["\0", "a\0b", "\ud83d", None, [], {}])
    def test_a_username_of_any_kind_is_refused_without_a_crash(self, kit, user, name):
        body = json.dumps({user.USERNAME_FIELD: name, "password": "x"})

        assert_refused(send(kit, "", body), "invalid_request")

    def test_a_username_of_any_length_is_a_wrong_login(self, kit, user):
        body = json.dumps({user.USERNAME_FIELD: "x" * 100_000, "password": "x"})

        assert_refused(send(kit, "", body), "no_active_account")


class TestTokens:
    """Every endpoint that takes one, and the header."""

    def assert_everywhere_refused(self, kit, token):
        for path in ("refresh/", "verify/", "logout/"):
            answer = send(kit, path, json.dumps({FIELDS[path]: token}))
            assert_refused(answer, "token_not_valid")
        in_header = kit.get_with(token.encode("ascii", "replace").decode().replace("\n", ""))
        assert in_header.status_code == 401

    @pytest.mark.parametrize(
        "token", ["x", "a.b.c", "..", "....", "é.é.é", "x" * 1_000_000, "e30.e30.e30", "e30=.e30.x"]
    )
    def test_a_text_that_is_no_token_is_refused_everywhere(self, kit, db, token):
        self.assert_everywhere_refused(kit, token)

    @pytest.mark.parametrize(
        "algorithm", ["none", "None", "NONE", "nOnE", "HS384", "RS256", "x", ""]
    )
    def test_a_token_of_another_algorithm_is_refused_everywhere(
        self, kit, signed_in, rows, algorithm
    ):
        header = {"alg": algorithm, "typ": "rt+jwt", "kid": get_ring().signing.kid}
        _, payload, signature = signed_in.refresh.split(".")
        encoded = jwt.utils.base64url_encode(json.dumps(header).encode()).decode()
        before = rows()

        self.assert_everywhere_refused(kit, f"{encoded}.{payload}.{signature}")
        self.assert_everywhere_refused(kit, f"{encoded}.{payload}.")
        assert rows() == before

    @pytest.mark.parametrize(
        "kid", [None, "", "x", 1, [], {}, "../../etc/passwd", "' OR 1=1", "x" * 9000]
    )
    def test_a_token_of_an_unknown_key_is_refused_everywhere(self, kit, signed_in, kid):
        key = get_ring().signing
        header = jwt.utils.base64url_encode(
            json.dumps({"alg": "HS256", "typ": "rt+jwt", "kid": kid}).encode()
        )
        payload = signed_in.refresh.split(".")[1].encode()
        signing_input = header + b"." + payload
        algorithm = jwt.PyJWS().get_algorithm_by_name("HS256")
        signature = jwt.utils.base64url_encode(algorithm.sign(signing_input, key.signing_key))

        self.assert_everywhere_refused(kit, (signing_input + b"." + signature).decode())

    def test_a_token_of_a_wrong_signature_is_refused_everywhere(self, kit, signed_in, rows):
        before = rows()

        self.assert_everywhere_refused(kit, signed_in.refresh[:-4] + "AAAA")
        assert rows() == before

    @pytest.mark.parametrize("audience", ["somebody", ["somebody"], [], "", None])
    def test_a_token_of_an_audience_that_nobody_asked_for_is_refused(
        self, kit, signed_in, rows, audience
    ):
        before = rows()

        self.assert_everywhere_refused(kit, forge(signed_in.refresh, aud=audience))
        assert rows() == before

    def test_a_token_of_simple_jwts_own_making_is_refused(self, kit, user):
        theirs = jwt.encode(
            {"token_type": "refresh", "exp": 9999999999, "jti": "x", "user_id": str(user.pk)},
            settings.SECRET_KEY,
        )

        self.assert_everywhere_refused(kit, theirs)

    def test_a_token_with_deeply_nested_claims_is_refused(self, kit, signed_in):
        deep = [[]]
        for _ in range(400):
            deep = [deep]

        self.assert_everywhere_refused(kit, forge(signed_in.refresh, gen=deep))

    @override_settings(DRF_JWT_KIT={"AUDIENCE": "shop", "ISSUER": "https://shop.example"})
    def test_a_token_for_another_audience_or_of_another_issuer_is_refused(self, kit, user):
        tokens = kit.sign_in(user)
        assert claims_of(tokens.access)["aud"] == "shop"
        assert claims_of(tokens.refresh)["iss"] == "https://shop.example"

        assert kit.get_with(tokens.access).status_code == 200
        assert kit.get_with(forge(tokens.access, aud="other")).status_code == 401
        assert (
            kit.get_with(forge(tokens.access, iss="https://shop.example.evil")).status_code == 401
        )


class TestDeviceNames:
    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"{", "parse_error"),
            (b"\xff", "parse_error"),
            (DEEP, "parse_error"),
            (b"null", "invalid_request"),
        ],
        ids=["half", "no text", "deep", "null"],
    )
    def test_a_device_name_that_cannot_be_read_is_refused(self, kit, signed_in, raw, code):
        answer = kit.generic(
            "PATCH",
            f"/api/token/sessions/{signed_in.session.pk}/",
            raw,
            "application/json",
            HTTP_AUTHORIZATION=f"Bearer {signed_in.access}",
        )

        assert_refused(answer, code)
