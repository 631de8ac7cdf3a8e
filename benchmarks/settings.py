"""The settings of all benchmarks, as ``startproject`` writes them where they are not about tokens.

What a process is told in BENCHMARK_SETTINGS, in JSON, is put over them. A benchmark that runs in
one process adds its databases itself, before Django starts.
"""

import json
import os
from datetime import timedelta
from typing import Any

SECRET_KEY = "the benchmarks' own secret key, long enough to sign tokens with"
ALLOWED_HOSTS = ["*"]
DATABASES: dict[str, Any] = {}
DATABASE_ROUTERS = ["benchmarks.databases.Chosen"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "knox",
    "drf_jwt_kit",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "benchmarks.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
STATIC_URL = "static/"
USE_TZ = True
TIME_ZONE = "UTC"
# A hasher that costs nothing, or it would be all that a login shows. Django's own is measured
# apart.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGGING = {"version": 1, "disable_existing_loggers": True}
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
# Every refresh rotates, as it does in a client that refreshes once a quarter of an hour. What a
# process has logged in at its start must last as long as it runs.
SIMPLE_JWT = {
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
}
DRF_JWT_KIT = {"ROTATION_LEEWAY": timedelta(0)}

_told: dict[str, Any] = json.loads(os.environ.get("BENCHMARK_SETTINGS", "{}"))
SIMPLE_JWT |= _told.pop("SIMPLE_JWT", {})
DRF_JWT_KIT |= _told.pop("DRF_JWT_KIT", {})
globals().update(_told)
