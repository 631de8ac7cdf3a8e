"""What does the admin tell of the last 24 hours? What the table knows, and what it cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.models import RevokedReason
from drf_jwt_kit.sessions import bound
from drf_jwt_kit.sessions.last_day import MOST, LastDay, Number, last_day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_TITLE = _("The last 24 hours")
_THEFTS = _("Thefts found: a refresh token was used by two")
_CUT = _("Only the newest %(count)d logins and ends are counted.")
_NOTES = (
    _(
        "Counted are the rows that are in the table. A session that ended goes when it is flushed: "
        "jwtkit flush --keep-days 1 keeps a day of them."
    ),
    _(
        "A refused request writes nothing, so refusals by verdict are not in the table, nor are "
        "refreshes of sessions that began earlier. They are in the log (event=refused, "
        "event=refreshed), and in the metrics of drf_jwt_kit.contrib.otel."
    ),
)


_UNPROVEN = _(
    "Nor are refreshes of bound sessions without the key of their device, which may be thefts: "
    "event=refresh_unproven in the log, drf_jwt_kit.unproven in the metrics."
)


class Line(NamedTuple):
    """One line of the page."""

    says: StrOrPromise
    day: int
    hour: int | None = None
    reason: str = ""
    """By which the list is filtered that shows them."""


class LastDayPage(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own is not generic
    """A page beside the list, for whoever may see that."""

    def get_urls(self) -> list[Any]:
        """Those of Django's, and the page."""
        page = self.admin_site.admin_view(self.last_day)
        return [path("last-day/", page, name="drf_jwt_kit_session_last_day"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's list, with the way to the page."""
        more = {"last_day_title": _TITLE, **(extra_context or {})}
        return super().changelist_view(request, more)

    def last_day(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        told = last_day()
        context = {
            **self.admin_site.each_context(request),
            "title": _TITLE,
            "opts": self.opts,
            "in_a_day": _("In 24 hours"),
            "in_an_hour": _("In the last hour"),
            "tables": (_begun(told), _ended(told)),
            "notes": [*_notes(told)],
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/drf_jwt_kit/session/last_day.html", context)


def _notes(told: LastDay) -> Iterator[StrOrPromise]:
    if told.is_cut:
        yield _CUT % {"count": MOST}
    yield from _NOTES
    if bound.is_offered():
        yield _UNPROVEN


def _begun(told: LastDay) -> tuple[StrOrPromise, list[Line]]:
    lines = [
        Line(_("Sessions that have begun"), *told.logins),
        Line(_("Those of them that were refreshed"), *told.refreshed),
        Line(_("Rotations of their refresh tokens"), told.refreshes),
    ]
    if bound.is_offered():
        lines.insert(1, Line(_("Those of them that are bound to their device"), *told.bound))
    return _("Logins"), lines


def _ended(told: LastDay) -> tuple[StrOrPromise, list[Line]]:
    """Thefts first, also where there was none; of the others, those that there were."""
    ends = dict(told.ends)
    stolen, own = ends.pop(RevokedReason.REUSED), ends.pop("")
    lines = [Line(_THEFTS, *stolen, reason=RevokedReason.REUSED.value)]
    lines += [
        Line(RevokedReason(reason).label, *number, reason=reason)
        for reason, number in ends.items()
        if number.day
    ]
    if own != Number(0, 0):
        lines.append(Line(_("a reason of this project's own"), *own))
    return _("Ended sessions, by reason"), lines
