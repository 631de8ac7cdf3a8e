"""A project with async views and sockets."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "channels"]
ROOT_URLCONF = "tests.asynchronous.urls"
ASGI_APPLICATION = "tests.asynchronous.asgi.application"
CSRF_TRUSTED_ORIGINS = ["https://pages.example.com"]
