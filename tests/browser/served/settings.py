"""What the shop starts from. ``shop.py`` adds the database and, over HTTPS, who is trusted."""

from corsheaders.defaults import default_headers

from tests.servers.served.settings import *  # noqa: F403
from tests.servers.served.settings import INSTALLED_APPS

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "corsheaders",
    "django.contrib.staticfiles",
    "tests.browser.served",
]
MIDDLEWARE = [
    "tests.browser.served.middleware.lose_answers",
    "tests.browser.served.middleware.log_requests",
    "tests.browser.served.middleware.fail",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "tests.browser.served.urls"
# Beside what CORS lets through by default: client.js's retry key.
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key"]
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
DRF_JWT_KIT = {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
