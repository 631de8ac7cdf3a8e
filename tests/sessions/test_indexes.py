"""The database finds what is asked for often; docs/decisions/0020 has PostgreSQL's plans."""

from importlib import import_module

import pytest

from drf_jwt_kit.models import Session

pytestmark = pytest.mark.django_db

INDEXED = {name for index in Session._meta.indexes for name in index.fields} | {"id", "user"}


def test_a_refresh_changes_no_indexed_column():
    assert INDEXED.isdisjoint(import_module("drf_jwt_kit.sessions.refresh")._ADVANCING)


def test_the_newest_logins_are_found_by_an_index():
    plan = Session.objects.order_by("-created_at", "-pk")[:100].explain()

    assert "jwt_session_created_at" in plan


def test_a_users_sessions_are_found_in_order_by_an_index():
    plan = Session.objects.filter(user_id=1).order_by("-created_at").explain()

    assert "jwt_session_user_created_at" in plan
    assert "B-TREE" not in plan  # no sorting


def test_what_was_revoked_lately_is_found_by_an_index():
    plan = Session.objects.filter(revoked_at__gte="2026-01-01T00:00:00Z").explain()

    assert "jwt_session_revoked_at" in plan
