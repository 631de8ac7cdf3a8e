"""The served project: makes its tables, then answers. Signals are logged, for tests to count."""

from functools import partial

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.core.management import call_command
from django.db import connections

from drf_jwt_kit import signals
from drf_jwt_kit.sessions import events


def _log_signal(name, **facts):
    session = facts.get("session_id") or getattr(facts.get("session"), "pk", None)
    events.log("signal", name=name, session=session)


for _name in ("session_started", "session_refreshed", "refresh_reused", "session_revoked"):
    getattr(signals, _name).connect(partial(_log_signal, _name), weak=False)

call_command("migrate", verbosity=0)
connections.close_all()  # no worker may inherit a connection
