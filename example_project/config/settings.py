"""The settings. As they are they suit development; ``DJANGO_ENV=production`` asks for the rest.

Read the first half to learn what drf_jwt_kit needs. The second half is what any Django
project needs in production; nothing that is secret is written there.
"""

import os
from datetime import timedelta
from pathlib import Path

from config.environment import one_of, required, separated

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = one_of("DJANGO_ENV", "development", "production") == "production"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "drf_jwt_kit",  # the first of the two lines; the second is in urls.py
    "shop",
    # The admin shows who is logged in, and ends it. Without these the API works the same.
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

REST_FRAMEWORK = {
    # The third line. It takes tokens from the Authorization header, and from the cookie that a
    # browser keeps. For an API without browsers, JWTAuthentication takes the header alone.
    "DEFAULT_AUTHENTICATION_CLASSES": ["drf_jwt_kit.authentication.JWTCookieAuthentication"],
    # The API's answers are no HTML pages. Leave this out to keep REST Framework's browsable API.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

# Every key is optional. Without this one, tokens say nothing personal about their user.
DRF_JWT_KIT = {
    "CLAIMS_SERIALIZER": "shop.claims.ShopClaims",
    # For the second service, in stock/: who makes the tokens, and who may take them.
    "ISSUER": "https://shop.example.com",
    "AUDIENCE": ["shop", "stock"],
}

# Keys that rotate by command: name a directory, and see docs/how-to/rotate-keys.md. Unset,
# tokens are signed with a key that is derived from SECRET_KEY, which verifies in either case.
if "JWT_KEYS" in os.environ:
    DRF_JWT_KIT["KEYS"] = [Path(os.environ["JWT_KEYS"]), "SECRET_KEY"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "static/"
DEMO_PASSWORD = ""
ROOT_URLCONF = "config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

# The package logs a line for each login, refresh, refusal and theft, never with a token in it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"drf_jwt_kit": {"handlers": ["console"], "level": "INFO"}},
}

if not PRODUCTION:
    DEBUG = True
    SECRET_KEY = "django-insecure-this-key-is-public-and-only-for-your-own-machine"
    ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    # A file beside manage.py; the tour names one of its own, which it throws away.
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("DEMO_DATABASE") or BASE_DIR / "db.sqlite3",
        }
    }
    # What the page at / offers to fill in, where demo.py has made the users that have it.
    DEMO_PASSWORD = os.environ.get("DEMO_PASSWORD", "")
    # Seconds. The tour sets it to 1, so as not to wait 10 s to show what a late replay does.
    if "DEMO_ROTATION_LEEWAY" in os.environ:
        leeway = timedelta(seconds=float(os.environ["DEMO_ROTATION_LEEWAY"]))
        DRF_JWT_KIT["ROTATION_LEEWAY"] = leeway
    # Seconds. A rotation of keys waits for everybody who verifies; a demonstration need not.
    if "DEMO_KEYS_WAIT" in os.environ:
        wait = timedelta(seconds=float(os.environ["DEMO_KEYS_WAIT"]))
        DRF_JWT_KIT |= {"KEYS_RELOAD_INTERVAL": wait, "KEYS_PUBLISHED_AHEAD": wait}

if PRODUCTION:
    DEBUG = False
    SECRET_KEY = required(
        "SECRET_KEY",
        "Make one, and keep it in your secret manager: python -c "
        '"from django.core.management.utils import get_random_secret_key as k; print(k())"',
    )
    # To rotate SECRET_KEY, put the old one here and the new one there. Tokens that the old
    # key signed stay good, so nobody is logged out. Each refresh signs anew, so drop the old
    # key once the last token of its making has expired: after REFRESH_TOKEN_LIFETIME, a day.
    SECRET_KEY_FALLBACKS = separated(os.environ.get("SECRET_KEY_FALLBACKS", ""))
    ALLOWED_HOSTS = separated(
        required("ALLOWED_HOSTS", "Name the hosts you serve: ALLOWED_HOSTS=api.example.com")
    )
    # Required, for the demonstration's database has users whose password everybody knows.
    DATABASES = {
        "default": {
            "ENGINE": os.environ.get("DATABASE_ENGINE", "django.db.backends.sqlite3"),
            "NAME": required("DATABASE_NAME", "Name it, or give the path of an SQLite file."),
            "USER": os.environ.get("DATABASE_USER", ""),
            "PASSWORD": os.environ.get("DATABASE_PASSWORD", ""),
            "HOST": os.environ.get("DATABASE_HOST", ""),
            "PORT": os.environ.get("DATABASE_PORT", ""),
        }
    }

    # Where failed logins are counted, by all processes: `manage.py createcachetable` makes it.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
        }
    }

    # `manage.py collectstatic` fills it, and a web server gives it out: the page's and the
    # admin's scripts and style sheets.
    STATIC_ROOT = BASE_DIR / "static"

    # Whoever reads a token on its way can use it, so nothing travels without HTTPS.
    SECURE_SSL_REDIRECT = True
    # Browsers remember this for its whole time, and it cannot be taken back sooner: start
    # with SECURE_HSTS_SECONDS=3600 and raise it once every subdomain speaks HTTPS.
    SECURE_HSTS_SECONDS = int(os.environ.get("SECURE_HSTS_SECONDS", "31536000"))
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # Only behind a proxy that sets this header itself: from anybody else it would be a claim
    # to have come by HTTPS.
    if one_of("BEHIND_TLS_PROXY", "no", "yes") == "yes":
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        DRF_JWT_KIT["NUM_PROXIES"] = 1
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
