"""A project with Simple JWT's blacklist, whose tables may be in any of four databases."""

import os

from tests.settings_accounts import *  # noqa: F403


def _file(name):
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(os.environ["PLACE"], name)}


DATABASES = {
    "default": _file("empty.sqlite3"),
    "tokens": _file("tokens.sqlite3"),
    "broken": _file("nowhere/broken.sqlite3"),
    "unnamed": {},
}
DATABASE_ROUTERS = ["tests.management.migrate.counting.Router"]


class Router:
    """Tokens are in one of the databases."""

    alias = "default"

    def db_for_write(self, model, **_hints):
        return self.alias if model._meta.app_label == "token_blacklist" else None
