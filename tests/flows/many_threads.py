"""Eight threads make one request each after the other, and every lock of the package is counted.

Run as a script, with the path of a view and the settings of a project as JSON: prints which modules
took a lock of theirs for the first request of each client, and which for those of the threads.
"""

import json
import sys
import threading
import time

THREADS, REQUESTS = 8, 10
_lock = threading.Lock
taken = []


class Counted:
    """A lock of the package."""

    def __init__(self, module):
        self._lock, self._module = _lock(), module

    def acquire(self, *args, **kwargs):
        taken.append(self._module)
        return self._lock.acquire(*args, **kwargs)

    def release(self):
        self._lock.release()

    def locked(self):
        return self._lock.locked()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


def made_for_its_module():
    """What ``threading.Lock()`` answers from now on."""
    module = sys._getframe(1).f_globals["__name__"]
    return Counted(module) if module.startswith("drf_jwt_kit") else _lock()


def requests(view, user):
    """A function for each thread, whose session is its own, that makes a request of it."""
    from drf_jwt_kit import sessions
    from tests.conftest import Kit

    def refresh(kit, tokens):
        return kit.refresh(tokens.refresh)

    def ask(kit, tokens):
        return kit.get_with(tokens.access, f"/api/{view}/")

    work = refresh if view == "refresh" else ask
    for _ in range(THREADS):
        kit, tokens = Kit(HTTP_HOST="a.test"), sessions.start(user, None)
        yield lambda kit=kit, tokens=tokens: work(kit, tokens).status_code


def main(view):
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.conftest import make_user

    call_command("migrate", verbosity=0)
    asked = [*requests(view, make_user("ada"))]
    answers = [one() for one in asked]
    at_first = sorted(set(taken))
    taken.clear()

    def work(one):
        answers.extend(one() for _ in range(REQUESTS))
        connection.close()

    threads = [threading.Thread(target=work, args=[one]) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"answers": answers, "first": at_first, "then": sorted(set(taken))}))


if __name__ == "__main__":
    threading.Lock = made_for_its_module
    time.monotonic = lambda: 1000.0  # nothing that was read becomes too old
    main(sys.argv[1])
