"""A chain of logins, each begun with a token of the one before, on every database."""

from __future__ import annotations

from tests.conftest import claims_of

DEEP = 1_001
"""One more than MariaDB and MySQL follow in one recursive query."""


def test_a_theft_ends_all_of_it(site):
    user = site.newcomer()
    first = site.kit().sign_in(user)
    session = claims_of(first.refresh)["sid"]
    site.act("begin_a_chain", session=session, length=DEEP)
    site.kit().rotate(first.refresh)
    site.act("time_passes", session=session, seconds=3600)

    assert site.kit().refresh(first.refresh).status_code == 401
    assert site.act("count_sessions", user=user.pk, live=True)["count"] == 0
