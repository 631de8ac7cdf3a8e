"""How are sessions ended in the admin? After a confirmation, with an entry in its log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy, ngettext

from drf_jwt_kit import sessions
from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.models import Session, SessionQuerySet
from drf_jwt_kit.models.database import write_alias
from drf_jwt_kit.sessions import RevokedReason
from drf_jwt_kit.sessions.devices import attach_users
from drf_jwt_kit.sessions.faults import database_faults_answered
from drf_jwt_kit.sessions.upkeep import device_label, user_label

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 500
"""Sessions at once. Django takes a thousand fields of a form."""

_end = partial(sessions.revoke, reason=RevokedReason.BY_ADMIN)
_SELECTED = gettext_lazy("End the selected sessions")
_ALL_OF_USERS = gettext_lazy("End all sessions of the users of the selected sessions")


class EndSessions(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own is not generic
    """The two actions. They need the permission to change sessions."""

    actions = ("end_selected", "end_all_of_their_users")

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether this user may end sessions: with the permission to change them."""
        return super().has_change_permission(request)

    @admin.action(permissions=["end"], description=_SELECTED)
    def end_selected(self, request: HttpRequest, queryset: SessionQuerySet) -> HttpResponse | None:
        """End each of them."""
        return self._after_a_question(request, queryset, _SELECTED, _end_each)

    @admin.action(permissions=["end"], description=_ALL_OF_USERS)
    def end_all_of_their_users(
        self, request: HttpRequest, queryset: SessionQuerySet
    ) -> HttpResponse | None:
        """End every session of each of their users."""
        return self._after_a_question(request, queryset, _ALL_OF_USERS, _end_all_of_users)

    def _after_a_question(
        self,
        request: HttpRequest,
        queryset: SessionQuerySet,
        question: StrOrPromise,
        end: Callable[[HttpRequest, list[Session]], int],
    ) -> HttpResponse | None:
        selected = list(queryset[: MOST + 1])
        if len(selected) > MOST:
            says = gettext("At most %(count)d sessions can be ended here at once.")
            self.message_user(request, says % {"count": MOST}, messages.ERROR)
            return None
        attach_users(selected)
        if "confirmed" not in request.POST:
            return self._ask(request, selected, question)
        try:
            # In this order, a fault of the commit is answered, too.
            with database_faults_answered(), transaction.atomic(using=write_alias()):
                count = end(request, selected)
        except ServiceUnavailable:
            says = gettext("Nothing was ended: the database does not answer. Try again.")
            self.message_user(request, says, messages.ERROR)
            return None
        says = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", count)
        self.message_user(request, says % {"count": count}, messages.SUCCESS)
        return None

    def _ask(
        self, request: HttpRequest, selected: list[Session], question: StrOrPromise
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Are you sure?"),
            "question": question,
            "opts": self.opts,
            "action": request.POST["action"],
            "sessions": [(session, *_in_words(session)) for session in selected],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/drf_jwt_kit/session/end.html", context)


def _in_words(session: Session) -> tuple[str, str]:
    return plain(user_label(session), "?"), plain(device_label(session), "?")


def _end_each(request: HttpRequest, selected: list[Session]) -> int:
    live = [session for session in selected if _end(session.pk, user=_owner(session))]
    _audit(request, live, gettext("Ended this session."))
    return len(live)


def _end_all_of_users(request: HttpRequest, selected: list[Session]) -> int:
    """Also for users whom the default manager hides, and for deleted users."""
    owners = {_owner(session) for session in selected} - {None}
    users = {session.user for session in selected} - {None}
    count = sum(_end(user=owner) for owner in owners)
    _audit(request, [*selected, *users], gettext("Ended all sessions of this user."))
    return count


def _owner(session: Session) -> Any:
    """The user, as far as an end asks for it: its key, also of one who is hidden."""
    return None if session.user_id is None else get_user_model()(pk=session.user_id)


def _audit(request: HttpRequest, changed: list[Any], says: str) -> None:
    if changed:
        LogEntry.objects.log_actions(request.user.pk, changed, CHANGE, says)  # type: ignore[arg-type]
