"""docs/reference/revocation.md, line by line: each way in which a session ends is gone, and what
the table says of tokens and row is compared with what is found.

Runs in a project with Django's admin (tests/test_other_projects.py).
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIRequestFactory

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.flush import flush
from drf_jwt_kit.tokens import AccessToken
from tests.admin.conftest import Staff
from tests.conftest import PASSWORD, claims_of
from tests.docs.pages import ROOT
from tests.flows.browser import REFRESH, Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_process")]

PAGE = (ROOT / "docs" / "reference" / "revocation.md").read_text(encoding="utf-8")
NEW_PASSWORD = "a staple of 7 correct horses"


def table_of(markdown):
    """The heads of the columns, and the cells of each line by its first."""
    lines = re.findall(r"^\| (.*) \|$", markdown, re.MULTILINE)
    head, *rows = (re.split(r" \| ", line) for line in lines)
    return head[1:], {what: cells for what, *cells in rows}


COLUMNS, TABLE = table_of(PAGE)


class Scene:
    """A session that is to end, and all that a way to end one may need."""

    def __init__(self, kit, user, clock, monotonic, settings):
        self.kit, self.user, self.clock, self.settings = kit, user, clock, settings
        self.monotonic = monotonic
        self.tokens = kit.sign_in(user)
        self.pk = self.tokens.session.pk
        self.passes(seconds=12)
        self.elsewhere = kit.sign_in(user)
        sessions.authenticate_stateless(AccessToken(self.tokens.access))  # it has a memory now

    def passes(self, **time):
        self.clock.shift(timedelta(**time))
        self.monotonic.shift(timedelta(**time).total_seconds())

    def row(self):
        return Session.objects.filter(pk=self.pk).first()

    def users(self):
        return type(self.user).objects.filter(pk=self.user.pk)

    def staff(self):
        return Staff(type(self.user).objects.create_superuser("root", password=PASSWORD))

    def send_from_elsewhere(self, method, path):
        headers = {"Authorization": f"Bearer {self.elsewhere.access}"}
        answer = getattr(self.kit, method)(f"/api/token/{path}", headers=headers)
        assert answer.status_code == {"post": 200, "delete": 204}[method]

    def set(self, **settings):
        self.settings.DRF_JWT_KIT = settings


@pytest.fixture
def scene(kit, user, clock, monotonic, settings):
    return Scene(kit, user, clock, monotonic, settings)


def reuse(scene):
    scene.kit.rotate(scene.tokens.refresh)
    scene.passes(seconds=11)
    scene.kit.refresh(scene.tokens.refresh)


def one_login_in_the_same_browser(scene):
    scene.settings.ROOT_URLCONF = "tests.flows.cookie_urls"
    browser = Browser()
    browser.cookies[REFRESH] = scene.tokens.refresh
    browser.log_in(scene.user)


def one_login_more(scene):
    scene.set(MAX_SESSIONS_PER_USER=2)
    scene.kit.sign_in(scene.user)


def end_in_admin(action):
    def end(scene):
        scene.staff().act(action, scene.tokens)

    return end


def password_by_form(scene):
    form = SetPasswordForm(
        scene.user, {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    )
    assert form.is_valid()
    form.save()


def password_by_save(scene):
    scene.user.set_password(NEW_PASSWORD)
    scene.user.save()


def password_in_admin(scene):
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    path = f"/admin/auth/user/{scene.user.pk}/password/"
    assert scene.staff().post(path, form).status_code == 302


def password_by_update(scene):
    scene.users().update(password=make_password(NEW_PASSWORD))


def keep_elsewhere(scene):
    token = {"Authorization": f"Bearer {scene.elsewhere.access}"}
    request = APIRequestFactory().get("/", headers=token)
    request.user, request.auth = JWTAuthentication().authenticate(request)
    password_by_save(scene)
    sessions.keep(request, scene.user)


def deactivate_by_save(scene):
    scene.user.is_active = False
    scene.user.save()


def refresh_until_the_end(scene):
    end = scene.row().expires_at
    while (left := end - timezone.now()) > timedelta(minutes=1):
        scene.tokens = scene.kit.rotate(scene.tokens.refresh)
        scene.passes(seconds=min(left, timedelta(hours=23)).total_seconds() - 30)
    scene.passes(seconds=60)


def revoke_by_command(*words):
    def revoke(scene):
        names = {"ID": str(scene.pk), "NAME": scene.user.get_username()}
        said = [names.get(word, word) for word in words]
        call_command("jwtkit", "sessions", "revoke", *said, "--noinput", verbosity=0)

    return revoke


WAYS = {
    "`logout/`": lambda s: s.kit.logout(s.tokens.refresh),
    "`logout/all/`": lambda s: s.send_from_elsewhere("post", "logout/all/"),
    "`logout/all/?except=current`, sent by another session": lambda s: s.send_from_elsewhere(
        "post", "logout/all/?except=current"
    ),
    "`DELETE sessions/<id>/`, sent by another session": lambda s: s.send_from_elsewhere(
        "delete", f"sessions/{s.pk}/"
    ),
    "an old refresh token that comes back": reuse,
    "a login with cookies, in a browser that presents its refresh cookie": (
        one_login_in_the_same_browser
    ),
    "one login more than `MAX_SESSIONS_PER_USER`": one_login_more,
    'the admin, "End the selected sessions"': end_in_admin("end_selected"),
    'the admin, "End all sessions of the users"': end_in_admin("end_all_of_their_users"),
    "`jwtkit sessions revoke ID`": revoke_by_command("ID"),
    "`jwtkit sessions revoke --user NAME`": revoke_by_command("--user", "NAME"),
    "`jwtkit sessions revoke --all`": revoke_by_command("--all"),
    "`sessions.revoke(session_id)`": lambda s: sessions.revoke(s.pk),
    "`sessions.revoke(user=user)`": lambda s: sessions.revoke(user=s.user),
    "`sessions.revoke_all()`": lambda s: sessions.revoke_all(),
    "`SESSIONS_VALID_AFTER`": lambda s: s.set(SESSIONS_VALID_AFTER=timezone.now()),
    "a new password by Django's form": password_by_form,
    "a new password by `set_password` and `save`": password_by_save,
    "a new password in the admin": password_in_admin,
    "a new password by `QuerySet.update`": password_by_update,
    "`sessions.keep`, called by another session": keep_elsewhere,
    "deactivation by `save`": deactivate_by_save,
    "deactivation by `QuerySet.update`": lambda s: s.users().update(is_active=False),
    "deletion of the user": lambda s: s.user.delete(),
    "the idle limit, `REFRESH_TOKEN_LIFETIME`": lambda s: s.passes(days=1),
    "the absolute limit, `SESSION_MAX_AGE`": refresh_until_the_end,
}


def strict(scene):
    return scene.kit.get_with(scene.tokens.access).json().get("reason", "accepted")


def stateless(scene):
    try:
        user = sessions.authenticate_stateless(AccessToken(scene.tokens.access))
    except InvalidToken as refusal:
        return refusal.reason.value
    try:
        str(user.email)
    except InvalidToken:
        return "loaded"
    return "accepted"


def refresh(scene):
    return scene.kit.refresh(scene.tokens.refresh).json().get("reason", "accepted")


def row_at_once(scene):
    row = scene.row()
    assert (row.revoked_at is None) == (row.revoked_reason == "")
    return row.revoked_reason


def row_after_a_refresh(scene):
    refresh(scene)
    return row_at_once(scene)


def flushed(scene):
    idle_limit = scene.row().refreshable_until
    for label, moment in (("the end", timezone.now()), ("the idle limit", idle_limit)):
        scene.clock.move_to(moment + timedelta(minutes=14))
        list(flush())
        assert scene.row() is not None
        scene.clock.move_to(moment + timedelta(minutes=21))
        list(flush())
        if scene.row() is None:
            return label
    return "never"


FOUND_BY = {
    "strict": strict,
    "stateless": stateless,
    "refresh token": refresh,
    "row at once": row_at_once,
    "after a refresh": row_after_a_refresh,
    "flush": flushed,
}
IN_THE_TABLE = {
    "refused": {"session_ended", "expired"},
    "expired before": {"expired"},
    "refused when the user is loaded": {"loaded"},
    "unchanged": {""},
}


def test_the_table_has_every_way_and_nothing_else():
    assert list(TABLE) == list(WAYS)
    assert list(FOUND_BY) == COLUMNS


@pytest.mark.parametrize("column", FOUND_BY)
@pytest.mark.parametrize("what", WAYS)
def test_what_the_table_says_is_so(scene, what, column):
    said = TABLE[what][COLUMNS.index(column)].strip("`")

    WAYS[what](scene)
    scene.passes(seconds=2)

    assert FOUND_BY[column](scene) in IN_THE_TABLE.get(said, {said})


class TestABulkDeactivation:
    def test_a_deactivation_undone_before_any_refresh_leaves_no_trace(self, scene):
        scene.users().update(is_active=False)
        scene.kit.get_with(scene.tokens.access)
        scene.users().update(is_active=True)

        assert strict(scene) == "accepted"
        assert refresh(scene) == "accepted"

    def test_a_deactivation_that_a_refresh_has_met_outlasts_the_next_activation(self, scene):
        scene.users().update(is_active=False)
        refresh(scene)
        scene.users().update(is_active=True)

        assert refresh(scene) == "session_ended"
        assert row_at_once(scene) == "user_inactive"
        assert claims_of(scene.tokens.refresh)["sid"] == str(scene.pk)
