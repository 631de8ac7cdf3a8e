"""Makes an empty database one with sessions: ``python -m tests.management.fill LIVE DEAD NAME``.

Of the dead a third each was ended, was not refreshed in time, and became too old.
"""

import sys
from datetime import timedelta

import django


def main(live: int, dead: int, name: str) -> None:
    django.setup()

    from django.core.management import call_command
    from django.utils import timezone

    from drf_jwt_kit.models import Session
    from drf_jwt_kit.sessions.account import fingerprint
    from tests.conftest import make_user

    call_command("migrate", verbosity=0)
    user, now = make_user("ada"), timezone.now()
    day = timedelta(days=1)
    alive = {"created_at": now, "expires_at": now + day, "refresh_lifetime": day}
    ends = [
        {"revoked_at": now - day},
        {"created_at": now - 3 * day},
        {"created_at": now - 3 * day, "expires_at": now - day, "refresh_lifetime": 9 * day},
    ]
    known = {"name": name, "user_id": user.pk, "password_fingerprint": fingerprint(user)}
    rows = [{}] * live + [ends[number % 3] for number in range(dead)]
    Session.objects.bulk_create(Session(**{**known, **alive, **row}) for row in rows)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
