"""What a test asks of the project itself, beside the acts that every served project has."""

from datetime import datetime, timedelta, timezone

import time_machine
from django.conf import settings
from django.core.signals import setting_changed

from drf_jwt_kit.models import Session
from tests.servers.served.acts import ACTS

from .middleware import failing
from .models import Order

_journeys = []


def travel(seconds):
    """Let this process believe that it is ``seconds`` later than it is, until it is told anew."""
    while _journeys:
        _journeys.pop().stop()
    if seconds:
        destination = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        _journeys.append(time_machine.travel(destination, tick=True))
        _journeys[-1].start()
    return {}


def rows(user):
    """The sessions of a user, oldest first."""
    found = Session.objects.filter(user_id=user).order_by("created_at", "pk")
    return {
        "rows": [
            {
                "id": str(session.pk),
                "generation": session.generation,
                "revoked": session.revoked_at is not None,
                "reason": session.revoked_reason,
                "bound": bool(session.bound_key),
            }
            for session in found
        ]
    }


def orders(user):
    """How many orders a user has made."""
    return {"orders": Order.objects.filter(user_id=user).count()}


def fail(path, times):
    """Answer the next requests of ``path`` with 503."""
    failing[:] = [path] * times
    return {}


def configure(**kit):
    """Let this process be configured so, as after a restart."""
    settings.DRF_JWT_KIT = kit
    setting_changed.send(sender=None, setting="DRF_JWT_KIT", value=kit, enter=True)
    return {}


ACTS.update(travel=travel, rows=rows, orders=orders, configure=configure, fail=fail)
