"""How does django-axes hear of a good login? It starts its count anew at one, if told to.

With UPDATE_LAST_LOGIN it hears of Django's own signal.
"""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.dispatch import receiver

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import Session
from drf_jwt_kit.signals import session_started


@receiver(session_started, dispatch_uid="drf_jwt_kit.contrib.axes")
def tell_of_login(*, session: Session, user: Any, request: Any, **_: Any) -> None:
    """Tell django-axes, unless a token alone has begun the session."""
    by_token_alone = session.parent is not None
    if request is None or by_token_alone or get_settings().UPDATE_LAST_LOGIN:
        return
    AxesProxyHandler.user_logged_in(sender=type(user), request=request, user=user)
