"""Which steps does the app take at start-up? Refuses versions that cannot run together."""

from typing import Any

import django
import rest_framework
from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class JWTKitConfig(AppConfig):
    """``"drf_jwt_kit"`` in INSTALLED_APPS."""

    name = "drf_jwt_kit"
    verbose_name = _("JWT authentication")
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """Refuse incompatible versions before any app is ready: the admin imports this package."""
        require_compatible(django.VERSION, rest_framework.VERSION)
        super().import_models()

    def ready(self) -> None:
        """Register the checks and connect to the user model's signals."""
        # These import REST Framework's views and our models, which must not happen before.
        from . import checks  # noqa: F401  # they register themselves
        from .sessions import migrated, receivers

        receivers.connect()
        post_migrate.connect(migrated.look_again, sender=self)
        if apps.is_installed("drf_spectacular"):
            from .contrib import spectacular  # noqa: F401  # it registers itself
        if apps.is_installed("axes"):
            from .contrib import axes  # noqa: F401  # the same


def require_compatible(django_version: tuple[Any, ...], drf_version: str) -> None:
    """Raise ImproperlyConfigured for versions whose import fails, although pip installs them."""
    drf = tuple(int(part) for part in drf_version.split(".")[:2])
    if django_version[:2] >= (6, 1) and drf < (3, 18):
        raise ImproperlyConfigured(
            f"Django {django_version[0]}.{django_version[1]} cannot import REST Framework "
            f'{drf_version}. Upgrade it: pip install "djangorestframework>=3.18"'
        )
