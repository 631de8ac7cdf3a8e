"""A project that keeps sessions in a database of their own, and reads from a replica that lags."""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["sessions"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
DATABASES["replica"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
DATABASE_ROUTERS = ["tests.settings_two_databases.SessionsApart"]


class SessionsApart:
    """Writes of sessions go to their own database; every read is sent to the empty replica."""

    def db_for_read(self, model, **hints):
        return "replica"

    def db_for_write(self, model, **hints):
        return "sessions" if model._meta.app_label == "drf_jwt_kit" else "default"

    def allow_relation(self, obj1, obj2, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "replica" or (db == "sessions") == (app_label == "drf_jwt_kit")
