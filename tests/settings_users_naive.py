"""The same, whose times have no zone."""

from tests.settings_users import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "Europe/Berlin"
