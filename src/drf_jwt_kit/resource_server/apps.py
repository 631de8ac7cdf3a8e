"""How does ``manage.py check`` learn of a resource server? By this app in INSTALLED_APPS."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class ResourceServerConfig(AppConfig):
    """Registers the checks. It has no models, and the views work without it."""

    name = "drf_jwt_kit.resource_server"
    label = "drf_jwt_kit_resource_server"
    verbose_name = _("JWT resource server")

    def ready(self) -> None:
        """Make Django run the checks."""
        from .checks import check  # not before REST Framework may be imported

        register(check, Tags.security)
