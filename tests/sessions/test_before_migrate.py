"""Users are saved and deleted before the project has run our ``migrate``, as without us."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import migrated
from tests.conftest import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def new_process():
    """One that has not met the table yet."""
    migrated._seen.clear()
    yield
    migrated._seen.clear()


@pytest.fixture
def without_table(user, new_process):
    with connection.schema_editor() as editor:
        editor.delete_model(Session)
    yield
    with connection.schema_editor() as editor:
        editor.create_model(Session)


@pytest.fixture
def without_a_column(user, new_process):
    """As a release of ours leaves it that has more columns, until ``migrate``."""
    field = Session._meta.get_field("live_until")
    index = next(one for one in Session._meta.indexes if "live_until" in one.fields)
    with connection.schema_editor() as editor:
        editor.remove_index(Session, index)
        editor.remove_field(Session, field)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Session)
        editor.create_model(Session)


def change_password(user):
    user.set_password("another horse")
    user.save()


def deactivate(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


ACTS = [change_password, deactivate, lambda user: user.delete()]


class TestAUser:
    @pytest.mark.parametrize("act", ACTS)
    def test_can_be_changed_without_the_table(self, without_table, user, act):
        act(user)

    @pytest.mark.parametrize("act", ACTS)
    def test_can_be_changed_in_a_transaction_that_goes_on(self, without_table, user, act):
        with transaction.atomic():
            act(user)
            make_user("grace")

        assert get_user_model().objects.filter(email__startswith="grace").exists()

    @pytest.mark.parametrize("act", ACTS)
    def test_can_be_changed_while_a_column_is_missing(self, without_a_column, user, act):
        with transaction.atomic():
            act(user)
            make_user("grace")

    def test_is_told_to_migrate(self, without_table, user, caplog):
        change_password(user)

        assert caplog.messages == ["event=not_migrated cure='run `python manage.py migrate`'"]

    def test_has_its_sessions_ended_as_soon_as_there_is_a_table(self, user, new_process):
        with connection.schema_editor() as editor:
            editor.delete_model(Session)
        change_password(user)
        with connection.schema_editor() as editor:
            editor.create_model(Session)
        session = sessions.start(user)
        user.set_password("a third horse")
        user.save()

        assert session
        assert Session.objects.get().revoked_reason == "password_changed"

    def test_can_be_made_by_createsuperuser(self, without_table, default_user_model, monkeypatch):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse")
        call_command("createsuperuser", "--noinput", username="root", email="root@example.com")

    def test_one_whose_table_fails_otherwise_is_not_saved_in_silence(self, user, new_process):
        def fail(*_):
            raise DatabaseError("the disk is full")

        with (
            connection.execute_wrapper(fail),
            pytest.raises(DatabaseError, match="disk is full"),
            migrated.if_migrated(),
        ):
            Session.objects.update(name="")


class TestAnOrdinarySave:
    def saving(self, queries, user):
        with transaction.atomic(), queries() as made:
            change_password(user)
        return [query.split()[0] for query in made]

    def test_costs_one_query_more_than_without_us(self, user, queries):
        change_password(user)  # with which the process has met the table

        assert self.saving(queries, user) == ["UPDATE", "UPDATE"]

    def test_costs_no_more_in_a_process_that_has_migrated(self, user, queries, new_process):
        call_command("migrate", verbosity=0)

        assert self.saving(queries, user) == ["UPDATE", "UPDATE"]


class TestAMigrate:
    def test_one_that_takes_the_table_away_is_noticed(self, user, new_process):
        change_password(user)
        with connection.schema_editor() as editor:
            editor.delete_model(Session)
        try:
            emit_post_migrate_signal(0, interactive=False, db="default")
            with transaction.atomic():
                change_password(user)
        finally:
            with connection.schema_editor() as editor:
                editor.create_model(Session)

    def test_one_of_another_database_is_none_of_ours(self, user, new_process):
        migrated.look_again(using="another")

        assert migrated._seen == set()

    def test_one_that_the_router_keeps_from_our_tables_shows_nothing(self, user, new_process):
        with override_settings(DATABASE_ROUTERS=[f"{__name__}.NotHere"]):
            migrated.look_again(using="default")

        assert migrated._seen == set()


class NotHere:
    def allow_migrate(self, db, app_label, **_):
        return False
