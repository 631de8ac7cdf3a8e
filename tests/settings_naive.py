"""A project whose times have no zone, far from Greenwich."""

from tests.settings import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "Asia/Tokyo"
