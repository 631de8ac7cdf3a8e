"""Whoever ends a session, and however: the signal and the log line say whose it was."""

import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.signals import session_revoked

from .browser import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]


@pytest.fixture
def heard():
    facts = []
    receiver = lambda sender, signal, **more: facts.append(more)  # noqa: E731
    session_revoked.connect(receiver)
    yield facts
    session_revoked.disconnect(receiver)


def log_out_by_body(kit, tokens, user):
    kit.logout(tokens.refresh)


def log_out_by_header(kit, tokens, user):
    kit.post_json("logout/", Authorization=f"Bearer {tokens.access}")


def log_out_by_cookie(kit, tokens, user):
    csrf = Browser().get("/api/auth/csrf/")
    cookies = [f"csrftoken={csrf.cookies['csrftoken'].value}",
               f"__Host-access_token={tokens.access}"]  # fmt: skip
    headers = {"X-CSRFToken": csrf.json()["csrf_token"], "Sec-Fetch-Site": "same-origin"}
    answer = Browser().post("/api/auth/logout/", {}, "application/json",
                            headers={**headers, "Cookie": "; ".join(cookies)})  # fmt: skip
    assert answer.status_code == 200


def use_an_old_token(kit, tokens, user):
    kit.rotate(kit.rotate(tokens.refresh).refresh)
    with override_settings(DRF_JWT_KIT={"ROTATION_LEEWAY": timedelta(0)}):
        kit.refresh(tokens.refresh)


def log_in_above_the_limit(kit, tokens, user):
    with override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 1}):
        kit.sign_in(user)


def end_from_another_device(kit, tokens, user):
    other = kit.sign_in(user)
    path = f"/api/token/sessions/{tokens.session.pk}/"
    kit.delete(path, headers={"Authorization": f"Bearer {other.access}"})


def end_by_command(kit, tokens, user):
    call_command("jwtkit", "sessions", "revoke", str(tokens.session.pk))


def end_by_id(kit, tokens, user):
    sessions.revoke(tokens.session.pk)


def end_by_the_session_itself(kit, tokens, user):
    sessions.revoke(tokens.session)


def end_all(kit, tokens, user):
    sessions.revoke(user=user)


ACTS = [log_out_by_body, log_out_by_header, log_out_by_cookie, use_an_old_token,
        log_in_above_the_limit, end_from_another_device, end_by_command, end_by_id,
        end_by_the_session_itself, end_all]  # fmt: skip


@pytest.mark.django_db(transaction=True)  # the line waits for the commit
@pytest.mark.parametrize("act", ACTS)
def test_the_log_names_the_user_whose_session_ended(kit, user, other_user, caplog, act):
    kit.sign_in(other_user)
    tokens = kit.sign_in(user)
    caplog.set_level(logging.INFO, logger="drf_jwt_kit")

    act(kit, tokens, user)

    (line,) = [said for said in caplog.messages if said.startswith("event=revoked ")]
    assert f" user={user.pk} " in line


@pytest.mark.parametrize("act", ACTS)
def test_the_signal_names_the_user_whose_session_ended(
    kit, user, heard, django_capture_on_commit_callbacks, act
):
    tokens = kit.sign_in(user)

    with django_capture_on_commit_callbacks(execute=True):
        act(kit, tokens, user)

    assert [(told["user_id"], told["count"]) for told in heard] == [(user.pk, 1)]


def test_the_session_of_a_user_who_is_gone_is_told_without_one(
    signed_in, heard, django_capture_on_commit_callbacks
):
    session = signed_in.session
    type(session).objects.update(user=None)

    with django_capture_on_commit_callbacks(execute=True):
        sessions.revoke(session.pk)

    assert [told["user_id"] for told in heard] == [None]
