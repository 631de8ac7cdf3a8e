"""What a refused login must leave behind stays: no transaction is around authentication."""

import pytest
from axes.models import AccessAttempt, AccessLog
from django.db import connection
from django.test import RequestFactory

from drf_jwt_kit import sessions
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


def test_a_lock_out_answers_as_its_own_settings_say(kit, user, settings):
    settings.AXES_HTTP_RESPONSE_CODE = 403
    fail(kit, user, 3)

    assert kit.post_json("", credentials(user)).status_code == 403


class TestAGoodLogin:
    @pytest.fixture(autouse=True)
    def reset(self, settings):
        settings.AXES_RESET_ON_SUCCESS = True

    @pytest.fixture(params=[False, True], ids=["", "UPDATE_LAST_LOGIN"])
    def last_login(self, request, settings):
        settings.DRF_JWT_KIT = {"UPDATE_LAST_LOGIN": request.param}

    def test_the_count_starts_anew(self, kit, user, last_login):
        fail(kit, user, 2)
        kit.sign_in(user)

        assert not AccessAttempt.objects.exists()
        assert fail(kit, user, 2) == [401, 401]
        assert kit.sign_in(user).access

    def test_its_log_has_the_login_once(self, kit, user, last_login):
        kit.sign_in(user)

        assert [one.username for one in AccessLog.objects.all()] == ["ada"]

    def test_the_count_starts_anew_after_a_login_of_the_project_too(self, kit, user):
        fail(kit, user, 2)
        sessions.start(user, RequestFactory().post("/"))

        assert not AccessAttempt.objects.exists()

    def test_a_session_that_a_token_begins_leaves_the_count(self, kit, user, signed_in):
        fail(kit, user, 2)
        request = RequestFactory().post("/", headers={"user-agent": "x"})
        request.auth = sessions.presented.read(signed_in.access, sessions.presented.ACCESS)

        sessions.start(user, request)

        assert AccessAttempt.objects.get().failures_since_start == 2

    def test_a_login_without_a_request_leaves_the_count(self, kit, user, caplog):
        fail(kit, user, 2)
        caplog.clear()
        sessions.start(user)

        assert AccessAttempt.objects.get().failures_since_start == 2
        assert not [one for one in caplog.records if one.levelname == "ERROR"]
