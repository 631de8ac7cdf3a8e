"""What a stateless request may pass through, and do with its user, without a query."""

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session

from .query_free_urls import LOOKS, PERMISSIONS, THROTTLES, TOUCHES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.flows.query_free_urls"),
    pytest.mark.usefixtures("new_process", "default_user_model"),
]

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def asked(kit, user, monotonic, queries):
    """The status of a request, and the queries that it made, in a process that knows the feed."""
    access = sessions.start(user, scope="orders:read").access
    bearer = {"Authorization": f"Bearer {access}"}
    kit.get("/anybody/", headers=bearer)

    def ask(path, *, method="get", **headers):
        with queries() as made:
            answer = getattr(kit, method)(path, headers={**bearer, **headers})
        return answer.status_code, len(made)

    return ask


@pytest.mark.parametrize("name", [*PERMISSIONS, *THROTTLES])
def test_permissions_and_throttles_make_no_query(asked, name):
    assert asked(f"/{name}/") == (200, 0)


@pytest.mark.parametrize("name", LOOKS)
def test_what_the_token_tells_of_the_user_makes_no_query(asked, name):
    assert asked(f"/look/{name}/") == (200, 0)


def test_what_belongs_to_the_user_is_saved_by_its_own_query_alone(asked, user):
    assert asked("/look/saved/") == (200, 1)
    assert Session.objects.filter(user=user).count() == 2


@pytest.mark.parametrize("name", TOUCHES)
def test_anything_else_loads_the_user_once(asked, name):
    assert asked(f"/look/{name}/") == (200, 1)


def test_being_of_the_staff_is_asked_of_the_user(asked):
    assert asked("/admin/") == (403, 1)


def test_permissions_of_a_model_are_asked_of_the_user_and_its_groups(asked):
    assert asked("/model/") == (200, 1)
    assert asked("/model/", method="post") == (403, 3)


class TestTheBrowsableAPI:
    def test_answers_json_without_a_query(self, asked):
        assert asked("/authenticated/") == (200, 0)
        assert asked("/authenticated/", Accept="application/json") == (200, 0)

    @pytest.mark.parametrize("name", [*PERMISSIONS, *THROTTLES])
    def test_loads_the_user_once_for_a_page(self, asked, name):
        """Its page shows the user's name, when nothing can be refused any more."""
        assert asked(f"/{name}/", **HTML) == (200, 1)
