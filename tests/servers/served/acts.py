"""What the project itself does, at a test's word: ``POST /acts/NAME/`` runs NAME in a worker."""

import json

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection, transaction
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from tests.conftest import PASSWORD


@csrf_exempt
def act(request, name):
    """Run the act of that name with the arguments in the body, and answer what it returns."""
    return JsonResponse(ACTS[name](**json.loads(request.body)))


def ready():
    """Nothing; that it answers is what counts."""
    return {}


def make_user(name):
    """A user who can log in."""
    user = get_user_model().objects.create_user(name, f"{name}@example.com", PASSWORD)
    return {"pk": user.pk}


def row(session):
    """What the table holds about a session."""
    found = Session.objects.get(pk=session)
    return {
        "generation": found.generation,
        "revoked": found.revoked_at is not None,
        "reason": found.revoked_reason,
        "user": found.user_id,
    }


def revoke(session):
    """End one session, as the project may."""
    return {"ended": sessions.revoke(session)}


def revoke_user(user):
    """End all sessions of a user."""
    return {"ended": sessions.revoke(user=get_user_model().objects.get(pk=user))}


def change_password(user, password):
    """Give a user another password."""
    found = get_user_model().objects.get(pk=user)
    found.set_password(password)
    found.save()
    return {}


def delete_user(user):
    """Delete a user."""
    get_user_model().objects.get(pk=user).delete()
    return {}


def isolation_level():
    """What statements run at, alone and in a transaction, in the words of the standard."""
    alone = _isolation_level()
    with transaction.atomic():
        return {"alone": alone, "in_transaction": _isolation_level()}


def _isolation_level():
    name = "transaction_isolation" if connection.vendor == "postgresql" else "@@tx_isolation"
    query = f"SHOW {name}" if connection.vendor == "postgresql" else f"SELECT {name}"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0].lower().replace("-", " ")


def count():
    """How often this was asked, over all workers."""
    cache.add("count", 0)
    return {"count": cache.incr("count")}


ACTS = {
    function.__name__: function
    for function in (
        *(ready, make_user, row, revoke, revoke_user, change_password, delete_user),
        *(isolation_level, count),
    )
}
