"""A project that sets whatever REST Framework lets it set for all its views."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.sessions"]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]
ROOT_URLCONF = "tests.defaults.urls"
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.BrowsableAPIRenderer",
        "djangorestframework_camel_case.render.CamelCaseJSONRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.MultiPartParser",
        "tests.defaults.project.VendorParser",
    ],
    "DEFAULT_AUTHENTICATION_CLASSES": ["tests.defaults.project.NeverAsked"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly"
    ],
    "DEFAULT_THROTTLE_CLASSES": ["tests.defaults.project.Throttle"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "ALLOWED_VERSIONS": ["no version of ours"],
    "DEFAULT_VERSION": "another",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 1,
    "DEFAULT_FILTER_BACKENDS": ["rest_framework.filters.SearchFilter"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tests.defaults.project.NeverAsked",
    "DEFAULT_METADATA_CLASS": "tests.defaults.project.NeverAsked",
    "UNAUTHENTICATED_USER": "tests.defaults.project.Guest",
    "UNAUTHENTICATED_TOKEN": "builtins.dict",
    "URL_FORMAT_OVERRIDE": "version",
    "FORMAT_SUFFIX_KWARG": "tenant",
    "NON_FIELD_ERRORS_KEY": "code",
    "DATETIME_FORMAT": "%A",
}
