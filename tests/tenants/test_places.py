"""Tenants with one signing key: a token is good where its session is, and nowhere else."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction
from django_tenants.clone import CloneSchema
from django_tenants.utils import schema_context

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Place, Session
from drf_jwt_kit.sessions import place
from tests.conftest import claims_of, forge
from tests.places.conftest import STATELESS, STRICT

from .conftest import At, as_public
from .issuer import of_the_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_process")]

PATHS = [STRICT, STATELESS]


def asks_no_session(queries, at, access):
    """Whether a request with it is let in, and nobody looks at the table of sessions for it."""
    at.status(access, STATELESS)  # which may poll
    with queries() as made:
        assert at.status(access, STATELESS) == 200
    return not any(Session._meta.db_table in sql for sql in made)


class TestAnotherTenant:
    @pytest.mark.parametrize("path", PATHS)
    def test_a_token_is_good_at_home_alone(self, home, away, logged_in, path):
        assert home.status(logged_in.access, path) == 200
        assert away.status(logged_in.access, path) == 401

    @pytest.mark.parametrize("path", PATHS)
    def test_a_token_is_good_nowhere_after_logout(self, home, away, logged_in, path):
        assert home.kit.logout(logged_in.refresh).status_code == 200

        assert home.status(logged_in.access, path) == 401
        assert away.status(logged_in.access, path) == 401

    def test_no_session_is_asked_for_at_home(self, home, away, logged_in, queries, monotonic):
        assert away.status(logged_in.access, STATELESS) == 401
        assert asks_no_session(queries, home, logged_in.access)

    def test_a_refresh_token_is_refused(self, away, logged_in):
        assert away.kit.refresh(logged_in.refresh).status_code == 401

    def test_a_logout_there_ends_nothing_here(self, home, away, logged_in):
        away.kit.logout(logged_in.refresh)

        assert home.status(logged_in.access, STATELESS) == 200

    def test_a_place_that_is_said_of_there_is_what_remains(self, home, away, logged_in):
        """Whoever has stolen the key may read the place in any token; see the threat model."""
        _, theirs = away.login()
        forged = forge(logged_in.access, place=claims_of(theirs.access)["place"])

        assert away.status(forged, STRICT) == 401


class TestClone:
    @pytest.fixture
    def clone(self, home, logged_in):
        CloneSchema().clone_schema("home", "clone")
        with as_public():
            clone = At.__new__(At)
            tenants = type(home.tenant).objects
            clone.tenant = tenants.create(schema_name="clone", name="clone")
            clone.tenant.domains.create(domain="clone.test")
            clone.kit = type(home.kit)(HTTP_HOST="clone.test")
        return clone

    def test_it_has_the_row(self, home, clone):
        values = []
        for at in (home, clone):
            with at.inside():
                values.append(Place.objects.latest("pk").value)

        assert values[0] == values[1]

    def test_a_login_from_before_is_asked_for_there(self, clone, logged_in, queries, monotonic):
        assert not asks_no_session(queries, clone, logged_in.access)

    @pytest.mark.parametrize("path", PATHS)
    def test_a_login_from_after_is_refused_there(self, home, clone, path):
        _, tokens = home.login()

        assert home.status(tokens.access, path) == 200
        assert clone.status(tokens.access, path) == 401

    @pytest.mark.parametrize("path", PATHS)
    def test_a_login_there_is_refused_here(self, home, clone, path):
        _, tokens = clone.login()

        assert clone.status(tokens.access, path) == 200
        assert home.status(tokens.access, path) == 401


class TestPlace:
    def test_each_tenant_has_its_own(self, home, away):
        identities = set()
        for at in (home, away):
            with at.inside():
                identities.add(place.learn().identity)

        assert len(identities) == 2

    def test_it_is_made_by_the_migration(self, home):
        with home.inside():
            assert Place.objects.count() == 1

    def test_the_command_renews_that_of_one_tenant(self, home, away, logged_in, capsys):
        with home.inside():
            call_command("jwtkit", "place", "--renew")

        with home.inside():
            assert place.learn().identity in capsys.readouterr().out
            assert place.learn().identity != claims_of(logged_in.access)["place"]
        with away.inside():
            assert place.learn().identity == claims_of(away.login()[1].access)["place"]

    def test_the_database_itself_says_which_schema_it_is(self, home, away):
        """Also where a project's own tenants are told apart by SET search_path alone."""
        said = []
        for schema in ("home", "away"):
            with schema_context(schema):
                said.append(place._row()[-1])

        assert said == ["home", "away"]

    def test_a_missing_table_leaves_the_projects_transaction_as_it_was(self, home, monkeypatch):
        with home.inside():
            monkeypatch.setattr(Place._meta, "db_table", "nowhere")
            place.forget()
            pk, tokens = home.login()
            with transaction.atomic():
                sessions.start(_user(pk))

            assert "place" not in claims_of(tokens.access)
            assert Session.objects.count() == 2


class TestIssuer:
    @pytest.fixture(autouse=True)
    def an_issuer_for_each(self, settings):
        settings.DRF_JWT_KIT = {"ISSUER": of_the_tenant}

    def test_a_token_names_its_tenant(self, home):
        assert claims_of(home.login()[1].access)["iss"] == "https://home.test"

    @pytest.mark.parametrize("path", PATHS)
    def test_it_is_refused_before_any_session_is_asked_for(self, home, away, path):
        _, tokens = home.login()

        answer = away.kit.get_with(tokens.access, path)

        assert (answer.status_code, answer.json()["reason"]) == (401, "invalid")
        assert home.status(tokens.access, path) == 200

    def test_one_that_was_made_by_a_command_is_refused_too(self, home, away):
        pk, _ = home.login()
        with home.inside():
            access = sessions.start(_user(pk)).access

        assert home.status(access, STRICT) == 200
        assert away.status(access, STRICT) == 401


def _user(pk):
    return get_user_model().objects.get(pk=pk)


class TestDoctor:
    def test_a_session_is_played_in_the_schema_of_the_tenant(self, home, capsys):
        with home.inside():
            call_command("jwtkit", "doctor")

            assert Session.objects.count() == 0
        said = capsys.readouterr().out
        assert "'default' (postgresql, schema home) has the sessions and users." in said
        assert "\nsessions: fine\n" in said

    def test_the_schema_of_nobody_is_told_what_is_missing(self, home, capsys):
        with as_public(), pytest.raises(CommandError) as error:
            call_command("jwtkit", "doctor")

        assert error.value.returncode == 1
        assert "python manage.py migrate" in capsys.readouterr().out
