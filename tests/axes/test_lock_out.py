"""What a refused login must leave behind stays: no transaction is around authentication."""

import pytest
from axes.models import AccessAttempt
from django.db import connection

from drf_jwt_kit.models import Session
from tests.flows.test_obtain import credentials

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[False, True], ids=["autocommit", "ATOMIC_REQUESTS"], autouse=True)
def atomic(request, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", request.param)


def fail(kit, user, times):
    return [kit.post_json("", credentials(user, "wrong")).status_code for _ in range(times)]


def test_refused_logins_are_counted(kit, user):
    fail(kit, user, 2)

    assert AccessAttempt.objects.get().failures_since_start == 2


def test_too_many_lock_the_account(kit, user):
    fail(kit, user, 3)

    assert kit.post_json("", credentials(user)).status_code == 429  # as its middleware says
    assert not Session.objects.exists()


def test_a_login_below_the_limit_begins(kit, user):
    fail(kit, user, 2)

    tokens = kit.sign_in(user)

    assert kit.get_with(tokens.access).status_code == 200


def test_a_login_that_asks_for_a_code_leaves_the_counts_and_no_session(kit, user):
    fail(kit, user, 2)

    assert kit.post("/code/", credentials(user), format="json").status_code == 403

    assert AccessAttempt.objects.get().failures_since_start == 2
    assert not Session.objects.exists()


def test_the_account_is_locked_for_a_login_that_asks_for_a_code_too(kit, user):
    fail(kit, user, 3)

    answer = kit.post("/code/", credentials(user), format="json")

    assert b"Enter your code" not in answer.content
    assert not Session.objects.exists()
