"""A project that has all of its neighbours, and sets everything for all its views, at once."""

from tests.settings_beside import *  # noqa: F403
from tests.settings_beside import DATABASES, INSTALLED_APPS
from tests.settings_beside import MIDDLEWARE as OF_ALLAUTH

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "allauth.mfa",
    "allauth.headless",
    "allauth.usersessions",
    "axes",
    "corsheaders",
    "django_otp",
    "drf_spectacular",
]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    *OF_ALLAUTH,
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ROOT_URLCONF = "tests.everything.urls"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "drf_jwt_kit.authentication.JWTCookieAuthentication",
        "oauth2_provider.contrib.rest_framework.OAuth2Authentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "djangorestframework_camel_case.render.CamelCaseJSONRenderer",
        "djangorestframework_camel_case.render.CamelCaseBrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "djangorestframework_camel_case.parser.CamelCaseJSONParser",
        "djangorestframework_camel_case.parser.CamelCaseMultiPartParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly"
    ],
    "DEFAULT_THROTTLE_CLASSES": ["tests.defaults.project.Throttle"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.URLPathVersioning",
    "ALLOWED_VERSIONS": ["v1"],
    "DEFAULT_VERSION": "v1",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 1,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DATETIME_FORMAT": "%A",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
USERSESSIONS_ADAPTER = "drf_jwt_kit.contrib.allauth.UserSessionsAdapter"
HEADLESS_TOKEN_STRATEGY = "drf_jwt_kit.contrib.allauth.TokenStrategy"
ACCOUNT_RATE_LIMITS = False
AXES_FAILURE_LIMIT = 3
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_VERBOSE = False
CORS_ALLOWED_ORIGINS = ["https://pages.example.com"]
USE_I18N = True
DATABASES["default"]["ATOMIC_REQUESTS"] = True
SIMPLE_JWT = {
    "UPDATE_LAST_LOGIN": True,
    "CHECK_REVOKE_TOKEN": True,
    "BLACKLIST_AFTER_ROTATION": True,
}
