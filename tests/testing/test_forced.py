"""Views that ask their token, called without a login: REST Framework's idiom, and where it ends."""

from datetime import datetime, timedelta, timezone

import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.test import force_authenticate as force_by_drf

from drf_jwt_kit.sessions.presented import Presented
from drf_jwt_kit.testing import JWTClient, force_authenticate, forced_token

SCOPES = ["orders:read"]
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def stranger():
    """A user that no table has."""
    return get_user_model()(pk=7)


@pytest.fixture
def ask(asking_view):
    """The answer to a request of a factory, which ``how`` has made that of a user."""

    def ask(how):
        request = APIRequestFactory().get("/")
        how(request)
        return asking_view(request)

    return ask


def test_a_view_that_asks_for_more_opens_without_a_database(ask, stranger):
    answer = ask(lambda request: force_authenticate(request, stranger, scopes=SCOPES))

    assert answer.data == {"user": "7", "tier": None}


def test_a_claim_is_what_the_test_says(ask, stranger):
    claims = {"tier": "gold"}
    answer = ask(
        lambda request: force_authenticate(request, stranger, scopes=SCOPES, claims=claims)
    )

    assert answer.data["tier"] == "gold"


def test_a_token_without_the_scope_is_refused(ask, stranger):
    answer = ask(lambda request: force_authenticate(request, stranger))

    assert answer.data["code"] == "insufficient_scope"


def test_a_login_is_as_old_as_the_test_says(ask, stranger):
    answer = ask(
        lambda request: force_authenticate(request, stranger, scopes=SCOPES, auth_time=LONG_AGO)
    )

    assert answer.data["code"] == "insufficient_user_authentication"


def test_a_token_that_is_given_is_taken(ask, stranger):
    token = forced_token(stranger, scopes=SCOPES)

    assert ask(lambda request: force_authenticate(request, stranger, token)).status_code == 200
    assert ask(lambda request: force_by_drf(request, stranger, token)).status_code == 200


def test_nobody_is_forced_as_in_rest_framework(ask):
    assert ask(lambda request: force_authenticate(request, None)).status_code == 401


def test_the_client_of_rest_framework_takes_such_a_token(asking, stranger):
    client = APIClient()
    client.force_authenticate(stranger, token=forced_token(stranger, scopes=SCOPES))

    assert client.get(asking).status_code == 200


def test_our_client_makes_the_token(asking, stranger):
    client = JWTClient()
    client.force_authenticate(stranger, scopes=SCOPES)

    assert client.get(asking).status_code == 200


@override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies")
def test_our_client_takes_a_token_and_forgets_it(asking, stranger):
    client = JWTClient()
    client.force_authenticate(stranger, forced_token(stranger, scopes=SCOPES))
    assert client.get(asking).status_code == 200

    client.force_authenticate()

    assert client.get(asking).status_code == 401


def test_the_token_is_one_of_ours(stranger):
    token = forced_token(stranger, scopes=SCOPES)

    assert isinstance(token.presented, Presented)
    assert (token.user_id, token.presented.scope) == ("7", "orders:read")
    assert token["exp"] - token["iat"] == timedelta(minutes=15).total_seconds()


@pytest.mark.parametrize("make", [forced_token, JWTClient().sign_in])
def test_scopes_that_are_one_string_are_refused(make, stranger):
    with pytest.raises(TypeError, match=r"as a list: \['orders:read', 'more'\]"):
        make(stranger, scopes="orders:read more")
