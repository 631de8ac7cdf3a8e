"""Sessions in a project's own transactions, on every database that it may have."""

import pytest

from tests.management.shell import Shell

BEFORE_OUR_MIGRATE = """
from django.core.management import call_command
from django.db import transaction
call_command("migrate", "auth", verbosity=0)
from django.contrib.auth import get_user_model
users = get_user_model().objects
ada, grace = users.create_user("ada", "", "x"), users.create_user("grace", "", "x")
with transaction.atomic():
    ada.set_password("y")
    ada.save()
    grace.delete()
    users.create_user("heidi", "", "x")
call_command("migrate", verbosity=0)
ada.set_password("z")
ada.save()
names = sorted(users.values_list("username", flat=True))
print(*names, users.get(username="ada").check_password("z"))
"""

ENDING_WHAT_ANOTHER_HAS_CHANGED = """
from threading import Thread
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.models import Session
call_command("migrate", verbosity=0)
user = get_user_model().objects.create_user("ada", "", "x")
pair = sessions.start(user)

def refresh():
    sessions.refresh(pair.refresh)
    connection.close()

def end(meanwhile=lambda: None):
    with transaction.atomic():
        Session.objects.get()  # from here on, the transaction shows the row as it is now
        meanwhile()
        return sessions.revoke(user=user)

def another_refreshes():
    thread = Thread(target=refresh)
    thread.start()
    thread.join()

try:
    print("ended", end(another_refreshes))
except ServiceUnavailable:
    print("begun again", end())
print(Session.objects.get().revoked_reason)
"""


def run(settings, script):
    manage = ["-m", "tests.management.manage"]
    return Shell(settings).run([*manage, "shell", "--verbosity", "0", "--command", script])


def test_a_user_can_be_changed_before_our_migrate_and_the_transaction_goes_on(database):
    assert run(database.settings, BEFORE_OUR_MIGRATE).splitlines() == ["ada heidi True"]


@pytest.mark.parametrize("level", ["read committed", "repeatable read"])
def test_an_end_in_a_transaction_counts_although_it_may_have_to_be_begun_again(
    empty_database, level, server_name
):
    said = run(empty_database(server_name).at(level), ENDING_WHAT_ANOTHER_HAS_CHANGED)

    first, second = said.splitlines()
    assert (first.removeprefix("begun again ").removeprefix("ended "), second) == (
        "1",
        "by_project",
    )


def test_an_end_at_repeatable_read_has_to_be_begun_again_on_postgresql(empty_database):
    settings = empty_database("postgresql").at("repeatable read")

    assert run(settings, ENDING_WHAT_ANOTHER_HAS_CHANGED).splitlines()[0] == "begun again 1"


@pytest.fixture(params=["postgresql", "mariadb"])
def server_name(request):
    return request.param
