"""Settings of the process that uvicorn runs: DATABASE in the environment is its SQLite file."""

import os

from tests.settings_asynchronous import *  # noqa: F403

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}}
