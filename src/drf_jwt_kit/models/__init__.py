"""Which tables are there? Sessions, the ends of all sessions, and the place of both.

Whoever first touches this package in a project that has not installed it comes here, by whatever
import: URLs, authentication classes, the mixin. Refuses with the line to add.
"""

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

if not apps.is_installed("drf_jwt_kit"):
    raise ImproperlyConfigured(
        "drf_jwt_kit is used, and is not in INSTALLED_APPS. Add this line to your settings: "
        'INSTALLED_APPS += ["rest_framework", "drf_jwt_kit"]'
    )

# Django refuses models of an app that is not installed with a less helpful message.
from .cutoff import Cutoff
from .place import Place
from .session import RevokedReason, Session, SessionQuerySet, new_secret

__all__ = ["Cutoff", "Place", "RevokedReason", "Session", "SessionQuerySet", "new_secret"]
