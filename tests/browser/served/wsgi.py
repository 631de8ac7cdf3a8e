"""Serves the shop, whose tables need no migrations."""

from django.core.management import call_command
from django.db import connections

from tests.servers.served.wsgi import application

__all__ = ["application"]

call_command("migrate", run_syncdb=True, verbosity=0)
connections.close_all()  # no worker may inherit a connection
