"""A project with its own user model (UUID key, e-mail login, a manager that hides users), its own
claim for the user, Simple JWT's blacklist app left on, and every request in a transaction."""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "rest_framework_simplejwt.token_blacklist",
    "tests.accounts",
]
AUTH_USER_MODEL = "accounts.Member"
SIMPLE_JWT = {"USER_ID_FIELD": "email", "USER_ID_CLAIM": "sub"}
DATABASES["default"]["ATOMIC_REQUESTS"] = True
