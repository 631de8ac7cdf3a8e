"""How is one page of millions of sessions read? With a few short queries.

It can also be filtered by the state of a session, which is not a column of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.models import SessionQuerySet
from drf_jwt_kit.sessions import bound
from drf_jwt_kit.sessions.devices import attach_users

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 10_000
"""Sessions that are counted, and can be paged through."""


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # Django's own is not generic
    """Counts no further than MOST: a count of millions takes seconds, for each page."""

    @cached_property
    def count(self) -> int:
        """How many there are, or MOST."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST].count())


class SessionChangeList(ChangeList):
    """A page of sessions, with their users."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.result_count == MOST:
            says = gettext("The first %(count)d sessions. Search or filter to see others.")
            self.title = says % {"count": MOST}

    def get_results(self, request: HttpRequest) -> None:
        """Read the page, and its users with one query, wherever they are."""
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        attach_users(self.result_list)


class StateFilter(admin.SimpleListFilter):
    """Live or ended, by what the table says.

    Unlike the column, it does not see a user who was deactivated without a signal.
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


class BoundFilter(admin.SimpleListFilter):
    """Bound to a key of its device or not; no filter where none can be."""

    title = _("bound to its device")
    parameter_name = "bound"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        """The choices."""
        return [("yes", _("Yes")), ("no", _("No"))] if bound.is_offered() else []

    def queryset(self, request: Any, queryset: SessionQuerySet) -> SessionQuerySet:  # type: ignore[override]
        """The sessions that are, or are not."""
        asked = {"yes": False, "no": True}.get(self.value() or "")
        return queryset if asked is None else queryset.filter(bound_since__isnull=asked)
