"""djoser's endpoints for accounts, with our logins."""

import pytest
from django.contrib.auth.tokens import default_token_generator
from djoser.utils import encode_uid

from drf_jwt_kit.models import RevokedReason, Session
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a staple of quite new horses"


def reasons():
    return set(Session.objects.values_list("revoked_reason", flat=True))


@pytest.fixture
def bearer(signed_in):
    return {"Authorization": f"Bearer {signed_in.access}"}


def test_its_endpoints_read_our_tokens(kit, signed_in):
    assert kit.get_with(signed_in.access, "/djoser/users/me/").json()["username"] == "ada"


def test_who_registers_there_logs_in_here(kit, db):
    body = {"username": "grace", "email": "g@example.com", "password": PASSWORD}

    assert kit.post("/djoser/users/", body, format="json").status_code == 201

    assert kit.post_json("", {"username": "grace", "password": PASSWORD}).status_code == 200


def test_a_new_password_ends_the_sessions(kit, user, signed_in, bearer):
    other = kit.sign_in(user)
    body = {"current_password": PASSWORD, "new_password": NEW}

    answer = kit.post("/djoser/users/set_password/", body, format="json", headers=bearer)

    assert answer.status_code == 204
    assert kit.get_with(signed_in.access).status_code == 401
    assert kit.refresh(other.refresh).status_code == 401
    assert reasons() == {RevokedReason.PASSWORD_CHANGED}


def test_a_wrong_current_password_ends_none(kit, signed_in, bearer):
    body = {"current_password": "wrong", "new_password": NEW}

    answer = kit.post("/djoser/users/set_password/", body, format="json", headers=bearer)

    assert answer.status_code == 400
    assert kit.get_with(signed_in.access).status_code == 200


def test_a_forgotten_password_ends_the_sessions(kit, user, signed_in):
    link = {"uid": encode_uid(user.pk), "token": default_token_generator.make_token(user)}
    body = {**link, "new_password": NEW}

    answer = kit.post("/djoser/users/reset_password_confirm/", body, format="json")

    assert answer.status_code == 204
    assert kit.get_with(signed_in.access).status_code == 401
    assert kit.post_json("", {"username": "ada", "password": NEW}).status_code == 200


def test_a_deleted_account_has_no_session(kit, signed_in, bearer):
    body = {"current_password": PASSWORD}

    answer = kit.delete("/djoser/users/me/", body, format="json", headers=bearer)

    assert answer.status_code == 204
    assert kit.refresh(signed_in.refresh).status_code == 401
    assert reasons() == {RevokedReason.USER_GONE}


def test_our_logout_ends_what_its_endpoints_accept(kit, signed_in):
    kit.logout(signed_in.refresh)

    assert kit.get_with(signed_in.access, "/djoser/users/me/").status_code == 401
