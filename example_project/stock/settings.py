"""All that a service needs which verifies another one's tokens: no users, and no database."""

import os

# Where the shop is. It is asked for its public keys, now and then, and for nothing else.
SHOP = os.environ.get("SHOP_URL") or "http://127.0.0.1:8000"

DEBUG = True
SECRET_KEY = "django-insecure-which-signs-nothing-here"
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "stock.urls"
USE_TZ = True
TIME_ZONE = "UTC"

# Not the app drf_jwt_kit: that one has a table. This one has checks, and nothing else.
INSTALLED_APPS = ["rest_framework", "drf_jwt_kit.resource_server"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["drf_jwt_kit.resource_server.ResourceServerAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,  # there is no AnonymousUser without django.contrib.auth
}

DRF_JWT_KIT = {
    "RESOURCE_SERVER": {
        "JWKS_URL": f"{SHOP}/.well-known/jwks.json",
        "ISSUER": "https://shop.example.com",  # as the shop's settings have it
        "AUDIENCE": "stock",  # one of the names that the shop writes into its tokens
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"drf_jwt_kit": {"handlers": ["console"], "level": "INFO"}},
}
