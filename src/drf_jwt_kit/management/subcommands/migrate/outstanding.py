"""How many refresh tokens of Simple JWT are out there, and until when must they be taken?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections, router
from django.db.models import Count, Max

from drf_jwt_kit.conf import KitSettings, current_problems, get_settings
from drf_jwt_kit.conf.moments import as_local, aware, now
from drf_jwt_kit.keys.simplejwt import keys_of_simple_jwt_itself

from .changes import Change

_LABEL = "token_blacklist"
_APP = f"rest_framework_simplejwt.{_LABEL}"
_UNCOUNTED = (
    "How many refresh tokens are out there, nobody can count: Simple JWT keeps no record of them"
)
_COUNTED = (
    "That is the lifetime of a refresh token from today on: count from the day of your release."
)
_NAME = "ADOPT_SIMPLEJWT_TOKENS_UNTIL"


class Outstanding(NamedTuple):
    """What is known of the refresh tokens that are out there."""

    said: str
    last: datetime | None = None
    """When the last of them expires, if that is known."""


def outstanding() -> Outstanding:
    """Those in Simple JWT's tables that have not expired, and are not blacklisted."""
    if not apps.is_installed(_APP):
        return Outstanding(f"{_UNCOUNTED} without its blacklist app.")
    model = apps.get_model(_LABEL, "OutstandingToken")
    alias = router.db_for_write(model)
    try:
        if model._meta.db_table not in connections[alias].introspection.table_names():
            return Outstanding(f'{_UNCOUNTED}, for its tables are not in the database "{alias}".')
        live = model._default_manager.using(alias).filter(
            expires_at__gt=as_local(now()), blacklistedtoken=None
        )
        counted = live.aggregate(
            tokens=Count("pk"), users=Count("user", distinct=True), last=Max("expires_at")
        )
    except (Error, ImproperlyConfigured) as error:
        kind = type(error).__name__
        return Outstanding(f'The tokens cannot be counted: the database "{alias}" fails ({kind}).')
    said = f'Live refresh tokens in the database "{alias}": {counted["tokens"]:,}'
    users = "1 user" if counted["users"] == 1 else f"{counted['users']:,} users"
    return Outstanding(f"{said}, of {users}.", counted["last"])


def facts(found: Outstanding) -> Iterator[str]:
    """What will become of these tokens."""
    yield found.said
    until = None if any(current_problems()) else get_settings().ADOPT_SIMPLEJWT_TOKENS_UNTIL
    refusal = _why_none_is_taken()
    if refusal:
        yield f"None of them will be taken: {refusal}"
    elif until is None:
        yield f"None of them is taken while {_NAME} is not set: everybody logs in once."
    elif until <= now():
        yield f"None of them is taken any more: {_NAME} was {until.date()}."
    else:
        yield f"Each is exchanged for a session of ours at its next refresh, until {until.date()}."
        if found.last is not None and aware(found.last) > until:
            yield f"The last one would be good until {aware(found.last).date()}, which is later."


def change(found: Outstanding, place: str) -> Iterator[Change]:
    """The line that has them taken, for the end of the settings in the file ``place``."""
    ours = getattr(django_settings, "DRF_JWT_KIT", None)
    if (isinstance(ours, dict) and ours.get(_NAME) is not None) or _why_none_is_taken():
        return
    day = _until(found)
    until = f"datetime({day.year}, {day.month}, {day.day}, tzinfo=timezone.utc)"
    line = f'DRF_JWT_KIT = {{"{_NAME}": {until}}}'
    if isinstance(ours, dict):
        line = f'DRF_JWT_KIT["{_NAME}"] = {until}'
    imports = "from datetime import datetime, timezone"
    yield Change(f"{place}, at the end", 0, "", (imports, line), _COUNTED)


def _until(found: Outstanding) -> datetime:
    """Midnight (UTC) after the last token that was issued until now has expired."""
    theirs: Any = getattr(django_settings, "SIMPLE_JWT", None)
    lifetime = theirs.get("REFRESH_TOKEN_LIFETIME") if isinstance(theirs, dict) else None
    if not isinstance(lifetime, timedelta):
        lifetime = KitSettings().REFRESH_TOKEN_LIFETIME
    last = now() + lifetime
    if found.last is not None:
        last = max(last, aware(found.last))
    return last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _why_none_is_taken() -> str:
    if any(current_problems()):
        return ""  # told elsewhere
    if get_settings().TOKEN_TYPE_CLAIM is None:
        return 'SIMPLE_JWT["TOKEN_TYPE_CLAIM"] is None, so they do not say which of them refresh.'
    theirs: Any = getattr(django_settings, "SIMPLE_JWT", None) or {}
    if theirs.get("JTI_CLAIM", "") is None:
        return 'SIMPLE_JWT["JTI_CLAIM"] is None, so they have no name by which to tell a copy.'
    try:
        keys = keys_of_simple_jwt_itself()
    except ImproperlyConfigured as error:
        return str(error)
    return "" if keys else 'SIMPLE_JWT["JWK_URL"] is set: they are those of another issuer.'
