"""What a compiled statement answers is what the ORM answers, for whatever users a project has.

Run by tests/test_users.py, on each database.
"""

import math
from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_init, pre_init
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler
from django.test import RequestFactory

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Session, insertion, statements
from drf_jwt_kit.sessions import account, rows
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import claims_of

from .models import (
    OTHERS,
    Another,
    Fetched,
    Got,
    Kept,
    Light,
    Member,
    OfOneTenant,
    make_member,
    tenant,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime:RuntimeWarning"),
]


@pytest.fixture
def user():
    return make_member()


@pytest.fixture
def tokens(user):
    return sessions.start(user)


@pytest.fixture
def sid(tokens):
    return Session.objects.get().pk


@pytest.fixture
def users_are(monkeypatch):
    return lambda model: monkeypatch.setattr(account, "get_user_model", lambda: model)


@pytest.fixture
def compiled(calls_of):
    """The queries that Django has compiled since."""
    return calls_of(SQLCompiler, "as_sql")


def by_the_orm(monkeypatch, ask):
    with monkeypatch.context() as patch:
        patch.setattr(statements, "is_plain", lambda manager: False)
        return ask()


def all_of(found):
    """Every attribute of a model instance, those of its state too, and what class it is of."""
    state = {name: getattr(found._state, name) for name in ("db", "adding", "fields_cache")}
    fetch_mode = getattr(found._state, "fetch_mode", None)
    kept = {name: value for name, value in vars(found).items() if name != "_state"}
    return type(found), kept, state, fetch_mode, found.get_deferred_fields()


def request_by(tokens):
    return sessions.authenticate(AccessToken(tokens.access))


@pytest.mark.parametrize("model", [Member, Another])
class TestPlainUsers:
    def test_a_user_is_the_orms_attribute_by_attribute(self, model, sid, users_are, monkeypatch):
        users_are(model)
        rows.find(sid)

        _, user = rows.find(sid)

        _, expected = by_the_orm(monkeypatch, lambda: rows.find(sid))
        assert all_of(user) == all_of(expected)
        assert user.words == ["one", "two"]
        assert user.was_loaded_from == "default"

    def test_a_session_is_the_orms_as_well(self, model, sid, users_are, monkeypatch):
        users_are(model)
        rows.find(sid)

        session, _ = rows.find(sid)

        expected, _ = by_the_orm(monkeypatch, lambda: rows.find(sid))
        again = Session.objects.to_judge().get(pk=sid)
        assert session.data == {}
        assert all_of(session) == all_of(expected) == all_of(again)

    def test_only_the_first_request_compiles_anything(self, model, tokens, users_are, compiled):
        users_are(model)
        request_by(tokens)
        compiled.clear()

        assert request_by(tokens) == Member.objects.only("pk").get()
        assert len(compiled) == 1  # the line above

    def test_signals_of_the_model_are_sent(self, model, tokens, users_are):
        users_are(model)
        request_by(tokens)
        heard = []

        def hear(signal, **_):
            heard.append(signal)

        for signal in (pre_init, post_init):
            signal.connect(hear, sender=model)
        request_by(tokens)
        for signal in (pre_init, post_init):
            signal.disconnect(hear, sender=model)

        assert heard == [pre_init, post_init]


class TestManagersThatHaveASay:
    @pytest.mark.parametrize("model", OTHERS)
    def test_they_are_asked_each_time(self, model, tokens, users_are, compiled):
        users_are(model)
        request_by(tokens)
        compiled.clear()

        request_by(tokens)

        assert compiled != []

    def test_one_of_tenants(self, tokens, users_are):
        users_are(OfOneTenant)
        request_by(tokens)

        there = tenant.set("theirs")
        with pytest.raises(InvalidToken):
            request_by(tokens)
        tenant.reset(there)

        assert request_by(tokens)

    def test_one_that_deletes_softly(self, tokens, users_are):
        users_are(Kept)
        request_by(tokens)

        Member.objects.update(deleted=True)

        with pytest.raises(InvalidToken):
            request_by(tokens)

    def test_one_that_defers(self, tokens, users_are):
        users_are(Light)

        assert [request_by(tokens).get_deferred_fields() for _ in range(2)] == [{"words"}] * 2

    def test_querysets_that_add_to_what_they_answer(self, tokens, users_are):
        users_are(Got)
        assert [request_by(tokens).was_got for _ in range(2)] == [True, True]

        users_are(Fetched)
        assert [request_by(tokens).was_fetched for _ in range(2)] == [True, True]

    def test_a_manager_that_begins_to_hide_users(self, tokens, monkeypatch):
        request_by(tokens)

        shown = type(Member.objects).get_queryset
        monkeypatch.setattr(type(Member.objects), "get_queryset", lambda self: shown(self).none())

        with pytest.raises(InvalidToken):
            request_by(tokens)

    def test_a_queryset_that_begins_to_hide_users(self, tokens, monkeypatch):
        request_by(tokens)

        shown = Member.objects._queryset_class
        monkeypatch.setattr(
            shown,
            "using",
            lambda self, alias: super(shown, self).using(alias).none(),
            raising=False,
        )

        with pytest.raises(InvalidToken):
            request_by(tokens)


class TestWhatALoginStores:
    def test_a_login_stores_what_the_orm_stores(self, user, monkeypatch, clock):
        def stored(request):
            sid = claims_of(sessions.start(user, request, name="Laptop", data={"a": [1]}).refresh)[
                "sid"
            ]
            row = Session.objects.filter(pk=sid).values().get()
            return {name: value for name, value in row.items() if name not in {"id", "secret"}}

        request = RequestFactory().post("/", headers={"User-Agent": "Firefox"})
        first = stored(request)
        found = stored(request)
        monkeypatch.setattr(statements, "kept_with", lambda connection, key, make: None)
        monkeypatch.setattr(insertion, "kept_with", lambda connection, key, make: None)

        assert first == found == stored(request)
        assert (found["ip"], found["user_agent"]) == ("127.0.0.1", "Firefox")
        assert found["data"] == {"a": [1]}

    def test_only_the_first_login_compiles_anything(self, user, calls_of):
        compiled = calls_of(SQLInsertCompiler, "as_sql")

        for number in range(3):
            sessions.start(user, data={"number": number})

        assert len(compiled) <= 1


class TestWhatALoginRemembers:
    def test_a_login_is_found_by_what_is_remembered_of_it(self, user):
        sessions.start(user, data={"organization": {"id": 7, "name": "Zoë"}})
        sessions.start(user)

        by_number = Session.objects.filter(data__organization__id=7)
        assert by_number.get() == Session.objects.get(data__organization__name="Zoë")

    def test_it_comes_back_as_it_was(self, user):
        data = {"text": "a'\"\\", "none": None, "yes": True, "list": [1, 2.5, {"a": {}}], "": ""}
        pair = sessions.start(user, data=data)

        session, _ = rows.find(claims_of(pair.refresh)["sid"])
        assert session.data == Session.objects.get().data == data

    def test_the_largest_numbers_come_back_as_they_were(self, user):
        data = {"whole": 2**63 - 1, "float": math.nextafter(1e16, 0), "small": 5e-324}
        sessions.start(user, data=data)

        kept = Session.objects.get().data
        assert {name: repr(one) for name, one in kept.items()} == {
            name: repr(one) for name, one in data.items()
        }

    def test_the_most_levels_are_kept(self, user):
        data: dict = {}
        for _ in range(20):
            data = {"in": data}
        sessions.start(user, data=data)

        assert Session.objects.get().data == data


class TestWhatARefreshWrites:
    def test_a_refresh_writes_what_the_orm_writes(self, tokens, monkeypatch, clock):
        def written(tokens):
            clock.shift(60)
            sessions.refresh(tokens.refresh)
            row = Session.objects.filter(pk=claims_of(tokens.refresh)["sid"]).values().get()
            return {name: value for name, value in row.items() if name not in {"id", "secret"}}

        first, second = sessions.start(Member.objects.get()), sessions.start(Member.objects.get())
        expected = written(first)
        monkeypatch.setattr(statements, "kept_with", lambda connection, key, make: None)
        clock.shift(-60)

        left_out = {"retry_key_hash"}  # random, where the client sends none
        found = written(second)
        assert {name for name in found if found[name] != expected[name]} == left_out

    def test_only_the_first_refresh_compiles_anything(self, tokens, compiled, clock):
        for _ in range(2):
            clock.shift(60)
            compiled.clear()
            tokens = sessions.refresh(tokens.refresh)

        assert compiled == []

    def test_a_row_that_has_changed_is_not_written(self, tokens, sid):
        before, _ = rows.find(sid)
        unchanged = {"id": sid, "generation": before.generation, "revoked_at": None}
        write = lambda: statements.update(Session, {"generation": 1}, unchanged)  # noqa: E731

        assert [write(), write()] == [1, 0]

    def test_a_statement_that_fails_lets_nobody_commit(self, sid):
        unchanged = {"id": sid, "revoked_at": None}
        statements.update(Session, {"generation": 1}, unchanged)

        def refuse(execute, *_):
            raise DatabaseError

        with transaction.atomic():
            with pytest.raises(DatabaseError), connection.execute_wrapper(refuse):
                statements.update(Session, {"generation": 1}, unchanged)
            assert connection.needs_rollback
            connection.set_rollback(True)


class TestConnections:
    def test_one_that_was_closed_is_opened_again(self, tokens):
        first = request_by(tokens)
        connection.close()

        assert request_by(tokens) == first

    def test_each_thread_has_its_own(self, tokens):
        request_by(tokens)
        found = []

        def ask():
            found.append(request_by(tokens).words)
            BaseDatabaseWrapper.close(connection)  # SQLite's own keeps one that is in memory

        threads = [Thread(target=ask) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert found == [["one", "two"]] * 4

    def test_a_change_behind_our_back_is_seen_at_once(self, tokens):
        request_by(tokens)

        Member.objects.update(words=["three"])
        assert request_by(tokens).words == ["three"]

        Member.objects.update(password="another")
        with pytest.raises(InvalidToken):
            request_by(tokens)
