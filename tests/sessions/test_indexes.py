"""The database finds what is asked for often; docs/decisions/0020 has PostgreSQL's plans."""

from datetime import timedelta

import pytest
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session

pytestmark = pytest.mark.django_db

INDEXED = {name for index in Session._meta.indexes for name in index.fields} | {"id", "user"}


def test_the_newest_logins_are_found_by_an_index():
    plan = Session.objects.order_by("-created_at", "-pk")[:100].explain()

    assert "jwt_session_created_at" in plan


def test_a_users_sessions_are_found_by_an_index():
    plan = Session.objects.filter(user_id=1).order_by("-created_at").explain()

    assert "jwt_session_user_live (user_id=?)" in plan


def test_what_was_revoked_lately_is_found_by_an_index():
    plan = Session.objects.filter(revoked_at__gte="2026-01-01T00:00:00Z").explain()

    assert "jwt_session_revoked_at" in plan


def test_a_later_refresh_changes_no_indexed_column(past_leeway, kit, signed_in):
    past_leeway()
    second = kit.rotate(signed_in.refresh)  # this one moves the bound
    before = Session.objects.values(*INDEXED).get()
    past_leeway()
    kit.rotate(second.refresh)

    assert Session.objects.values(*INDEXED).get() == before


def test_the_dead_rows_of_a_user_are_passed_over_by_an_index():
    plan = Session.objects.filter(user_id=1).live().explain()

    assert "jwt_session_user_live (user_id=? AND revoked_at=? AND live_until>?)" in plan


def test_an_end_passes_over_what_has_ended():
    plan = Session.objects.filter(user_id=1, revoked_at=None).explain()

    assert "jwt_session_user_live (user_id=? AND revoked_at=?)" in plan


def test_the_list_of_devices_is_sorted_by_no_column(user, queries):
    """PostgreSQL would walk through everybody's sessions in that order: docs/decisions/0047."""
    with queries() as made:
        sessions.live_sessions(user)

    (listed,) = [query for query in made if "LIMIT 200" in query]
    assert 'ORDER BY "drf_jwt_kit_session"' not in listed


class TestTheBoundOfTheIndex:
    """``live_until`` is never earlier than the end of a session, whoever writes the row."""

    LATER = timedelta(days=3)

    def is_kept(self):
        (row,) = Session.objects.all()
        return row.live_until >= (row.revoked_at or row.refreshable_until)

    def test_is_kept_by_an_update(self, signed_in):
        Session.objects.update(refresh_lifetime=self.LATER)

        assert self.is_kept()
        assert Session.objects.live().exists()

    def test_is_kept_by_an_update_of_the_age_as_well(self, signed_in):
        far = timezone.now() + timedelta(days=90)
        Session.objects.update(refresh_lifetime=timedelta(days=80), expires_at=far)

        assert self.is_kept()

    def test_is_kept_by_a_save_of_some_fields(self, signed_in):
        row = signed_in.session
        row.refresh_lifetime = self.LATER
        row.save(update_fields=["refresh_lifetime"])

        assert self.is_kept()

    def test_is_kept_by_a_bulk_update(self, signed_in):
        row = signed_in.session
        row.rotated_at = timezone.now() + self.LATER
        Session.objects.bulk_update([row], ["rotated_at"])

        assert self.is_kept()

    def test_is_lifted_when_an_end_is_taken_back(self, kit, signed_in):
        sessions.revoke(signed_in.session)
        assert not Session.objects.live().exists()
        Session.objects.update(revoked_at=None)

        assert Session.objects.live().exists()
