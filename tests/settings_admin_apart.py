"""The admin where users have UUID keys and no username, and sessions a database of their own."""

from tests.settings_admin import *  # noqa: F403
from tests.settings_admin import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.accounts"]
AUTH_USER_MODEL = "accounts.Member"
DATABASES["sessions"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
DATABASES["replica"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
DATABASE_ROUTERS = ["tests.settings_admin_apart.SessionsApart"]


class SessionsApart:
    """Sessions are written to their own database and read from a replica that lags."""

    def db_for_read(self, model, **hints):
        return "replica" if model._meta.app_label == "drf_jwt_kit" else "default"

    def db_for_write(self, model, **hints):
        return "sessions" if model._meta.app_label == "drf_jwt_kit" else "default"

    def allow_migrate(self, db, app_label, **hints):
        return (db == "default") != (app_label == "drf_jwt_kit")
