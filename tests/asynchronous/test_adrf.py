"""Our classes and our mixin in the async views of adrf."""

import pytest

from drf_jwt_kit import sessions

pytestmark = pytest.mark.django_db(transaction=True)

EVERY_VIEW = ["strict", "stateless", "cookie", "secure", "set"]


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_an_async_view_knows_the_user_of_a_token(asking, signed_in, user, view):
    answer = asking.get(f"/adrf/{view}/", signed_in.access)

    assert (answer.status_code, answer.json()) == (200, {"user": user.email})


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_nobody_else_comes_in(asking, view):
    answer = asking.get(f"/adrf/{view}/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith('Bearer realm="api"')


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_an_ended_session_is_refused(asking, signed_in, view):
    sessions.revoke(signed_in.session)

    answer = asking.get(f"/adrf/{view}/", signed_in.access)

    assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")


def test_a_cookie_is_read_in_async_code(asking, signed_in, user):
    asking.hold(signed_in.access)

    assert asking.get("/adrf/cookie/").json() == {"user": user.email}


def test_a_cookie_from_a_page_of_another_site_is_refused(asking, signed_in):
    asking.hold(signed_in.access)

    answer = asking.post("/adrf/cookie/", Origin="https://evil.example.com")

    assert answer.status_code == 403


def test_the_key_of_a_stateless_user_needs_no_query(asking, signed_in, user, queries):
    asking.get("/adrf/key/", signed_in.access)  # the process's first question for revocations

    with queries() as made:
        answer = asking.get("/adrf/key/", signed_in.access)

    assert (answer.json(), made) == ({"user": user.pk}, [])
