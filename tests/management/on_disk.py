"""Settings of a project in processes of their own: DATABASE in the environment is its database."""

import json
import os

import tests.servers.served.settings  # noqa: F401  # brings a driver for MariaDB
from tests.settings import *  # noqa: F403

DATABASES = {"default": json.loads(os.environ["DATABASE"])}
