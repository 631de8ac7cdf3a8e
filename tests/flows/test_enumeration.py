"""Who has an account cannot be learned at a login: by what is answered, or by what it costs."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher

from tests.conftest import PASSWORD, make_user

from .browser import Browser

pytestmark = pytest.mark.django_db
REFUSED = ["wrong", "inactive", "inactive, wrong", "unusable", "unknown"]


def made(case):
    """The credentials of a case that must not be told from the others."""
    if case == "unknown":
        return {get_user_model().USERNAME_FIELD: "nobody@example.com", "password": PASSWORD}
    user = make_user("ada")
    user.is_active = not case.startswith("inactive")
    if case == "unusable":
        user.set_unusable_password()
    user.save()
    password = "a guess" if case.endswith("wrong") else PASSWORD
    return {user.USERNAME_FIELD: user.get_username(), "password": password}


def seen(answer):
    """All that a stranger sees of an answer."""
    return answer.status_code, answer.content, dict(answer.items())


def by_header(body):
    return Browser().post("/api/token/", body, content_type="application/json")


def by_cookie(body):
    return Browser().send("post", "/api/auth/", body)


@pytest.fixture(params=[by_header, by_cookie])
def door(request, settings):
    settings.ROOT_URLCONF = "tests.flows.cookie_urls"
    return request.param


@pytest.mark.parametrize("case", REFUSED)
def test_every_refusal_looks_like_that_of_an_unknown_user(door, case):
    stranger = door(made("unknown"))

    assert seen(door(made(case))) == seen(stranger)


@pytest.mark.parametrize("case", REFUSED)
def test_every_refusal_hashes_a_password_once(door, case, calls_of):
    body = made(case)
    hashed = calls_of(MD5PasswordHasher, "encode")

    door(body)

    assert len(hashed) == 1


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_throttled_is_the_same_for_all(door, case, settings, clock):
    settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_user": "1/min"}}
    body = made(case)

    first, second = door(body), door(body)

    assert (first.status_code, second.status_code) == (401, 429)
    assert second.headers["Retry-After"] == "60"
