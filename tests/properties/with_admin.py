"""Settings of a project with the admin, in a process and a database of its own."""

from tests.settings_admin import *  # noqa: F403, I001  # first, since it names a database as well
from tests.management.on_disk import DATABASES  # noqa: F401
