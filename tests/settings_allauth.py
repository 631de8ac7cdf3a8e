"""A project whose users log in at django-allauth's headless API, and get our tokens there."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS
from tests.settings_beside import MIDDLEWARE, TEMPLATES  # noqa: F401

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.dummy",
    "allauth.headless",
    "allauth.usersessions",
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ROOT_URLCONF = "tests.allauth.urls"
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
ACCOUNT_RATE_LIMITS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
HEADLESS_ONLY = True
HEADLESS_TOKEN_STRATEGY = "drf_jwt_kit.contrib.allauth.TokenStrategy"
REST_AUTH = {"USE_JWT": True, "TOKEN_MODEL": None}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["drf_jwt_kit.authentication.JWTAuthentication"]
}
