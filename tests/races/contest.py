"""Run by test_sqlite.py in a process of its own: many connections to one SQLite file.

Prints what happened as JSON. ``python contest.py FILE ROUNDS CLIENTS``.
"""

import json
import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


def main(file: str, rounds: int, clients: int) -> None:
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = file
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    call_command("migrate", verbosity=0)

    from drf_jwt_kit.models import Session
    from tests.conftest import Kit, claims_of, make_user

    user = make_user("ada")
    report = {"statuses": Counter(), "generations": [], "went_on": 0, "replays": Counter()}
    report["logins"] = []

    def together(work):
        start = Barrier(clients)

        def one(number):
            try:
                start.wait()
                return work(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(one, range(clients)))

    for _ in range(rounds):
        tokens = Kit().sign_in(user)
        answers = together(lambda _, token=tokens.refresh: Kit().refresh(token))
        report["statuses"].update(str(answer.status_code) for answer in answers)
        handed_out = [answer.json()["refresh"] for answer in answers if answer.status_code == 200]
        session = Session.objects.get(pk=claims_of(tokens.refresh)["sid"])
        seen = {claims_of(token)["gen"] for token in handed_out}
        report["generations"].append([sorted(seen), session.generation])
        report["went_on"] += sum(Kit().verify(token).status_code == 200 for token in handed_out)

        # Everybody logs in, and there is room for two.
        with override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 2}):
            together(lambda _: Kit().sign_in(user))
        report["logins"].append(Session.objects.filter(revoked_at=None).count())

        # The stolen token comes back from every client at once, long after.
        Session.objects.filter(pk=session.pk).update(generation=5, revoked_at=None)
        refused = together(lambda _, token=tokens.refresh: Kit().refresh(token))
        report["replays"].update(str(answer.status_code) for answer in refused)
        session.refresh_from_db()
        report["replays"][session.revoked_reason] += 1
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
