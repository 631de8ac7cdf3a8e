"""A project whose users are in two tables, with columns and managers of its own making.

DATABASE in the environment is its database.
"""

from tests.management.on_disk import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.users"]
AUTH_USER_MODEL = "users.Member"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
