"""What is compiled once is asked as often as ever, seen by whoever watches queries, and gives way
to whatever a project has changed."""

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import django
import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.signals import post_save, pre_save
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Session, insertion, statements
from drf_jwt_kit.models.moment import read_moment
from drf_jwt_kit.sessions import authenticate, grant, rows
from drf_jwt_kit.tokens import AccessToken
from tests.child import environment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]


@pytest.fixture(autouse=True)
def new_connection():
    """One that has compiled nothing yet."""
    vars(connections["default"]).pop(statements._KEPT, None)


@pytest.fixture
def token(signed_in):
    return AccessToken(signed_in.access)


@pytest.fixture
def compiled(calls_of):
    """The queries that Django has compiled since."""
    return calls_of(SQLCompiler, "as_sql")


@pytest.fixture
def in_schema(monkeypatch):
    """Let the connection be a tenant's, as a backend with schemas says it."""
    here = connections["default"]
    return lambda name: monkeypatch.setattr(here, "schema_name", name, raising=False)


def of_this_user(**more):
    def making(shown):
        return shown.filter(username="ada", **more).annotate(), ()

    return making


@pytest.mark.parametrize(
    "stored",
    [
        "2026-01-02 03:04:05.000006",
        datetime(2026, 1, 2, 3, 4, 5, 6),  # noqa: DTZ001
        datetime(2026, 1, 2, 4, 4, 5, 6, tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=["text", "without a zone", "with a zone"],
)
def test_a_moment_is_in_utc_whatever_a_driver_has_made_of_it(stored):
    read = read_moment(stored)

    assert read == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
    assert read.tzinfo is timezone.utc


@pytest.mark.skipif(django.VERSION < (6, 1), reason="models are told of it from Django 6.1 on")
def test_a_model_is_told_how_the_query_fetches(token, monkeypatch):
    users, told = get_user_model(), []
    made = users.from_db.__func__

    def from_db(cls, *args, fetch_mode):  # a model may demand it: Django always says it
        told.append(fetch_mode)
        return made(cls, *args, fetch_mode=fetch_mode)

    monkeypatch.setattr(users, "from_db", classmethod(from_db))

    assert authenticate(token) == users.objects.get()
    assert told[0] is told[1] is not None


class TestQueriesThatAreWatched:
    def test_a_request_is_one_query(self, token, django_assert_num_queries):
        for _ in range(2):
            with django_assert_num_queries(1):
                authenticate(token)

    def test_a_refresh_is_two_queries(self, kit, signed_in, clock, past_leeway, queries):
        tokens = kit.rotate(signed_in.refresh)
        past_leeway()

        with queries() as made:
            kit.rotate(tokens.refresh)

        assert [sql.split()[0] for sql in made] == ["SELECT", "UPDATE"]

    def test_a_wrapper_of_queries_has_its_say(self, token):
        authenticate(token)
        seen = []

        def see(execute, sql, *rest):
            seen.append(sql.split()[0])
            return execute(sql, *rest)

        with connection.execute_wrapper(see):
            authenticate(token)

        assert seen == ["SELECT"]

    def test_a_profiler_in_place_of_django_is_asked(self, token, calls_of):
        seen = calls_of(SQLCompiler, "execute_sql")
        authenticate(token)
        authenticate(token)

        assert [one.query.model for one in seen] == [get_user_model()] * 2

    def test_a_profiler_sees_what_a_refresh_writes(self, kit, signed_in, calls_of):
        seen = calls_of(SQLCompiler, "execute_sql")
        tokens = kit.rotate(signed_in.refresh)

        assert [type(one.query).__name__ for one in seen].count("UpdateQuery") == 1
        assert tokens.session.generation == 1


class TestCompiling:
    def test_happens_once_a_connection(self, token, compiled):
        authenticate(token)
        compiled.clear()

        authenticate(token)

        assert compiled == []

    def test_happens_once_for_the_look_at_a_user_who_logs_in(self, user, compiled):
        sessions.start(user)
        compiled.clear()

        sessions.start(user)

        assert compiled == []

    def test_happens_once_a_schema(self, token, compiled, in_schema):
        in_schema("home")
        authenticate(token)
        in_schema("away")
        compiled.clear()

        authenticate(token)
        assert compiled != []

        in_schema("home")
        compiled.clear()
        authenticate(token)
        assert compiled == []

    def test_is_forgotten_before_it_takes_too_much_memory(self, token, monkeypatch, in_schema):
        monkeypatch.setattr(statements, "_MOST", 2)

        for name in "abcde":
            in_schema(name)
            authenticate(token)

        assert len(vars(connections["default"])[statements._KEPT]) <= 2

    def test_answers_a_row_to_which_nothing_was_added(self, user):
        users = get_user_model().objects

        for name, expected in [("ada", user), ("grace", None)]:
            found = statements.first(users, "default", ("name",), name, of_this_user())
            assert found == (expected and (expected, ()))

    def test_is_not_for_a_query_of_more_parameters(self, user):
        users = get_user_model().objects

        for active, expected in [(True, user), (False, None)]:
            making = of_this_user(is_active=active, email="ada@example.com")
            found = statements.first(users, "default", ("more",), "ada", making)
            assert (found and found[0]) == expected

    def test_follows_the_time_zones_of_the_settings(self, signed_in):
        sid = Session.objects.get().pk
        aware, _ = rows.find(sid)

        with override_settings(USE_TZ=False, TIME_ZONE="UTC"):
            naive, user = rows.find(sid)

            assert naive.created_at == Session.objects.get().created_at
            assert user.date_joined == get_user_model().objects.get().date_joined
        assert naive.created_at == aware.created_at.replace(tzinfo=None)


@pytest.fixture
def heard():
    """Listen to a signal of sessions until the test ends; what a receiver gets is given to it."""
    connected = []

    def listen(signal, receiver):
        signal.connect(receiver, sender=Session)
        connected.append((signal, receiver))

    yield listen
    for signal, receiver in connected:
        signal.disconnect(receiver, sender=Session)


class TestWhatALoginStores:
    @pytest.fixture
    def new(self, user):
        return lambda: grant.new_session(user)

    @pytest.fixture
    def inserts(self, calls_of):
        """The statements that Django has compiled since."""
        return calls_of(SQLInsertCompiler, "as_sql")

    def test_has_the_columns_that_django_would_give_it(self, new):
        session, told = new(), ("user_id", "created_at", "auth_time", "expires_at")

        of_django = Session(**{name: getattr(session, name) for name in told})

        apart = {"_state", "id", "secret", "refresh_lifetime", "password_fingerprint"}
        assert _but(apart, session) == _but(apart, of_django)
        assert _but(set(), session).keys() == _but(set(), of_django).keys()

    def test_has_an_id_and_a_secret_of_its_own(self, new):
        one, other = new(), new()

        assert one.id != other.id
        assert one.secret != other.secret
        assert len(one.secret) == 43

    def test_is_compiled_once_a_connection(self, new, inserts):
        for _ in range(3):
            insertion.insert(new(), "default")

        assert len(inserts) == 1
        assert Session.objects.count() == 3

    def test_is_one_query(self, new, django_assert_num_queries):
        for _ in range(2):
            with django_assert_num_queries(1):
                insertion.insert(new(), "default")

    def test_is_known_as_stored(self, new):
        session = new()

        insertion.insert(session, "default")

        assert (session._state.adding, session._state.db) == (False, "default")

    def test_is_told_to_who_listens(self, new, heard):
        told = []
        heard(post_save, lambda **facts: told.append(facts))
        session, saved = new(), new()

        insertion.insert(session, "default")
        saved.save(using="default", force_insert=True)

        ours, djangos = told
        assert ours.pop("instance") is session
        assert djangos.pop("instance") is saved
        assert ours == djangos

    def test_can_be_changed_before_by_who_listens(self, new, heard):
        insertion.insert(new(), "default")
        heard(pre_save, lambda instance, **_: setattr(instance, "name", "changed"))

        session = new()
        insertion.insert(session, "default")

        assert Session.objects.get(pk=session.pk).name == "changed"

    def test_may_be_computed_by_the_database(self, new):
        insertion.insert(new(), "default")
        session = new()
        session.name = Lower(Value("A NAME"))

        insertion.insert(session, "default")

        assert Session.objects.get(pk=session.pk).name == "a name"

    def test_names_no_user_who_is_not_stored(self, new):
        insertion.insert(new(), "default")
        session = new()
        session.user = get_user_model()()

        with pytest.raises(ValueError, match="unsaved related object"):
            insertion.insert(session, "default")

    def test_is_written_by_a_profiler_in_place_of_django(self, new, calls_of):
        seen = calls_of(SQLInsertCompiler, "execute_sql")
        for _ in range(2):
            insertion.insert(new(), "default")

        assert [one.query.model for one in seen] == [Session] * 2

    def test_lets_nobody_commit_if_it_fails(self, new):
        session = new()
        insertion.insert(session, "default")

        with transaction.atomic():
            with pytest.raises(DatabaseError):
                insertion.insert(session, "default")
            assert connection.needs_rollback
            connection.set_rollback(True)


def _but(names, session):
    return {name: value for name, value in vars(session).items() if name not in names}


class TestManagers:
    @pytest.mark.parametrize("name", ["get_queryset", "using"])
    @pytest.mark.parametrize("place", ["class", "instance"])
    def test_a_manager_that_begins_to_hide_users_is_asked(self, token, monkeypatch, name, place):
        authenticate(token)
        manager = get_user_model()._default_manager
        nobody = manager.none()

        changed = type(manager) if place == "class" else manager
        monkeypatch.setattr(changed, name, lambda *_: nobody, raising=False)

        with pytest.raises(InvalidToken):
            authenticate(token)

    @pytest.mark.parametrize(
        "name", ["_fetch_all", "get", "filter", "__init__", "__iter__", "_clone"]
    )
    def test_a_manager_whose_queryset_has_a_say_is_not_plain(self, name):
        queryset = type("Saying", (QuerySet,), {name: getattr(QuerySet, name)})

        assert not statements.is_plain(of(queryset))

    def test_a_manager_whose_queryset_only_adds_names_is_plain(self):
        class Adding(QuerySet):
            """Documented."""

            limit: int = 3

            def newest(self):
                return self.order_by("-pk")

        class AddingMore(Adding):
            def oldest(self):
                return self.order_by("pk")

        assert statements.is_plain(of(Adding))
        assert statements.is_plain(of(AddingMore))

    def test_a_manager_whose_queryset_is_made_otherwise_is_not_plain(self):
        class Making(type):
            """Might answer anything when it is called."""

        assert not statements.is_plain(of(Making("Made", (QuerySet,), {})))


def of(queryset_class):
    manager = type(get_user_model()._default_manager).from_queryset(queryset_class)()
    manager.model = get_user_model()
    return manager


class TestUsersThatChange:
    def test_a_change_behind_our_back_is_seen_at_once(self, token):
        authenticate(token)
        get_user_model()._base_manager.update(is_active=False)

        with pytest.raises(InvalidToken):
            authenticate(token)

    def test_a_model_that_answers_otherwise_counts(self, token, monkeypatch):
        authenticate(token)
        monkeypatch.setattr(get_user_model(), "is_active", property(lambda user: False, _ignore))

        with pytest.raises(InvalidToken):
            authenticate(token)


def _ignore(user, value):
    """For Django, which sets it."""


FORKED = """
import os; os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from django.core.management import call_command
from django.db import connection, connections
from drf_jwt_kit import sessions
from drf_jwt_kit.tokens import AccessToken
from tests.child import environment
from tests.conftest import make_user
call_command("migrate", verbosity=0)
user = make_user("ada")
token = AccessToken(sessions.start(user).access)
assert sessions.authenticate(token) == user
if child := os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
assert sessions.authenticate(token) == user
type(user).objects.update(is_active=False)
try:
    sessions.authenticate(token)
except Exception as error:
    assert error.reason.value == "session_ended", error
else:
    raise AssertionError
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes by fork here")
def test_a_worker_forked_after_the_first_request_asks_as_its_parent_did():
    answer = subprocess.run(
        [sys.executable, "-c", FORKED],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
