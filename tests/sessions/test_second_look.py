"""After the insert of a login, its user is looked at once more."""

from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.signals import post_init
from django.test import override_settings

from drf_jwt_kit import sessions, signals
from drf_jwt_kit.exceptions import NoActiveAccount
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import SessionLimits
from drf_jwt_kit.tokens import RefreshToken
from tests.conftest import NOON, PASSWORD, claims_of
from tests.flows.test_adoption import refresh as token_of_simple_jwt
from tests.flows.test_obtain import credentials

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOON.replace(year=2099)


def everyone():
    return get_user_model().objects.all()


def change_password(user):
    everyone().update(password=f"another {user.pk}")


def deactivate(user):
    everyone().update(is_active=False)


def delete(user):
    everyone().filter(pk=user.pk)._raw_delete("default")


CHANGES = {
    change_password: RevokedReason.PASSWORD_CHANGED,
    deactivate: RevokedReason.USER_INACTIVE,
    delete: RevokedReason.USER_GONE,
}


@contextmanager
def meanwhile(change, **kit):
    """Let ``change`` happen after the login was decided, and before its session is stored."""

    def limits(user, request):
        change(user)
        return SessionLimits()

    with override_settings(DRF_JWT_KIT={"SESSION_LIMITS": limits, **kit}):
        yield


@pytest.fixture(params=CHANGES, ids=lambda change: change.__name__)
def change(request):
    return request.param


def start(user):
    return sessions.start(user)


def write_out(user):
    return str(RefreshToken.for_user(user))


class TestALoginThatAChangeHasOvertaken:
    def test_is_refused_as_any_other(self, kit, user, change):
        with meanwhile(change):
            answer = kit.post_json("", credentials(user))

        assert (answer.status_code, answer.json()["code"]) == (401, "no_active_account")
        assert Session.objects.get().revoked_reason == CHANGES[change]

    @pytest.mark.parametrize("begin", [start, write_out])
    def test_is_refused_however_it_begins(self, user, change, begin):
        with meanwhile(change), pytest.raises(NoActiveAccount):
            begin(user)

        assert Session.objects.get().revoked_reason == CHANGES[change]

    def test_begins_nothing_with_a_token_of_simple_jwt(self, kit, user, change, clock):
        token = token_of_simple_jwt(user)

        with meanwhile(change, ADOPT_SIMPLEJWT_TOKENS_UNTIL=LATER):
            answer = kit.refresh(token)

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
        assert Session.objects.get().revoked_reason == CHANGES[change]

    def test_is_told_as_an_end_and_not_as_a_beginning(self, kit, user, change, caplog):
        heard = []
        receiver = lambda **facts: heard.append(facts)  # noqa: E731
        signals.session_started.connect(receiver)
        caplog.set_level("INFO", logger="drf_jwt_kit")

        with meanwhile(change):
            kit.post_json("", credentials(user))

        signals.session_started.disconnect(receiver)
        assert heard == []
        who = f"session={Session.objects.get().pk} user={user.pk}"
        line = f"event=revoked {who} reason={CHANGES[change].value} count=1"
        assert line in caplog.messages
        assert "event=started" not in caplog.text

    def test_asks_nobody_whose_session_it_is(self, user, change, queries):
        change(user)

        with queries() as made, pytest.raises(NoActiveAccount):
            start(user)

        assert [sql.split()[0] for sql in made if "drf_jwt_kit" in sql] == [
            *("INSERT", "UPDATE", "DELETE")
        ]

    def test_pushes_no_session_out(self, kit, user):
        tokens = kit.sign_in(user)

        with meanwhile(lambda _: None, MAX_SESSIONS_PER_USER=1):
            stale = get_user_model().objects.get(pk=user.pk)
            stale.set_password("never saved")
            with pytest.raises(NoActiveAccount):
                sessions.start(stale)

        assert kit.refresh(tokens.refresh).status_code == 200

    def test_goes_on_with_an_inactive_user_where_the_project_lets_them_in(self, kit, user):
        with meanwhile(deactivate), override_settings(SIMPLE_JWT={"CHECK_USER_IS_ACTIVE": False}):
            kit.sign_in(user)

        assert Session.objects.get().revoked_at is None


class TestTheQuery:
    @pytest.fixture
    def executed(self, monkeypatch):
        """What reads users, where a database has words for a lock. SQLite has none."""
        monkeypatch.setattr(connection.features, "has_select_for_update", True)
        statements = []

        def wrapper(execute, sql, *rest):
            if sql.startswith("SELECT") and get_user_model()._meta.db_table in sql:
                statements.append(sql)
            return execute(sql.removesuffix(" FOR UPDATE"), *rest)

        with connection.execute_wrapper(wrapper):
            yield statements

    def test_locks_what_it_reads(self, user, executed):
        sessions.start(user)

        assert [sql.endswith(" FOR UPDATE") for sql in executed] == [True]

    def test_locks_nothing_that_a_user_model_asks_for_when_it_is_loaded(self, user, executed):
        ask = lambda instance, **_: everyone().exists()  # noqa: E731
        post_init.connect(ask, sender=get_user_model())

        sessions.start(user)

        post_init.disconnect(ask, sender=get_user_model())
        assert [sql.endswith(" FOR UPDATE") for sql in executed] == [True, False]

    def test_leaves_later_queries_alone(self, user, executed):
        sessions.start(user)
        everyone().first()

        assert not executed[-1].endswith(" FOR UPDATE")

    @pytest.mark.parametrize(
        "shown",
        [
            lambda users: users.annotate(groups_=Count("groups")),
            lambda users: users.filter(Q(groups=None) | Q(groups__name="x")).distinct(),
            lambda users: users.filter(groups=None),
        ],
    )
    def test_locks_no_groups_and_no_outer_joins(self, user, executed, monkeypatch, shown):
        manager = get_user_model()._default_manager
        queryset = manager.get_queryset
        monkeypatch.setattr(manager, "get_queryset", lambda: shown(queryset()))

        sessions.start(user)

        inner = executed[0].partition(" IN (SELECT ")
        assert "JOIN" not in inner[0]
        assert "JOIN" in inner[2]

    @pytest.mark.parametrize(
        ("shown", "word"),
        [
            (lambda users: users.annotate(keys=Count("pk")), "GROUP BY"),
            (lambda users: users.distinct(), "DISTINCT"),
            (lambda users: users.filter(Q(jwt_sessions=None) | Q(jwt_sessions__name="")), "JOIN"),
        ],
    )
    def test_locks_the_row_around_what_is_grouped_distinct_or_joined(
        self, user, executed, monkeypatch, shown, word
    ):
        manager = get_user_model()._default_manager
        queryset = manager.get_queryset
        monkeypatch.setattr(manager, "get_queryset", lambda: shown(queryset()))

        sessions.start(user)

        inner = executed[0].partition(" IN (SELECT ")
        assert word not in inner[0]
        assert word in inner[1] + inner[2]

    def test_locks_what_a_manager_filters_by_itself(self, user, executed, monkeypatch):
        manager = get_user_model()._default_manager
        queryset = manager.get_queryset
        active = lambda: queryset().filter(is_active=True)  # noqa: E731
        monkeypatch.setattr(manager, "get_queryset", active)

        sessions.start(user)

        assert [" IN (SELECT " in sql for sql in executed] == [False]

    def test_refuses_a_user_whom_the_default_manager_hides(self, user, monkeypatch):
        manager = get_user_model()._default_manager
        queryset = manager.get_queryset
        group = Group.objects.create(name="shown")
        monkeypatch.setattr(manager, "get_queryset", lambda: queryset().filter(groups=group))

        with pytest.raises(NoActiveAccount):
            sessions.start(user)

        user.groups.add(group)
        assert sessions.start(user).access

    def test_drops_what_a_manager_would_load_as_well(self, user, executed, monkeypatch):
        manager = get_user_model()._default_manager
        queryset = manager.get_queryset
        loading = lambda: queryset().prefetch_related("groups").order_by("email")  # noqa: E731
        monkeypatch.setattr(manager, "get_queryset", loading)

        sessions.start(user)

        assert len(executed) == 1
        assert "ORDER BY" not in executed[0]


class TestAChangeThatCouldNotSeeTheLogin:
    """At REPEATABLE READ a transaction sees no row that began after its first query."""

    @pytest.fixture
    def unseen(self, user):
        """Rows that appear when the transaction has committed."""

        def begin(fingerprint):
            with transaction.atomic():
                transaction.on_commit(lambda: self._insert(user, fingerprint))
                yield

        return contextmanager(begin)

    def _insert(self, user, fingerprint):
        Session.objects.filter(user_id__in=[user.pk, None]).update(
            revoked_at=None, revoked_reason="", user_id=user.pk, password_fingerprint=fingerprint
        )

    def test_a_new_password_ends_it_after_the_commit(self, user, signed_in, unseen):
        with unseen(signed_in.session.password_fingerprint):
            user.set_password("another one")
            user.save()

        assert signed_in.session.revoked_reason == RevokedReason.PASSWORD_CHANGED

    def test_a_deactivation_ends_it_after_the_commit(self, user, signed_in, unseen):
        with unseen(signed_in.session.password_fingerprint):
            user.is_active = False
            user.save()

        assert signed_in.session.revoked_reason == RevokedReason.USER_INACTIVE

    def test_a_deletion_ends_it_after_the_commit(self, user, signed_in, unseen):
        key = user.pk
        with unseen(signed_in.session.password_fingerprint):
            user.delete()
            user.pk = key

        assert signed_in.session.revoked_reason == RevokedReason.USER_GONE

    def test_a_session_of_the_new_password_stays(self, user):
        with transaction.atomic():
            user.set_password("another one")
            user.save()
            pair = sessions.start(user)

        assert Session.objects.get(pk=claims_of(pair.refresh)["sid"]).revoked_at is None


def test_a_token_of_a_user_that_changed_is_refused_by_name(kit, user):
    """The client is told what it would be told of a wrong password."""
    with meanwhile(change_password):
        overtaken = kit.post_json("", credentials(user))
    wrong = kit.post_json("", credentials(user, "wrong"))

    assert overtaken.content == wrong.content
    assert PASSWORD not in overtaken.content.decode()


def test_an_adopted_token_whose_claims_fail_begins_nothing(kit, user, clock):
    token = token_of_simple_jwt(user)

    class Broken:
        def __init__(self, *args, **kwargs):
            raise RuntimeError

    kit_settings = {"ADOPT_SIMPLEJWT_TOKENS_UNTIL": LATER, "CLAIMS_SERIALIZER": Broken}
    with override_settings(DRF_JWT_KIT=kit_settings), pytest.raises(RuntimeError):
        sessions.refresh(token)

    assert not Session.objects.exists()


def test_an_adopted_token_keeps_the_scope_that_it_had(kit, user, clock):
    token = token_of_simple_jwt(user, scope="orders:read")

    with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": LATER}):
        pair = sessions.refresh(token)

    assert claims_of(pair.access)["scope"] == Session.objects.get().scope == "orders:read"
