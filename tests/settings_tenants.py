"""A project with a schema for each tenant; DATABASE in the environment is its database."""

import json
import os

from tests.settings import *  # noqa: F403

DATABASES = {
    "default": {**json.loads(os.environ["DATABASE"]), "ENGINE": "django_tenants.postgresql_backend"}
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
SHARED_APPS = ["django_tenants", "tests.tenants"]
TENANT_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "drf_jwt_kit",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
TENANT_MODEL, TENANT_DOMAIN_MODEL = "tenants.Tenant", "tenants.Domain"
MIDDLEWARE = ["django_tenants.middleware.main.TenantMainMiddleware"]
ROOT_URLCONF = "tests.places.site"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
