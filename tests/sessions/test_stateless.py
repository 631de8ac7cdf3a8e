"""The user of a request without a query: the project's own, loaded when somebody looks."""

import copy
import pickle

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Permission
from django.template import engines
from rest_framework.exceptions import AuthenticationFailed

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import forge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_process")]


@pytest.fixture
def stateless(signed_in, monotonic):
    """The user of a token, in a process that has just asked what was revoked."""
    return sessions.authenticate_stateless(AccessToken(signed_in.access))


@pytest.fixture
def claims_the_key(default_user_model):
    """The token names the user by its primary key, as it does unless USER_ID_FIELD is set."""


@pytest.mark.usefixtures("claims_the_key")
class TestWithoutAQuery:
    """What is known from the token."""

    @pytest.mark.parametrize(
        "look",
        [
            bool,
            hash,
            repr,
            lambda user: (user.is_authenticated, user.is_anonymous),
            lambda user: isinstance(user, get_user_model()),
            lambda user: user in {user: "found"},
            lambda user: user != AnonymousUser(),
            lambda user: Session.objects.filter(user__in=[user]).query,
        ],
    )
    def test_a_lazy_user_answers_without_a_query(self, stateless, look, django_assert_num_queries):
        with django_assert_num_queries(0):
            look(stateless)

    def test_it_has_its_primary_key_in_the_right_type(
        self, stateless, user, django_assert_num_queries
    ):
        with django_assert_num_queries(0):
            assert (stateless.pk, stateless.id) == (user.pk, user.pk)
            assert type(stateless.pk) is type(user.pk)

    def test_it_is_authenticated(self, stateless):
        assert stateless.is_authenticated is True
        assert stateless.is_anonymous is False

    def test_it_equals_the_loaded_user_from_either_side(
        self, stateless, user, other_user, django_assert_num_queries
    ):
        with django_assert_num_queries(0):
            assert stateless == user
            assert user == stateless
            assert stateless != other_user
            assert other_user != stateless
            assert {user: "found"}[stateless] == "found"

    def test_it_filters_what_belongs_to_it(self, stateless, user, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert Session.objects.get(user=stateless).user_id == user.pk

    def test_its_repr_tells_nothing_of_the_token(self, stateless):
        assert repr(stateless) == "<StatelessUser>"


class TestTouched:
    def test_it_is_loaded_by_one_query_once(self, stateless, user, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert stateless.email == user.email
            assert stateless.password == user.password
            assert stateless.pk == user.pk

    def test_it_is_the_projects_user(self, stateless, user):
        stateless.email  # noqa: B018  # loads it

        assert isinstance(stateless, get_user_model())
        assert stateless.__class__ is get_user_model()
        assert (stateless == user, user == stateless, hash(stateless) == hash(user)) == (True,) * 3
        assert repr(stateless) == repr(user)

    def test_it_goes_into_a_foreign_key(self, stateless, user, signed_in):
        row = signed_in.session
        row.user = None
        row.user = stateless
        row.save()

        assert signed_in.session.user == user
        assert row.user.email == user.email

    def test_a_lazy_user_is_loaded_when_it_is_saved(self, stateless, user):
        stateless.is_active = False
        stateless.save()

        assert not get_user_model().objects.get(pk=user.pk).is_active

    def test_it_is_shown_in_a_template(self, stateless, user):
        template = engines["django"].from_string(
            "{% if u.is_authenticated %}{{ u.email }}{% endif %}"
        )

        assert template.render({"u": stateless}) == user.email

    def test_it_has_its_permissions(self, stateless, user, default_user_model):
        user.user_permissions.add(Permission.objects.get(codename="delete_session"))

        assert stateless.has_perm("drf_jwt_kit.delete_session")
        assert not stateless.has_perm("drf_jwt_kit.add_session")

    @pytest.mark.parametrize(
        "how",
        [copy.copy, copy.deepcopy, lambda u: pickle.loads(pickle.dumps(u))],  # noqa: S301  # its own
    )
    def test_a_lazy_user_is_loaded_when_it_is_copied(self, stateless, user, how):
        assert how(stateless).email == user.email

    def test_it_is_refused_where_the_session_has_ended_since(self, kit, stateless, signed_in):
        kit.logout(signed_in.refresh)

        with pytest.raises(AuthenticationFailed, match="This session has ended"):
            stateless.email  # noqa: B018  # loads it

    def test_it_is_refused_again_at_each_touch(self, stateless, user):
        get_user_model().objects.filter(pk=user.pk).update(is_active=False)

        with pytest.raises(AuthenticationFailed):
            stateless.email  # noqa: B018  # loads it
        with pytest.raises(AuthenticationFailed):
            stateless.email  # noqa: B018  # loads it

    @pytest.mark.usefixtures("claims_the_key")
    @pytest.mark.parametrize("claim", ["no number", "007"])
    def test_it_is_refused_where_the_token_names_no_user(self, signed_in, claim, monotonic):
        token = AccessToken(forge(signed_in.access, user_id=claim))

        with pytest.raises(AuthenticationFailed):
            sessions.authenticate_stateless(token).email  # noqa: B018  # loads it


class TestOtherClaims:
    def test_a_user_named_by_another_field_is_loaded_for_its_key(
        self, user, settings, monotonic, django_assert_num_queries
    ):
        settings.DRF_JWT_KIT = {"USER_ID_FIELD": "email"}
        token = AccessToken(sessions.start(user).access)
        stateless = sessions.authenticate_stateless(token)

        with django_assert_num_queries(1):
            assert stateless.is_authenticated
            assert stateless.pk == user.pk

    def test_a_model_with_its_own_idea_of_being_authenticated_is_asked(
        self, stateless, user, monkeypatch
    ):
        monkeypatch.setattr(get_user_model(), "is_authenticated", property(lambda user: False))
        token = AccessToken(sessions.start(user).access)

        assert sessions.authenticate_stateless(token).is_authenticated is False
