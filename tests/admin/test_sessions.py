"""One session in the admin: it can be looked at and ended, and nothing else."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.urls import NoReverseMatch

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, database
from drf_jwt_kit.sessions import rows as session_rows
from drf_jwt_kit.signals import session_revoked
from tests.conftest import claims_of

from .conftest import SESSIONS, row

pytestmark = pytest.mark.django_db(databases="__all__")


def page_of(tokens, page="change"):
    return f"{SESSIONS}{row(tokens).pk}/{page}/"


@pytest.fixture
def ended_reasons():
    heard = []
    receiver = lambda sender, signal, **facts: heard.append(facts)  # noqa: E731
    session_revoked.connect(receiver)
    yield heard
    session_revoked.disconnect(receiver)


class TestDetail:
    def test_shows_the_session_in_words(self, clock, kit, user, staff):
        tokens = kit.sign_in(user, user_agent="Firefox")

        shown = staff.text(page_of(tokens))

        assert f"User: {user}" in shown
        assert "User agent: Firefox" in shown
        assert "State: live" in shown
        assert "Ends: Jan. 2, 2026, noon" in shown

    def test_names_the_user_also_where_the_admin_has_no_page_of_it(
        self, signed_in, user, staff, monkeypatch
    ):
        def nowhere(*args, **kwargs):
            raise NoReverseMatch

        monkeypatch.setattr("drf_jwt_kit.admin.sessions.reverse", nowhere)

        assert f"User: {user}" in staff.text(page_of(signed_in))

    def test_leads_to_the_page_of_the_user(self, signed_in, user, staff):
        if not admin.site.is_registered(type(user)):
            pytest.skip("in this project the admin has no page of a user")
        options = user._meta
        page = f"/admin/{options.app_label}/{options.model_name}/{quote(user.pk)}/change/"

        assert f'<a href="{page}">{user}</a>' in staff.html(page_of(signed_in))

    def test_names_who_acts_as_the_user_and_why(self, user, other_user, staff):
        pair = sessions.start(user, actor=other_user, reason="Ticket 4711", data={"a": "hidden"})

        text = staff.text(page_of(pair))
        assert f"Acted for by: {other_user.pk} Acted for because: Ticket 4711" in text
        assert "hidden" not in text

    @pytest.mark.parametrize(("since", "icon"), [(0, "yes"), (None, "no")])
    def test_says_whether_it_is_bound_to_its_device(self, settings, signed_in, staff, since, icon):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        session_rows.stored().update(bound_key='{"x": "of-the-key"}', bound_since=since)

        html = staff.html(page_of(signed_in))
        (found,) = re.findall(r"Bound to its device:.*?icon-(yes|no)\.svg", html, re.DOTALL)
        assert found == icon
        assert "of-the-key" not in html

    def test_offers_nothing_to_change(self, signed_in, staff):
        html = staff.html(page_of(signed_in))

        assert str(row(signed_in).pk) in html
        assert "_save" not in html
        assert "deletelink" not in html
        assert '<input type="text"' not in html

    def test_the_page_of_a_session_takes_no_change(self, signed_in, staff):
        assert staff.post(page_of(signed_in), {"name": "mine"}).status_code == 403
        assert row(signed_in).name == ""

    def test_a_session_cannot_be_deleted_in_the_admin(self, signed_in, staff):
        assert staff.post(page_of(signed_in, "delete"), {"post": "yes"}).status_code == 403
        assert staff.listed() == [str(row(signed_in).pk)]
        assert "delete_selected" not in staff.html(SESSIONS)

    def test_a_session_cannot_be_added_in_the_admin(self, staff):
        assert staff.get(f"{SESSIONS}add/").status_code == 403

    def test_the_session_of_a_user_who_is_gone_has_a_page_too(self, signed_in, user, staff):
        user.delete()

        assert "ended: the user was deleted" in staff.text(page_of(signed_in))

    def test_the_page_of_no_session_leads_back(self, staff):
        assert staff.get(f"{SESSIONS}nothing/change/").status_code == 302

    def test_is_for_nobody_without_a_permission(self, signed_in, staff_who_may):
        assert staff_who_may().get(page_of(signed_in)).status_code == 403

    def test_is_for_whoever_may_view(self, signed_in, staff_who_may):
        assert staff_who_may("view").get(page_of(signed_in)).status_code == 200


def test_nothing_that_makes_a_token_is_on_any_page(kit, signed_in, staff):
    newest = kit.rotate(signed_in.refresh)
    session_rows.stored().update(retry_key_hash="d" * 64)
    session = row(signed_in)
    secrets = [session.secret, session.password_fingerprint, session.retry_key_hash]
    secrets += [session.jti_of(0), session.jti_of(1)]
    secrets += [signed_in.access, signed_in.refresh, newest.access, newest.refresh]
    secrets += [claims_of(newest.access)["jti"], *(s[:16] for s in secrets[:3])]

    pages = [
        staff.get(SESSIONS),
        staff.get(page_of(signed_in)),
        staff.ask("end_selected", signed_in),
        staff.act("end_selected", signed_in),
        staff.get(page_of(signed_in, "history")),
    ]
    html = "".join(page.content.decode() for page in pages)

    assert [page.status_code for page in pages] == [200] * 5
    assert str(session.pk) in html
    assert [secret for secret in secrets if secret in html] == []


class TestEndSelected:
    def test_ending_the_selected_sessions_asks_before(self, signed_in, user, staff):
        page = staff.ask("end_selected", signed_in).content.decode()

        assert "End the selected sessions" in page
        assert str(user) in page
        assert row(signed_in).revoked_at is None

    def test_ends_them_as_an_administrator(self, kit, user, signed_in, staff):
        spared = kit.sign_in(user)

        page = staff.act("end_selected", signed_in).content.decode()

        assert "1 session was ended." in page
        assert row(signed_in).revoked_reason == RevokedReason.BY_ADMIN
        assert row(spared).revoked_at is None

    def test_is_seen_by_the_next_request_and_the_next_refresh(self, kit, signed_in, staff):
        staff.act("end_selected", signed_in)

        assert kit.get_with(signed_in.access).json()["reason"] == "session_ended"
        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"

    def test_ending_the_selected_sessions_is_audited(self, signed_in, staff):
        staff.act("end_selected", signed_in)

        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_id) == (staff.user, str(row(signed_in).pk))
        assert entry.change_message == "Ended this session."
        assert "Ended this session." in staff.text(page_of(signed_in, "history"))

    def test_is_told_after_commit(
        self, signed_in, user, staff, ended_reasons, django_capture_on_commit_callbacks
    ):
        alias = database.write_alias()
        with django_capture_on_commit_callbacks(using=alias, execute=True):
            staff.act("end_selected", signed_in)

        (told,) = ended_reasons
        assert told == {
            "session_id": row(signed_in).pk,
            "user_id": user.pk,
            "reason": "by_admin",
            "count": 1,
        }

    def test_neither_ends_nor_audits_what_had_ended(self, kit, signed_in, staff):
        kit.logout(signed_in.refresh)

        page = staff.act("end_selected", signed_in).content.decode()

        assert "0 sessions were ended." in page
        assert row(signed_in).revoked_reason == RevokedReason.LOGOUT
        assert not LogEntry.objects.exists()

    def test_is_not_for_whoever_may_only_view(self, signed_in, staff_who_may):
        clerk = staff_who_may("view")

        clerk.act("end_selected", signed_in)

        assert row(signed_in).revoked_at is None
        assert clerk.listed() == [str(row(signed_in).pk)]
        assert "end_selected" not in clerk.html(SESSIONS)

    def test_is_for_whoever_may_change(self, signed_in, staff_who_may):
        staff_who_may("change").act("end_selected", signed_in)

        assert row(signed_in).revoked_at is not None

    def test_ending_more_than_a_form_can_name_is_refused(self, kit, user, staff, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.admin.actions.MOST", 1)
        tokens = [kit.sign_in(user), kit.sign_in(user)]

        page = staff.ask("end_selected", *tokens, follow=True)

        assert b"At most 1 sessions" in page.content
        assert row(tokens[0]).revoked_at is None

    def test_is_answered_where_the_database_does_not(self, signed_in, staff, monkeypatch):
        def away(*args, **kwargs):
            raise OperationalError("connection refused")

        monkeypatch.setattr("drf_jwt_kit.sessions.end.end", away)

        answer = staff.ask("end_selected", signed_in, confirmed="yes")

        assert answer.status_code == 302
        assert b"the database does not answer" in staff.get(SESSIONS).content

    def test_is_answered_where_the_database_fails_at_the_end(self, signed_in, staff, monkeypatch):
        def lost(*args, **kwargs):
            raise OperationalError("could not serialize access")

        monkeypatch.setattr(LogEntry.objects, "log_actions", lost)

        assert staff.ask("end_selected", signed_in, confirmed="yes").status_code == 302
        assert b"the database does not answer" in staff.get(SESSIONS).content
        assert row(signed_in).revoked_at is None


class TestEndAllOfTheirUsers:
    def test_ends_those_that_were_not_selected_too(self, kit, user, other_user, signed_in, staff):
        tokens, others = kit.sign_in(user), kit.sign_in(other_user)

        page = staff.act("end_all_of_their_users", signed_in).content.decode()

        assert "2 sessions were ended." in page
        assert row(tokens).revoked_reason == RevokedReason.BY_ADMIN
        assert row(others).revoked_at is None

    def test_is_told_as_all_of_the_users(
        self, signed_in, user, staff, ended_reasons, django_capture_on_commit_callbacks
    ):
        alias = database.write_alias()
        with django_capture_on_commit_callbacks(using=alias, execute=True):
            staff.act("end_all_of_their_users", signed_in)

        (told,) = ended_reasons
        assert (told["session_id"], told["user_id"]) == (None, user.pk)

    def test_is_audited_at_the_session_and_at_the_user(self, signed_in, user, staff):
        staff.act("end_all_of_their_users", signed_in)

        entries = LogEntry.objects.filter(change_message="Ended all sessions of this user.")
        assert {entry.object_id for entry in entries} == {str(user.pk), str(row(signed_in).pk)}

    def test_ending_all_sessions_of_users_asks_before(self, signed_in, staff):
        assert staff.ask("end_all_of_their_users", signed_in).status_code == 200
        assert row(signed_in).revoked_at is None

    def test_ending_all_of_a_user_who_is_gone_ends_nothing(self, signed_in, user, staff):
        get_user_model().objects.filter(pk=user.pk).delete()

        page = staff.act("end_all_of_their_users", signed_in).content.decode()

        assert "0 sessions were ended." in page
