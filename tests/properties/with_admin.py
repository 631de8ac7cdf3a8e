"""Settings of a project with the admin, in a process and a database of its own."""

from tests.management.on_disk import DATABASES  # noqa: F401
from tests.settings_admin import *  # noqa: F403
