"""The same project where times have no zone, and clocks are put back in autumn."""

from tests.management.on_disk import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "Europe/Berlin"
