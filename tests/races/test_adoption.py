"""Sixteen clients exchange one token of Simple JWT's at once, on each database and level."""

from functools import partial

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.tokens import RefreshToken

from tests.conftest import claims_of

from .together import together

CLIENTS = 16


def issued_to(person):
    token = RefreshToken()
    token.payload["user_id"] = str(person.pk)
    return TokenBackend("HS256", settings.SECRET_KEY).encode(token.payload)


def test_clients_that_race_begin_one_session_and_all_go_on(site):
    token = issued_to(site.newcomer())

    answers = together(*[partial(site.kit().refresh, token)] * CLIENTS)

    assert [answer.status_code for answer in answers] == [200] * CLIENTS
    given = [claims_of(answer.json()["refresh"]) for answer in answers]
    assert len({claims["sid"] for claims in given}) == 1
    assert {claims["gen"] for claims in given} == {1}
    assert site.row(given[0]["sid"])["generation"] == 1
