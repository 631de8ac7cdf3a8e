"""A statement that was compiled at one tenant finds the users of each where they are."""

from django.contrib.auth import get_user_model

from drf_jwt_kit import sessions
from drf_jwt_kit.tokens import AccessToken


def test_each_tenant_has_its_own_user_whoever_asked_before(home, away):
    pk, ours = home.login()
    other_pk, theirs = away.login()
    assert pk == other_pk
    with away.inside():
        get_user_model().objects.update(email="ada@away.test")

    found = []
    for at, tokens in [(home, ours), (away, theirs), (home, ours)]:
        with at.inside():
            found.append(sessions.authenticate(AccessToken(tokens.access)).email)

    assert found == ["ada@example.com", "ada@away.test", "ada@example.com"]
