"""Makes an empty database one with sessions: ``python -m tests.management.fill LIVE DEAD``."""

import sys
from datetime import timedelta

import django


def main(live: int, dead: int) -> None:
    django.setup()

    from django.core.management import call_command
    from django.utils import timezone

    from drf_jwt_kit.models import Session
    from drf_jwt_kit.sessions.account import fingerprint
    from tests.conftest import make_user

    call_command("migrate", verbosity=0)
    user, now = make_user("ada"), timezone.now()
    Session.objects.bulk_create(
        Session(
            user_id=user.pk,
            password_fingerprint=fingerprint(user),
            expires_at=now + timedelta(days=1 if number < live else -1),
            refresh_lifetime=timedelta(days=1),
        )
        for number in range(live + dead)
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
