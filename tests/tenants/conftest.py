"""Two tenants, with a user each whose primary key is the same."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from tests.conftest import Kit, make_user
from tests.tenants.models import Domain, Tenant


class At:
    """A tenant, and what is done there."""

    def __init__(self, schema):
        with as_public():
            self.tenant = Tenant.objects.create(schema_name=schema, name=schema)
            Domain.objects.create(domain=f"{schema}.test", tenant=self.tenant)
        self.kit = Kit(HTTP_HOST=f"{schema}.test")

    def inside(self):
        """A block in which the connection is the tenant's, as in one of its requests."""
        return self.tenant

    def login(self):
        with self.inside():
            users = get_user_model().objects
            user = users.filter(username="ada").first() or make_user("ada")
        tokens = self.kit.sign_in(user)
        return user.pk, tokens

    def status(self, access, path):
        return self.kit.get_with(access, path).status_code


class as_public:  # noqa: N801  # reads as a word
    """A block in which the connection is nobody's."""

    def __enter__(self):
        connection.set_schema_to_public()

    def __exit__(self, *_):
        connection.set_schema_to_public()


@pytest.fixture
def home(db):
    yield At("home")
    connection.set_schema_to_public()


@pytest.fixture
def away(db):
    yield At("away")
    connection.set_schema_to_public()


@pytest.fixture
def logged_in(home, away):
    """Tokens of one tenant, where the other has a user with the same key."""
    pk, tokens = home.login()
    other_pk, _ = away.login()
    assert pk == other_pk
    return tokens
