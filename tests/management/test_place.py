"""``manage.py jwtkit place`` shows the identity of the place, and renews it."""

import pytest
from django.core.management import CommandError

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Place
from drf_jwt_kit.sessions import place
from tests.conftest import claims_of

pytestmark = pytest.mark.django_db


def test_it_shows_what_tokens_say(jwtkit, user):
    assert jwtkit("place") == claims_of(sessions.start(user).access)["place"] + "\n"


def test_showing_changes_nothing(jwtkit):
    assert jwtkit("place") == jwtkit("place")


def test_a_renewed_one_is_another(jwtkit):
    before = jwtkit("place").strip()

    said = jwtkit("place", "--renew").strip()

    assert said == f"{jwtkit('place').strip()}, instead of {before}"
    assert not said.startswith(before)


def test_tokens_say_the_renewed_one_at_once(jwtkit, user):
    jwtkit("place", "--renew")

    assert jwtkit("place").strip() == claims_of(sessions.start(user).access)["place"]


def test_it_never_shows_the_random_value(jwtkit):
    assert Place.objects.get().value not in jwtkit("place") + jwtkit("place", "--renew")


def test_a_missing_table_is_an_error_that_says_what_to_do(jwtkit, monkeypatch):
    monkeypatch.setattr(Place._meta, "db_table", "nowhere")

    with pytest.raises(CommandError, match=r"its table is missing \(run manage.py migrate\)"):
        jwtkit("place")
    monkeypatch.undo()
    place.learn()
