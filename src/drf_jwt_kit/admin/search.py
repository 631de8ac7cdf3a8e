"""Which sessions match the words of a search? An index finds them, where possible."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import router
from django.db.models import Q, QuerySet, UUIDField
from django.utils.text import smart_split, unescape_string_literal

from drf_jwt_kit.models import Session

_MOST_USERS = 100
_PART_OF_AN_ADDRESS = re.compile(r"[0-9a-fA-F]*[.:][0-9a-fA-F.:]*")


def matching(rows: QuerySet[Session], text: str) -> QuerySet[Session]:
    """The rows that every word of ``text`` fits; words may be quoted."""
    for word in smart_split(text):
        quoted = word[0] in "\"'" and word[0] == word[-1] and len(word) > 1
        rows = rows.filter(_meaning(unescape_string_literal(word) if quoted else word))
    return rows


def _meaning(word: str) -> Q:
    return _as_id(word) or _as_address(word) or _as_user(word) or _as_text(word)


def _as_id(word: str) -> Q | None:
    try:
        key = UUID(word)
    except ValueError:
        return None
    names_users = isinstance(get_user_model()._meta.pk, UUIDField)
    return Q(pk=key) | Q(user_id=key) if names_users else Q(pk=key)


def _as_address(word: str) -> Q | None:
    try:
        return Q(ip=str(ipaddress.ip_address(word)))
    except ValueError:
        return None


def _as_user(word: str) -> Q | None:
    keys = _users(**{get_user_model().USERNAME_FIELD: word})
    return Q(user_id__in=keys) if keys else None


def _as_text(word: str) -> Q:
    """Everything else reads the whole table, unless another word has narrowed it."""
    found = Q(name__icontains=word) | Q(device__icontains=word) | Q(user_agent__icontains=word)
    if _PART_OF_AN_ADDRESS.fullmatch(word):
        found |= Q(ip__startswith=word)
    keys = _users(**{f"{get_user_model().USERNAME_FIELD}__startswith": word})
    return found | Q(user_id__in=keys) if keys else found


def _users(**named: str) -> list[Any]:
    """Primary keys; also of users whom the default manager hides, whose sessions are here too."""
    users = get_user_model()
    rows = users._base_manager.using(router.db_for_write(users)).filter(**named)
    return list(rows.values_list("pk", flat=True)[:_MOST_USERS])
