"""Which work of ours may a worker of Django's tasks do? Needs Django 6.0, which brings them."""

from __future__ import annotations

from django.core.management import call_command
from django.tasks import task


@task
def flush(keep_days: int = 0, batch_size: int = 1000) -> None:
    """Delete the sessions that are no longer needed, as ``jwtkit flush`` does.

    Raises CommandError if the database fails; another run does the rest.
    """
    words = {"keep_days": keep_days, "batch_size": batch_size, "verbosity": 0}
    call_command("jwtkit", "flush", **words)
