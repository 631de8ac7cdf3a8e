"""The same, whose times have no zone: USE_TZ is off, in Berlin, where clocks are put back."""

from .with_admin import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "Europe/Berlin"
