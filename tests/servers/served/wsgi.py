"""The served project: makes its tables, then answers. Signals are logged, for tests to count."""

from functools import partial

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.urls import get_resolver

from drf_jwt_kit import signals
from drf_jwt_kit.sessions import events

from .holding import AFTER_WRITE, hold


def _log_signal(name, **facts):
    session = facts.get("session_id") or getattr(facts.get("session"), "pk", None)
    events.log("signal", signal=name, session=session)


def _hold_after_write(*, request=None, **facts):
    hold(request, AFTER_WRITE)


signals.session_refreshed.connect(_hold_after_write)
for _name in ("session_started", "session_refreshed", "refresh_reused", "session_revoked"):
    getattr(signals, _name).connect(partial(_log_signal, _name), weak=False)

get_resolver().url_patterns  # noqa: B018  # imported once, and not by each worker
call_command("migrate", verbosity=0)
get_user_model().objects.get_or_create(username="root", is_superuser=True)
connections.close_all()  # no worker may inherit a connection
