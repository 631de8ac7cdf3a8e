"""A project with the admin, in which a user may have ten sessions."""

from tests.management.on_disk import *  # noqa: F403
from tests.settings_admin import INSTALLED_APPS, MIDDLEWARE, ROOT_URLCONF, TEMPLATES  # noqa: F401

DRF_JWT_KIT = {"MAX_SESSIONS_PER_USER": 10}
