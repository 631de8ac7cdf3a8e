"""By what can the list be narrowed that is no column of the table?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from drf_jwt_kit.models import SessionQuerySet


class StateFilter(admin.SimpleListFilter):
    """Live or ended, by what the table says.

    A user who was deactivated behind Django's back is seen by the column, and not by this.
    """

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        """The choices."""
        return [("live", _("live")), ("ended", _("ended"))]

    def queryset(self, request: Any, queryset: SessionQuerySet) -> SessionQuerySet:  # type: ignore[override]
        """The sessions in that state."""
        narrow = {"live": queryset.live, "ended": queryset.ended}.get(self.value() or "")
        return narrow() if narrow else queryset
