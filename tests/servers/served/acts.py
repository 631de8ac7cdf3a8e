"""What the project itself does, at a test's word: ``POST /acts/NAME/`` runs NAME in a worker."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from io import StringIO
from pathlib import Path

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.http import JsonResponse
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken, ServiceUnavailable
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import grant, upkeep
from tests.conftest import PASSWORD

from .holding import hold_until


@csrf_exempt
@transaction.non_atomic_requests
def act(request, name):
    """Run the act of that name with the arguments in the body, and answer what it returns.

    In a transaction of the project's own where ATOMIC_REQUESTS is on, as Django would, but begun
    in here: isolated transactions may fail on each other's writes, at the commit too, and whoever
    began one begins it again. 503 tells the test to.
    """
    is_atomic = connection.settings_dict["ATOMIC_REQUESTS"]
    try:
        with transaction.atomic(durable=True) if is_atomic else nullcontext():
            return JsonResponse(ACTS[name](**json.loads(request.body)))
    except (OperationalError, ServiceUnavailable):
        return JsonResponse({}, status=503)


def ready():
    """Nothing; that it answers is what counts."""
    return {}


def make_user(name):
    """A user who can log in."""
    user = get_user_model().objects.create_user(name, f"{name}@example.com", PASSWORD)
    return {"pk": user.pk}


def row(session):
    """What the table holds about a session, as a new connection sees it."""
    with ThreadPoolExecutor(1) as apart:  # each thread has a connection of its own
        found = apart.submit(_read_and_close, session).result()
    return {
        "generation": found.generation,
        "revoked": found.revoked_at is not None,
        "reason": found.revoked_reason,
        "user": found.user_id,
    }


def _read_and_close(session):
    try:
        return Session.objects.get(pk=session)
    finally:
        connection.close()


def jti(session, generation):
    """The ``jti`` of a refresh token that was never made: what whoever has table and key can."""
    return {"jti": Session.objects.get(pk=session).jti_of(generation)}


def revoke(session):
    """End one session, as the project may."""
    return {"ended": sessions.revoke(session)}


def end_in_admin(session):
    """End one session as the action of the admin's list does, after its question."""
    user = get_user_model().objects.get(username="root")
    request = RequestFactory().post("/", {"action": "end_selected", "confirmed": "yes"})
    request.user, request._messages = user, CookieStorage(request)
    pages = admin.site.get_model_admin(Session)
    rows = pages.get_queryset(request).filter(pk=session)
    pages.end_selected(request, rows)
    if rows.filter(revoked_at=None).exists():  # it has said so in a message
        raise ServiceUnavailable
    return {}


def show_in_admin(session):
    """The admin's list and its page of one session."""
    request = RequestFactory().get("/")
    request.user = get_user_model().objects.get(username="root")
    pages = admin.site.get_model_admin(Session)
    shown = [pages.changelist_view(request), pages.change_view(request, session)]
    return {"statuses": [page.render().status_code for page in shown]}


def command(words):
    """``manage.py jwtkit`` with ``words``, and what it printed."""
    printed = StringIO()
    call_command("jwtkit", *words, stdout=printed)
    return {"printed": printed.getvalue()}


def check_database():
    """The ids of what ``manage.py check --database default`` says."""
    return {"ids": [message.id for message in run_checks(databases=["default"])]}


def count_alive():
    """How many refresh tokens live, as ``jwtkit keys remove`` asks."""
    alive = upkeep.written_between(None, datetime.now(timezone.utc))
    return {"count": alive.count, "until": str(alive.until)}


def open_cursor():
    """What a project may do and we do not."""
    return {"users": len(list(get_user_model().objects.iterator()))}


def revoke_user(user):
    """End all sessions of a user."""
    return {"ended": sessions.revoke(user=get_user_model().objects.get(pk=user))}


def change_password(user, password):
    """Give a user another password."""
    found = get_user_model().objects.get(pk=user)
    found.set_password(password)
    found.save()
    return {}


def change_in_a_transaction(user, how, file):
    """Change or delete a user, or end its sessions, in a transaction that commits when the file is
    there."""
    changes = {"password": change_password, "deletion": delete_user, "revocation": revoke_user}
    with transaction.atomic():
        answer = changes[how]
        answer(user, *(["another one"] if how == "password" else []))
        hold_until(Path(file))
    return {}


def begin_a_chain(session, length):
    """Store so many sessions, each as if it was begun with a token of the one before."""
    first, chain = Session.objects.get(pk=session), []
    for _ in range(length):
        chain.append(grant.new_session(first.user))
        chain[-1].parent, session = session, chain[-1].pk
    Session.objects.bulk_create(chain, batch_size=200)
    return {}


def count_sessions(user, live=False):
    """How many sessions of a user are stored, or live, as a new connection sees it."""
    with ThreadPoolExecutor(1) as apart:
        return {"count": apart.submit(_count_and_close, user, live).result()}


def _count_and_close(user, live):
    try:
        found = Session.objects.filter(user_id=user)
        return (found.filter(revoked_at=None) if live else found).count()
    finally:
        connection.close()


def delete_user(user):
    """Delete a user."""
    get_user_model().objects.get(pk=user).delete()
    return {}


def time_passes(session, seconds):
    """Move what a session remembers into the past."""
    found = Session.objects.get(pk=session)
    found.rotated_at -= timedelta(seconds=seconds)
    found.save(update_fields=["rotated_at"])
    return {}


def refresh_in_a_transaction(token, commits):
    """Refresh inside a transaction of the project's own, which then commits or not."""
    with transaction.atomic():
        refused = _is_refused(token)
        transaction.set_rollback(not commits)
    return {"refused": refused}


def refresh_in_an_older_view(token, session, file):
    """Refresh in a transaction that has read the session before others changed it."""
    with transaction.atomic():
        Session.objects.get(pk=session)
        hold_until(Path(file))
        return {"refused": _is_refused(token)}


def refresh_of_a_later_login(file):
    """Refresh, in a transaction that has read the table before, the token that ``file`` gets."""
    with transaction.atomic():
        Session.objects.count()
        hold_until(Path(file))
        return {"refused": _is_refused(Path(file).read_text())}


def _is_refused(token):
    try:
        sessions.refresh(token)
    except InvalidToken:
        return True
    return False


def isolation_level():
    """What statements run at, alone and in a transaction, in the words of the standard."""
    alone = _isolation_level()
    with transaction.atomic():
        return {"alone": alone, "in_transaction": _isolation_level()}


def _isolation_level():
    if connection.vendor == "sqlite":
        return "serializable"  # it knows no other
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
        *(ready, make_user, row, jti, revoke, revoke_user, show_in_admin, end_in_admin),
        *(change_password, delete_user, time_passes, refresh_in_a_transaction),
        *(refresh_in_an_older_view, refresh_of_a_later_login, isolation_level, count, command),
        *(check_database, count_alive, open_cursor, change_in_a_transaction, count_sessions),
        *(begin_a_chain,),
    )
}
