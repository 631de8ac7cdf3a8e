"""A site to ask, and a request that leaves no trace."""

import pytest
from django.core.cache import cache
from django.db import transaction

from .model import changed_rows
from .world import world


@pytest.fixture
def site(kit, user, other_user, past_leeway):
    return world(kit, user, other_user, past_leeway)


@pytest.fixture
def ask(rows, site):
    """Send a request as if it were the first: its status, and the sessions that it has changed and
    begun."""

    def send(endpoint, sent):
        cache.clear()
        with transaction.atomic():
            before = rows()
            answer = sent.to(endpoint, site)
            changed = changed_rows(before, rows())
            transaction.set_rollback(True)
        here = {str(row["id"]) for row in before}
        return answer.status_code, changed & here, changed - here

    return send
