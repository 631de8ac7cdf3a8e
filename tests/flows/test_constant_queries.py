"""Lists, claims and ends make as many queries for many groups, devices and claims as for one."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import override_settings
from rest_framework import serializers

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import revocations, upkeep
from drf_jwt_kit.sessions.flush import flush
from drf_jwt_kit.tokens import ProfileClaims
from tests.conftest import PASSWORD, SignedIn, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]

HERE = "tests.flows.test_constant_queries"
MANY = 6


class ManyClaims(ProfileClaims):
    permissions = serializers.SerializerMethodField()

    def get_permissions(self, user):
        return sorted(user.get_all_permissions())

    def to_representation(self, user):
        more = {f"claim{number}": number for number in range(user.groups.count())}
        return {**super().to_representation(user), **more}


def is_in_a_group(user):
    """A rule that asks the database."""
    return user is not None and user.groups.exists()


@pytest.fixture
def cost(queries):
    """How many queries some work makes for a user with so many devices, groups, permissions and
    ended sessions. ``work`` gets the user and the tokens of its newest session."""

    def count(work, number):
        user = make_user(f"user{number}")
        for permission in Permission.objects.all()[:number]:
            group = Group.objects.create(name=f"{number}-{permission.pk}")
            group.permissions.add(permission)
            user.groups.add(group)
        begun = [sessions.start(user) for _ in range(2 * number)]
        for session in Session.objects.filter(user=user)[:number]:
            sessions.revoke(session)
        newest = Session.objects.filter(user=user, revoked_at=None).first()
        tokens = next(one for one in begun if SignedIn(**one.as_data()).session == newest)
        with queries() as made:
            work(user, tokens)
        return len(made)

    return count


@pytest.fixture
def as_many(cost):
    """Whether it is as many for two as for many, and any at all."""
    return lambda work: cost(work, 2) == cost(work, MANY) > 0


@pytest.fixture
def of_clients(kit):
    """What a client asks for, by name; each asserts that it got it."""

    def log_in(user, tokens):
        body = {"username": user.get_username(), "password": PASSWORD}
        assert kit.post_json("", body).status_code == 200

    def refresh(user, tokens):
        assert kit.refresh(tokens.refresh).status_code == 200

    def listed(user, tokens):
        alive = Session.objects.filter(user=user, revoked_at=None).count()
        assert len(kit.sessions(tokens.access)) == alive

    def of_one(method, status, **body):
        def ask(user, tokens):
            path = f"/api/token/sessions/{SignedIn(**tokens.as_data()).session.pk}/"
            headers = {"Authorization": f"Bearer {tokens.access}"}
            answer = getattr(kit, method)(path, body, format="json", headers=headers)
            assert answer.status_code == status

        return ask

    def everywhere(query=""):
        def ask(user, tokens):
            headers = {"Authorization": f"Bearer {tokens.access}"}
            path = f"/api/token/logout/all/{query}"
            assert kit.post(path, headers=headers).status_code == 200

        return ask

    return {
        "log in": log_in,
        "refresh": refresh,
        "list": listed,
        "rename": of_one("patch", 200, name="a"),
        "end one": of_one("delete", 204),
        "log out everywhere": everywhere(),
        "log out elsewhere": everywhere("?except=current"),
    }


ALL = (
    *("log in", "refresh", "list", "rename", "end one"),
    *("log out everywhere", "log out elsewhere"),
)
PROFILE = {"CLAIMS_SERIALIZER": "drf_jwt_kit.tokens.ProfileClaims"}
MANY_CLAIMS = {"CLAIMS_SERIALIZER": f"{HERE}.ManyClaims"}
RULE = {"USER_AUTHENTICATION_RULE": f"{HERE}.is_in_a_group"}


@pytest.mark.parametrize(
    ("name", "kit_settings"),
    [
        *((name, {}) for name in ALL),
        *((name, PROFILE) for name in ("log in", "refresh")),
        *((name, MANY_CLAIMS) for name in ("log in", "refresh")),
        *((name, RULE) for name in ("log in", "refresh", "list")),
        ("log in", {"MAX_SESSIONS_PER_USER": 1}),
        ("log in", {"MAX_SESSIONS_PER_USER": 100}),
    ],
)
def test_what_clients_ask_for(as_many, of_clients, name, kit_settings):
    def work(user, tokens):
        with override_settings(DRF_JWT_KIT=kit_settings):
            of_clients[name](user, tokens)

    assert as_many(work)


def new_password(user, tokens):
    user.set_password("another one")
    user.save()


def deactivation(user, tokens):
    user.is_active = False
    user.save()


@pytest.mark.parametrize(
    "work",
    [
        lambda user, tokens: sessions.revoke(user=user),
        lambda user, tokens: sessions.revoke_all(),
        lambda user, tokens: [*upkeep.survey(user=user, ended=True)],
        new_password,
        deactivation,
        lambda user, tokens: user.delete(),
    ],
    ids=["revoke", "revoke all", "survey", "new password", "deactivation", "deletion"],
)
def test_what_projects_do(as_many, work):
    assert as_many(work)


@pytest.mark.parametrize("knows", [False, True], ids=["first read", "poll"])
def test_what_the_feed_reads(as_many, knows):
    known = revocations.read(None)  # the place is made once

    assert as_many(lambda user, tokens: revocations.read(known if knows else None))


def test_a_batch_of_a_flush(as_many, clock):
    def flush_later(user, tokens):
        clock.shift(timedelta(days=90))
        assert [one.kept for one in flush()] == [0]

    assert as_many(flush_later)


def test_the_key_set_is_no_query(cost, kit):
    assert cost(lambda user, tokens: kit.get("/api/token/jwks/"), MANY) == 0
