"""How many rows does a login leave on each side? The same on every machine."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from knox.models import AuthToken
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from drf_jwt_kit.models import Session

from .logins import PASSWORD, sides

_REFRESHES = 100
_TABLES = {
    "simplejwt": (BlacklistedToken, OutstandingToken),
    "simplejwt with blacklist": (BlacklistedToken, OutstandingToken),
    "knox": (AuthToken,),
    "kit": (Session,),
}


def rows_of_a_login() -> dict[str, int]:
    """The rows that a login and a hundred refreshes leave, by side; a login alone, if no more.

    Deletes every row of every side.
    """
    username = get_user_model().objects.create_user("counted", password=PASSWORD).username
    rows = {}
    for name, side in sides().items():
        for model in _TABLES[name]:
            model.objects.all().delete()
        if side.refresh:
            refresh = side.refreshing(username)
            for _ in range(_REFRESHES):
                refresh.work(refresh.prepare())
        else:
            side.tokens(username)
        rows[name] = sum(model.objects.count() for model in _TABLES[name])
    return rows
