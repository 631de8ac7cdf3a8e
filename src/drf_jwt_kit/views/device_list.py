"""What does the owner of sessions see of each?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import ISO_8601, serializers

from drf_jwt_kit.conf.moments import aware
from drf_jwt_kit.conf.plain_text import is_plain
from drf_jwt_kit.sessions import bound, devices


class MomentField(serializers.DateTimeField):
    """A moment with its offset, also without USE_TZ: a local time alone may mean two moments.

    In ISO 8601, whatever DATETIME_FORMAT says: programs read it.
    """

    format = ISO_8601

    def default_timezone(self) -> Any:
        """The zone in which it is shown."""
        return get_current_timezone()

    def to_representation(self, value: Any) -> Any:
        """The moment, with its offset."""
        return super().to_representation(aware(value) if isinstance(value, datetime) else value)


class OwnersMomentField(MomentField):
    """A time of a session that does not tell the holder of an access token when it was refreshed.

    For the session of the request itself ``last_used_at`` is now and ``expires_at`` its absolute
    limit.
    """

    def __init__(self, moment: Callable[..., datetime | None], **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "read_only": True})
        self.moment = moment

    def get_attribute(self, instance: Any) -> datetime | None:
        """The time to show."""
        return self.moment(instance, asks=instance.pk == self.context["current"])


class SessionSerializer(serializers.Serializer[Any]):
    """A session as its owner sees it."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=100, allow_blank=True)
    device = serializers.CharField(source="device_name", read_only=True)
    ip = serializers.IPAddressField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    last_used_at = OwnersMomentField(devices.last_use, allow_null=True)
    expires_at = OwnersMomentField(devices.end)
    current = serializers.SerializerMethodField()
    acted_for = serializers.SerializerMethodField()
    bound = serializers.SerializerMethodField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """As a dict. The user learns that somebody acts, and the log who that is and from where."""
        shown = super().to_representation(instance)
        return {**shown, "device": "", "ip": None} if instance.actor else shown

    def validate_name(self, name: str) -> str:
        """Refuse what could change how the names of other devices look."""
        if not is_plain(name):
            raise serializers.ValidationError(_("Control characters are not allowed."))
        return name

    def get_acted_for(self, session: Any) -> bool:
        """Whether somebody else acts as the user in it."""
        return bool(session.actor)

    def get_bound(self, session: Any) -> bool:
        """Whether it is refreshed only with a proof of its device."""
        return bound.is_required(session)

    def get_current(self, session: Any) -> bool:
        """Whether this is the session of the request."""
        return bool(session.pk == self.context["current"])
