"""A project in the zone that ZONE names, with USE_TZ if the environment says so."""

import os

from tests.properties.with_admin import *  # noqa: F403

USE_TZ = os.environ["WITH_TZ"] == "yes"
TIME_ZONE = os.environ["ZONE"]
DRF_JWT_KIT = {}
