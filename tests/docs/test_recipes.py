"""What the pages tell readers to write, used by several clients at the same moment."""

import json
import subprocess
import sys

import pytest

from tests.child import environment
from tests.leaving_out import need

from .pages import ROOT, blocks_of

TOGETHER = """
import sys
from threading import Barrier, Thread
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from rest_framework.test import APIRequestFactory
call_command("migrate", verbosity=0)
users = get_user_model().objects
ada = users.create_user("ada", "ada@example.com", "old horse battery")
CLIENTS = 6
checked = Barrier(CLIENTS)

def once_all_have_checked(function):
    def checking(*args, **named):
        answer = function(*args, **named)
        checked.wait(30)
        return answer
    return checking

def together(act):
    def run():
        try:
            done.append(act())
        finally:
            connection.close()
    done, threads = [], [Thread(target=run) for _ in range(CLIENTS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(done)
"""

ENTERING = """
from shop import magic
from drf_jwt_kit.models import Session
key = f"{ada.pk}.{magic.link_tokens.make_token(ada)}"
magic.LinkTokens.check_token = once_all_have_checked(magic.LinkTokens.check_token)
def enter():
    request = APIRequestFactory().post("/", {"key": key}, format="json")
    return magic.EnterView.as_view()(request).status_code
print(*together(enter), Session.objects.count())
"""

AGAIN_AT_ONCE = """
from shop import magic
def enter(key):
    request = APIRequestFactory().post("/", {"key": key}, format="json")
    return magic.EnterView.as_view()(request).status_code
def link():
    return f"{ada.pk}.{magic.link_tokens.make_token(users.get(pk=ada.pk))}"
for _ in range(3):  # within one second
    key = link()
    print(enter(key), enter(key))
"""

OF_ANY_LENGTH = """
from shop import magic
def enter(key):
    request = APIRequestFactory().post("/", {"key": key}, format="json")
    return magic.EnterView.as_view()(request).status_code
print(*(enter(key) for key in ("9.x", "9" * 90 + ".x", "9" * 5000 + ".x", "9." + "x" * 5000)))
"""

OF_ANY_BODY = """
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from shop.limits import limits_of_a_login
def days(request):
    lifetime = limits_of_a_login(ada, request).refresh_lifetime
    return lifetime and lifetime.days
def sent(body):
    return Request(APIRequestFactory().post("/", body, format="json"), parsers=[JSONParser()])
bodies = [sent([]), sent("remember"), sent({"remember": True})]
print(*map(days, [None, APIRequestFactory().get("/"), *bodies]))
"""

SENDING_A_CODE = """
from shop import second_factor
from drf_jwt_kit.models import Session
ticket = second_factor.CodeRequired(ada).detail["ticket"]
second_factor.match_token = lambda user, code: code == "right" or None
second_factor.signing.loads = once_all_have_checked(second_factor.signing.loads)
def send():
    body = {"ticket": ticket, "code": "right"}
    request = APIRequestFactory().post("/", body, format="json")
    return second_factor.CodeView.as_view()(request).status_code
print(*together(send), Session.objects.count())
"""

GUESSING_A_CODE = """
from shop import second_factor
second_factor.match_token = lambda user, code: code == "right" or None
def send(ticket, code):
    body = {"ticket": ticket, "code": code}
    request = APIRequestFactory().post("/", body, format="json")
    return second_factor.CodeView.as_view()(request).status_code
def ticket():
    return second_factor.CodeRequired(ada).detail["ticket"]
one = ticket()
print(send(one, "wrong"), send(one, "right"))
print(send(ticket() + "x", "right"), send("", "right"), send(ticket(), "right"))
before = ticket()
ada.set_password("a staple of new horses")
ada.save()
print(send(before, "right"))
second_factor.SECONDS = -1
print(send(ticket(), "right"))
"""

CHANGING = """
from MODULE import VIEW as View
from drf_jwt_kit import sessions
pair = sessions.start(ada)
number = iter(range(CLIENTS))
def set_password(user, raw, real=get_user_model().set_password):
    checked.wait(30)
    real(user, raw)
get_user_model().set_password = set_password
def change():
    body = {"OLD": "old horse battery", "NEW": f"a staple of new horses {next(number)}"}
    headers = {"Authorization": f"Bearer {pair.access}"}
    request = APIRequestFactory().post("/", body, format="json", headers=headers)
    return View.as_view()(request).status_code
print(*together(change))
"""

SYNCHRONIZING = """
import shop.unusable
from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
def live():
    return Session.objects.filter(user=ada, revoked_at=None).count()
ada.set_unusable_password()
ada.save()
sessions.start(ada)
for _ in range(2):
    ada.set_unusable_password()
    ada.save()
print(live(), ada.password == users.get(pk=ada.pk).password)
ada.set_password("a staple of new horses")
ada.save()
print(live())
sessions.start(ada)
ada.set_unusable_password()
ada.save()
print(live())
grace = users.create_user("grace")
print(grace.has_usable_password())
"""

COMING = """
import time
from django.db.models.query import QuerySet
from django.test import override_settings
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.sessions.presented import Origin, Presented
from shop.newcomers import NewcomersAuthentication
real = QuerySet.get_or_create
def once_all_are_refused(self, **named):
    checked.wait(30)
    return real(self, **named)
QuerySet.get_or_create = once_all_are_refused
claims = {"jti": "a1", "user_id": "heidi", "iat": int(time.time())}
token = Presented.of(claims | {"auth_time": 1}, TokenKind.ACCESS, Origin.JWK_URL)
def come():
    return NewcomersAuthentication().user_of_session(token).get_username()
with override_settings(SIMPLE_JWT={"USER_ID_FIELD": "username"}):
    print(*together(come), users.filter(username="heidi").count())
"""

DEACTIVATING = """
import django.db.models.query as query
other = users.create_user("grace", "", "x")
from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
for user in (ada, other):
    sessions.start(user)
real = query.QuerySet.update
def another_logs_in(self, **columns):
    query.QuerySet.update = real
    users.filter(pk=ada.pk).update(last_login="2026-01-01T00:00:00Z")
    users.create_user("heidi", "", "x")
    return self.update(**columns)
query.QuerySet.update = another_logs_in
import shop.staff
for user in users.order_by("username"):
    print(user.username, user.is_active, Session.objects.filter(user=user, revoked_at=None).count())
"""


@pytest.fixture
def folder(tmp_path):
    """With the modules that pages and the example project show."""
    (tmp_path / "shop").mkdir()
    return tmp_path


def write(folder, page, name):
    """The file ``name`` as the page shows it, in its first form."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [one.text for one in blocks_of(text) if one.text.startswith(f"# {name}\n")]
    (folder / name).write_text(found[0])


def run(folder, database, script):
    variables = {
        "DATABASE": json.dumps(database),
        "DJANGO_SETTINGS_MODULE": "tests.management.on_disk",
    }
    answer = subprocess.run(
        [sys.executable, "-c", TOGETHER + script],
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()


class TestAMagicLink:
    PAGE = "docs/how-to/other-logins.md"

    def test_lets_one_in_of_all_who_use_it_at_the_same_moment(self, folder, fresh_database):
        write(folder, self.PAGE, "shop/magic.py")

        said = run(folder, fresh_database, ENTERING)

        assert said == ["200 401 401 401 401 401 1"]

    def test_works_once_however_soon_after_a_login(self, folder, empty_database):
        write(folder, self.PAGE, "shop/magic.py")

        assert run(folder, empty_database("sqlite").settings, AGAIN_AT_ONCE) == ["200 401"] * 3

    def test_refuses_a_key_of_any_length(self, folder, empty_database):
        write(folder, self.PAGE, "shop/magic.py")

        said = run(folder, empty_database("sqlite").settings, OF_ANY_LENGTH)

        assert said == ["401 401 400 400"]


class TestASecondFactor:
    @pytest.fixture(autouse=True)
    def page(self, folder):
        need({"django_otp": "django-otp"})
        write(folder, "docs/how-to/second-factor.md", "shop/second_factor.py")

    def test_lets_one_in_of_all_who_use_a_ticket_at_the_same_moment(self, folder, fresh_database):
        said = run(folder, fresh_database, SENDING_A_CODE)

        assert said == ["200 401 401 401 401 401 1"]

    def test_is_guessed_once_and_in_time(self, folder, empty_database):
        said = run(folder, empty_database("sqlite").settings, GUESSING_A_CODE)

        assert said == ["401 401", "401 400 200", "401", "401"]


class TestAccountsFromElsewhere:
    PAGE = "docs/how-to/accounts-from-elsewhere.md"

    def test_a_password_that_stays_unusable_ends_no_session(self, folder, empty_database):
        write(folder, self.PAGE, "shop/unusable.py")

        said = run(folder, empty_database("sqlite").settings, SYNCHRONIZING)

        assert said == ["1 True", "0", "0", "False"]

    def test_a_user_who_comes_often_at_once_is_made_once(self, folder, fresh_database):
        write(folder, self.PAGE, "shop/newcomers.py")

        said = run(folder, fresh_database, COMING)

        assert said == ["heidi heidi heidi heidi heidi heidi 1"]


def test_limits_of_a_login_take_any_body_and_any_request(folder, empty_database):
    write(folder, "docs/how-to/limit-sessions.md", "shop/limits.py")

    said = run(folder, empty_database("sqlite").settings, OF_ANY_BODY)

    assert said == ["None None None None 60"]


class TestAPasswordOfOnesOwn:
    def test_is_changed_by_one_of_all_who_know_the_old_one(self, folder, fresh_database):
        write(folder, "docs/how-to/change-own-password.md", "shop/password.py")
        words = {"MODULE": "shop.password", "VIEW": "PasswordView", "OLD": "old", "NEW": "new"}

        said = run(folder, fresh_database, filled(CHANGING, words))

        assert said == ["204 400 400 400 400 400"]

    def test_is_changed_by_one_in_the_example_project_too(self, folder, empty_database):
        example = ROOT / "example_project" / "shop"
        for name in ("views", "serializers", "permissions"):
            (folder / "shop" / f"{name}.py").write_text((example / f"{name}.py").read_text())
        (folder / "shop" / "__init__.py").touch()
        words = {
            "MODULE": "shop.views",
            "VIEW": "ChangePasswordView",
            "OLD": "current_password",
            "NEW": "new_password",
        }

        said = run(folder, empty_database("postgresql").settings, filled(CHANGING, words))

        assert said == ["204 400 400 400 400 400"]


def test_users_who_change_while_many_are_deactivated_are_in_or_out(folder, empty_database):
    write(folder, "docs/how-to/authenticate-without-a-query.md", "shop/staff.py")

    said = run(folder, empty_database("sqlite").settings, DEACTIVATING)

    assert said == ["ada True 1", "grace False 0", "heidi True 0"]


def filled(script, words):
    for name, word in words.items():
        script = script.replace(name, word)
    return script


@pytest.fixture(params=["postgresql", "mariadb"])
def fresh_database(request, empty_database):
    return empty_database(request.param).settings
