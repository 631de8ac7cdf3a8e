"""A project that locks accounts with django-axes, and holds every request in a transaction."""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "axes"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
MIDDLEWARE = ["axes.middleware.AxesMiddleware"]
ROOT_URLCONF = "tests.axes.urls"
AXES_FAILURE_LIMIT = 3
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_VERBOSE = False
DATABASES["default"]["ATOMIC_REQUESTS"] = True
