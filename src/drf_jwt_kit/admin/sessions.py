"""Which sessions does the admin show, and how? They can be ended, and not edited.

A row is never deleted here: its access tokens are refused because of it until they expire. After
that, ``manage.py jwtkit flush`` deletes it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_value, quote
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import bound
from drf_jwt_kit.sessions.devices import attach_users
from drf_jwt_kit.sessions.rows import end_of_session, stored
from drf_jwt_kit.sessions.upkeep import SECRETS, device_label, state_in_words, user_label

from .actions import EndSessions
from .changelist import BoundFilter, CappedPaginator, SessionChangeList, StateFilter
from .last_day import LastDayPage
from .search import matching

_LONGEST = 60
"""Characters of one text in the list."""
_TEXTS = ("name", "device", "user_agent", "scope", "revoked_reason", "actor", "actor_reason")
_FILTERS = {
    *(StateFilter.parameter_name, BoundFilter.parameter_name),
    *("user", "created_at", "revoked_at", "revoked_reason"),
}
"""The columns that a URL may filter by. A filter by a secret (``?secret__startswith=a``) would
reveal it, character by character."""


@admin.register(Session)
class SessionAdmin(LastDayPage, EndSessions):
    """Sessions to look at, search, and end; for staff who may view or change sessions.

    Made for millions of rows: users are read with one query for a page, rows are counted up
    to a limit, and the list is sorted by nothing but the time of the login.
    """

    list_display = ("state", "ends", "whose", "on", "ip", "created_at", "last_used_at")
    list_filter = (StateFilter, BoundFilter, "revoked_reason", "created_at", "revoked_at")
    search_fields = ("name", "device", "user_agent", "ip")
    search_help_text = _(
        "Search for a full user name, or for the id of a session or user. Any other word is "
        "searched for in IP addresses, devices, device names and the beginnings of user names. "
        "Among millions of sessions this is slow, unless you add a full user name."
    )
    fields = (
        *("id", "state", "owner", "name", "device", "user_agent", "ip", "is_bound"),
        *("scope", "generation"),
        *("auth_time", "created_at", "rotated_at", "last_used_at", "ends"),
        *("actor", "actor_reason"),
        *("expires_at", "refresh_lifetime", "access_lifetime", "revoked_at", "revoked_reason"),
    )
    readonly_fields = fields
    ordering = ("-created_at",)
    sortable_by = ("created_at",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_select_related = False  # users may be in another database

    class Media:
        css = {"all": ["drf_jwt_kit/admin.css"]}

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The columns: which sessions are bound, where any can be."""
        return (*self.list_display, *(("is_bound",) if bound.is_offered() else ()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """The rows as they are where they are written, and not on a replica."""
        return stored().to_judge().defer(*SECRETS)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page itself filters by; Django allows every column of the table."""
        column = lookup.partition("__")[0]
        return column in _FILTERS and super().lookup_allowed(lookup, value, request)

    def get_object(self, *args: Any, **kwargs: Any) -> Session | None:
        """The session of a detail page, with its user, and with nothing that turns text round."""
        session = super().get_object(*args, **kwargs)
        if session is not None:
            attach_users([session])
            for column in _TEXTS:
                setattr(session, column, plain(getattr(session, column), "?"))
        return session

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SessionChangeList]:
        """The list that reads users for a whole page."""
        return SessionChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        """What :func:`search.matching` finds; nothing twice."""
        return matching(queryset, search_term), False

    def has_add_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """Sessions cannot be added, changed or deleted; they can be ended.

        A session begins with a login and its tokens are made from it. If its row were deleted, the
        revocation feed would not know that it has ended.
        """
        return False

    has_change_permission = has_delete_permission = has_add_permission

    @admin.display(description=_("user"))
    def whose(self, session: Session) -> SafeString | str:
        """The user, with a link to all of its sessions, and who acts for it."""
        if session.user_id is None:
            return self.get_empty_value_display()
        name = plain(user_label(session), "?")
        link = format_html('<a href="?user={}">{}</a>', session.user_id, name)
        if not session.actor:
            return link
        actor = Truncator(plain(session.actor, "?")).chars(_LONGEST)
        return format_html("{}<br>{}", link, gettext("acted for by %(actor)s") % {"actor": actor})

    @admin.display(description=_("user"))
    def owner(self, session: Session) -> SafeString | str:
        """The user, with a link to its page if this admin has one."""
        if session.user is None:
            return self.get_empty_value_display()
        options, name = session.user._meta, plain(str(session.user), "?")
        page = f"{self.admin_site.name}:{options.app_label}_{options.model_name}_change"
        try:
            url = reverse(page, args=[quote(session.user.pk)])
        except NoReverseMatch:
            return name
        return format_html('<a href="{}">{}</a>', url, name)

    @admin.display(description=_("device"))
    def on(self, session: Session) -> str:
        """What the device is called."""
        return Truncator(plain(device_label(session), "?")).chars(_LONGEST)

    @admin.display(description=_("bound to its device"), boolean=True)
    def is_bound(self, session: Session) -> bool:
        """Whether it is refreshed only with a proof of its device."""
        return bound.is_required(session)

    @admin.display(description=_("ends"))
    def ends(self, session: Session) -> str:
        """When it ended, or will unless it is refreshed before."""
        moment = session.revoked_at or session.refreshable_until
        return str(display_for_value(moment, self.get_empty_value_display()))

    @admin.display(description=_("state"))
    def state(self, session: Session) -> str:
        """Live, or why not."""
        return plain(state_in_words(session, end_of_session(session, session.user)), "?")
