"""The place of sessions: what a token says of it, what it costs, and what an unknown one means."""

import logging
import time
from datetime import timedelta
from time import perf_counter
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Place, database
from drf_jwt_kit.sessions import feed, place
from drf_jwt_kit.sessions.revocations import OVERLAP
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from tests.conftest import NOON, Dropped, claims_of, forge

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.flows.stateless_urls"),
    pytest.mark.usefixtures("new_process"),
]

ACCESS_LIFETIME = timedelta(minutes=15)


@pytest.fixture
def warm(kit, signed_in, monotonic):
    """A login in a process that has just asked what was revoked."""
    assert kit.get_with(signed_in.access).status_code == 200
    return signed_in


@pytest.fixture
def known():
    """What this process knows. After the test it knows the same again, and no other test asks."""
    known = dict(place._known)
    yield
    place.forget()
    place._known.update(known)


@pytest.fixture
def no_table(monkeypatch, known):
    """The table of places is not there, as between the new code and its migration."""
    monkeypatch.setattr(Place._meta, "db_table", "nowhere")
    place.forget()


@pytest.fixture
def read_only(monkeypatch, known):
    """There is no row, and this user of the database may not write one."""

    def refuse(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO nowhere VALUES (1)")

    Place.objects.all().delete()
    monkeypatch.setattr(Place, "save", refuse)
    place.forget()


class TestToken:
    def test_an_access_token_says_its_place(self, signed_in):
        assert claims_of(signed_in.access)["place"] == place.learn().identity

    def test_a_refresh_token_does_not(self, signed_in):
        assert "place" not in claims_of(signed_in.refresh)

    def test_a_refreshed_one_says_it_too(self, kit, signed_in):
        assert claims_of(kit.rotate(signed_in.refresh).access)["place"] == place.learn().identity

    def test_one_that_the_project_makes_says_it(self, user):
        token = RefreshToken.for_user(user)

        assert token.access_token["place"] == place.learn().identity

    def test_one_made_of_a_clients_refresh_token_does_not(self, signed_in):
        # Nobody has asked whether its session is here: it may be that of another tenant.
        assert "place" not in RefreshToken(signed_in.refresh).access_token.payload

    def test_a_project_cannot_set_it(self, user):
        token = RefreshToken.for_user(user)
        token["place"] = "elsewhere"

        assert token.access_token["place"] == place.learn().identity

    def test_a_claims_serializer_may_not_have_it(self, settings):
        settings.DRF_JWT_KIT = {"CLAIMS_SERIALIZER": "tests.sessions.shop_claims.PlaceClaims"}

        assert "drf_jwt_kit.E004" in _said()


class TestCost:
    def test_a_login_makes_no_query_for_it(self, user, queries):
        with queries() as made:
            sessions.start(user)

        assert [sql for sql in made if Place._meta.db_table in sql] == []

    def test_a_process_asks_once(self, user, queries, known):
        place.forget()

        with queries() as made:
            sessions.start(user)
            sessions.start(user)

        assert len([sql for sql in made if Place._meta.db_table in sql]) == 1

    def test_a_process_that_never_polls_asks_again_after_an_hour(self, user, queries, monkeypatch):
        later = place.perf_counter() + place.RENEWED_EVERY
        monkeypatch.setattr(place, "perf_counter", lambda: later)

        with queries() as made:
            sessions.start(user)

        assert len([sql for sql in made if Place._meta.db_table in sql]) == 1

    def test_a_request_with_a_token_of_this_place_makes_no_query(self, kit, warm, queries):
        with queries() as made:
            assert kit.get_with(warm.access, "/api/open/").status_code == 200

        assert made == []


class TestOtherPlace:
    """Absence from what was revoked here says nothing of a session elsewhere."""

    @pytest.mark.parametrize(
        "said",
        [Dropped, None, "", "elsewhere", 0, True, [], ["elsewhere"], {}],
        ids=repr,
    )
    def test_a_token_of_another_place_is_asked_for(self, kit, warm, queries, said):
        with queries() as made:
            assert kit.get_with(forge(warm.access, place=said)).status_code == 200

        assert len(made) == 1

    @pytest.mark.parametrize("said", [Dropped, None, "elsewhere"], ids=repr)
    def test_an_invented_session_of_a_stolen_key_is_refused(self, kit, warm, said):
        forged = forge(warm.access, sid=str(uuid4()), place=said)

        assert kit.get_with(forged, "/api/open/").status_code == 401

    def test_it_is_refused_as_the_session_that_it_names_is(self, kit, warm):
        kit.logout(warm.refresh)

        assert kit.get_with(forge(warm.access, place="elsewhere")).status_code == 401

    def test_a_renewed_place_has_every_token_asked_for(self, kit, warm, queries):
        call_command("jwtkit", "place", "--renew")
        feed.recent_revocations()

        with queries() as made:
            assert kit.get_with(warm.access, "/api/open/").status_code == 200

        assert len(made) == 1

    def test_a_login_after_that_is_vouched_for(self, kit, user, queries):
        call_command("jwtkit", "place", "--renew")
        access = kit.sign_in(user).access
        kit.get_with(access)

        with queries() as made:
            assert kit.get_with(access, "/api/open/").status_code == 200

        assert made == []

    def test_a_process_learns_a_renewed_place_by_its_next_poll(self, kit, user, monotonic):
        kit.get_with(kit.sign_in(user).access)
        Place().save()  # by another process
        monotonic.shift(1)
        kit.get_with(kit.sign_in(user).access)

        assert claims_of(kit.sign_in(user).access)["place"] == place.learn().identity


class TestNoPlace:
    def test_no_row_vouches_for_nothing(self, kit, signed_in, read_only):
        assert (
            kit.get_with(forge(signed_in.access, sid=str(uuid4()), place=None)).status_code == 401
        )
        assert kit.get_with(forge(signed_in.access, sid=str(uuid4()))).status_code == 401

    def test_a_missing_row_is_made(self, kit, user, queries, known):
        Place.objects.all().delete()
        place.forget()
        access = kit.sign_in(user).access
        kit.get_with(access)

        with queries() as made:
            assert kit.get_with(access, "/api/open/").status_code == 200

        assert made == []
        assert Place.objects.count() == 1

    def test_a_row_that_is_gone_is_not_made_with_the_value_it_had(self, kit, warm, monotonic):
        before = place.learn().identity
        Place.objects.all().delete()  # and every session with it
        monotonic.shift(1)

        assert kit.get_with(warm.access).status_code == 200
        assert place.learn().identity not in {None, before}

    @pytest.mark.parametrize("fault", ["no_table", "read_only"])
    def test_a_login_does_without_it(self, kit, user, fault, request):
        request.getfixturevalue(fault)

        assert "place" not in claims_of(kit.sign_in(user).access)

    @pytest.mark.parametrize("fault", ["no_table", "read_only"])
    def test_a_request_is_asked_for_then(self, kit, signed_in, fault, request):
        request.getfixturevalue(fault)

        assert kit.get_with(signed_in.access).status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_a_request_outside_of_a_transaction_is_asked_for_too(self, kit, signed_in, no_table):
        assert kit.get_with(signed_in.access).status_code == 200

    def test_a_table_that_goes_away_is_a_fault_of_the_database(
        self, kit, warm, monkeypatch, monotonic
    ):
        monotonic.shift(10)
        monkeypatch.setattr(Place._meta, "db_table", "nowhere")

        assert kit.get_with(warm.access).status_code == 503

    def test_a_failure_leaves_the_projects_transaction_as_it_was(self, user, no_table):
        with transaction.atomic():
            sessions.start(user)

        assert user.jwt_sessions.count() == 1

    def test_it_is_logged_once_a_minute(self, user, no_table, caplog):
        with caplog.at_level(logging.WARNING, logger="drf_jwt_kit"):
            sessions.start(user)
            sessions.start(user)

        assert [record.getMessage() for record in caplog.records] == [
            "event=place_unknown error=OperationalError "
            "then='run `python manage.py migrate`: access tokens cost one query until the place "
            "can be read'"
        ]

    def test_no_migrate_is_asked_for_where_another_thing_is_wrong(self, user, monkeypatch, caplog):
        monkeypatch.setattr(place, "read", Mock(side_effect=OperationalError("it is locked")))
        with caplog.at_level(logging.WARNING, logger="drf_jwt_kit"):
            place.learn()

        assert "migrate" not in caplog.text

    @pytest.mark.django_db(databases=[])
    def test_a_token_is_made_where_no_database_may_be_asked(self, monkeypatch):
        monkeypatch.setattr(database, "identity", lambda: 1 / 0)

        assert place.claims() == {}

    @pytest.mark.django_db(transaction=True)
    def test_a_flushed_table_refuses_the_tokens_from_before(self, kit, warm):
        call_command("flush", interactive=False)

        assert kit.get_with(warm.access, "/api/open/").status_code == 401

    @pytest.mark.django_db(transaction=True)
    def test_truncated_tables_refuse_the_tokens_from_before(self, kit, warm, user, monotonic):
        user.jwt_sessions.all().delete()
        Place.objects.all().delete()
        monotonic.shift(1)

        assert kit.get_with(warm.access, "/api/open/").status_code == 401

    @pytest.mark.django_db(transaction=True)
    def test_migrate_makes_it_so_that_no_login_has_to(self, user, queries):
        call_command("flush", interactive=False)

        with queries() as made:
            place.claims()

        assert made == []


class TestHorizon:
    """The feed remembers an end for one access lifetime, leeway and overlap."""

    def test_a_token_that_lives_longer_is_asked_for(self, kit, clock, warm, queries):
        longest = NOON + ACCESS_LIFETIME + OVERLAP
        within, beyond = (int(longest.timestamp()) + more for more in (0, 1))

        with queries() as vouched:
            kit.get_with(forge(warm.access, exp=within), "/api/open/")
        with queries() as asked:
            kit.get_with(forge(warm.access, exp=beyond), "/api/open/")

        assert (len(vouched), len(asked)) == (0, 1)

    def test_it_grows_with_the_leeway(self, kit, clock, user, queries, settings):
        settings.DRF_JWT_KIT = {"LEEWAY": 30}
        access = kit.sign_in(user).access
        kit.get_with(access)
        longest = NOON + ACCESS_LIFETIME + OVERLAP + timedelta(seconds=30)

        with queries() as made:
            kit.get_with(forge(access, exp=int(longest.timestamp())), "/api/open/")

        assert made == []

    @pytest.mark.parametrize("minutes", range(0, 76, 5))
    def test_a_revoked_token_of_a_clock_an_hour_ahead_never_comes_back(
        self, kit, clock, user, minutes
    ):
        clock.move_to(NOON + timedelta(hours=1))
        tokens = kit.sign_in(user)
        clock.move_to(NOON)
        assert sessions.revoke(tokens.session) == 1

        clock.shift(timedelta(minutes=minutes))

        assert kit.get_with(issued_by_now(tokens.access), "/api/open/").status_code == 401

    @pytest.mark.parametrize("minutes", range(0, 76, 5))
    def test_a_token_that_was_refreshed_there_never_comes_back(self, kit, clock, user, minutes):
        clock.move_to(NOON)
        tokens = kit.sign_in(user)
        clock.move_to(NOON + timedelta(hours=1))
        tokens = kit.rotate(tokens.refresh)
        clock.move_to(NOON)
        assert sessions.revoke(user=user) == 1

        clock.shift(timedelta(minutes=minutes))

        assert kit.get_with(issued_by_now(tokens.access), "/api/open/").status_code == 401

    def test_an_end_is_never_earlier_than_the_tokens(self, kit, clock, user):
        clock.move_to(NOON + timedelta(hours=1))
        session = kit.sign_in(user).session
        clock.move_to(NOON)
        sessions.revoke(session)
        session.refresh_from_db()

        assert session.revoked_at == session.created_at == session.live_until


class TestTransaction:
    """What a process has learned in one that is rolled back was never so."""

    @pytest.mark.parametrize("write", [place.renew, lambda: Place().save()])
    @pytest.mark.parametrize("read", [place.learn, feed.recent_revocations])
    def test_a_rollback_undoes_what_was_learned(self, write, read):
        before = place.learn().identity
        with transaction.atomic():
            write()
            read()
            assert place.claims()["place"] != before
            transaction.set_rollback(True)

        assert place.claims()["place"] == before

    @pytest.mark.django_db(transaction=True)
    def test_a_commit_keeps_it(self):
        before = place.learn().identity
        with transaction.atomic():
            after = place.renew()

        assert place.claims()["place"] == after != before


class TestIdentity:
    def test_it_depends_on_the_row(self):
        before = place.learn().identity
        Place().save()

        assert place.learn().identity != before

    def test_it_depends_on_the_schema(self, monkeypatch):
        before = place.learn().identity
        monkeypatch.setattr(connection, "schema_name", "tenant", raising=False)

        assert place.learn().identity != before

    def test_it_depends_on_the_name_that_the_settings_have(self, monkeypatch):
        before = place.learn().identity
        monkeypatch.setitem(connection.settings_dict, "NAME", "elsewhere")

        assert place.learn().identity != before

    def test_a_relative_path_is_another_one_in_a_copied_folder(self, monkeypatch, tmp_path):
        monkeypatch.setitem(connection.settings_dict, "NAME", "db.sqlite3")
        before = place.learn().identity
        monkeypatch.chdir(tmp_path)

        assert place.learn().identity != before

    def test_one_file_by_two_paths_is_one_place(self, monkeypatch, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "db.sqlite3")
        identities = set()
        for name in ("db.sqlite3", "link"):
            monkeypatch.setitem(connection.settings_dict, "NAME", tmp_path / name)
            identities.add(place.learn().identity)

        assert len(identities) == 1

    def test_it_is_what_the_database_says_where_that_can(self, monkeypatch):
        monkeypatch.setitem(place._SAYS, "sqlite", ("sqlite_version",))
        before = place.learn().identity
        monkeypatch.setitem(connection.settings_dict, "NAME", "elsewhere")

        assert place.learn().identity == before

    def test_the_latest_of_two_rows_counts(self):
        """Two processes made one at a time; then both say the same."""
        Place().save()
        Place().save()
        of_both = place.learn().identity
        Place.objects.exclude(pk=Place.objects.latest("pk").pk).delete()

        assert place.learn().identity == of_both

    def test_a_renewed_one_is_alone(self):
        Place().save()

        assert place.renew() == place.learn().identity
        assert Place.objects.count() == 1

    @pytest.mark.parametrize("name", ["NAME", "HOST", "PORT"])
    def test_a_process_tells_databases_apart(self, monkeypatch, name):
        before = database.identity()
        monkeypatch.setitem(connection.settings_dict, name, "elsewhere")

        assert database.identity() != before


def issued_by_now(access):
    """``access``, as if it were not from the future, which might be reason enough to refuse it."""
    return forge(access, iat=min(claims_of(access)["iat"], int(time.time())))


def _said():
    return {message.id for message in run_checks(tags=["security"])}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("new_process")
def test_an_end_in_a_tenants_schema_is_known_there_after_a_commit_elsewhere(user, monkeypatch):
    monkeypatch.setattr(connection, "schema_name", "a", raising=False)
    token = AccessToken(sessions.start(user).access)
    sessions.authenticate_stateless(token)

    with transaction.atomic():  # ATOMIC_REQUESTS, with the end in `schema_context("a")`
        sessions.revoke(user=user)
        connection.schema_name = "public"
    connection.schema_name = "a"

    with pytest.raises(InvalidToken):
        sessions.authenticate_stateless(token)


@pytest.mark.usefixtures("known")
def test_a_row_that_could_not_be_made_is_not_tried_at_each_poll():
    Place.objects.all().delete()
    place._known[database.identity()] = place.Known(identity=None, until=perf_counter() + 60)

    assert place.look() == (None, None)
    assert not Place.objects.exists()


def test_a_place_is_shown_by_its_key():
    assert str(Place(pk=7)) == "7"
