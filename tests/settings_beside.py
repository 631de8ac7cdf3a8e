"""A project in which other packages log users in, read tokens of their own, or guard objects."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "dj_rest_auth",
    "dj_rest_auth.registration",
    "djoser",
    "oauth2_provider",
    "guardian",
    "django_filters",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ROOT_URLCONF = "tests.beside.urls"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["drf_jwt_kit.authentication.JWTAuthentication"]
}
REST_AUTH = {
    "USE_JWT": True,
    "JWT_TOKEN_CLAIMS_SERIALIZER": "drf_jwt_kit.contrib.dj_rest_auth.claims.ClaimsSerializer",
    "JWT_AUTH_HTTPONLY": False,
    "SESSION_LOGIN": False,
    "TOKEN_MODEL": None,
    "LOGOUT_ON_PASSWORD_CHANGE": True,
}
ACCOUNT_EMAIL_VERIFICATION = "none"
DJOSER = {"TOKEN_MODEL": None, "CREATE_SESSION_ON_LOGIN": False}
