"""A project that is watched: numbers for OpenTelemetry, lines in JSON, failures in Sentry."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "drf_jwt_kit.contrib.otel"]
ROOT_URLCONF = "tests.operations.urls"
