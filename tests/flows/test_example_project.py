"""What the example project promises besides its page: that it starts, runs and is fit to deploy."""

import json
import re
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from drf_jwt_kit.exceptions import Reason
from tests.child import environment
from tests.keys.test_whole_rotation import EXAMPLE, Worker

from .demonstrations import running

WORDS = (EXAMPLE / "shop" / "static" / "shop" / "words.js").read_text(encoding="utf-8")
CODES = (EXAMPLE.parent / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")
DOCUMENTED = sorted(set(re.findall(r"^\| \d{3} \| `(\w+)`", CODES, re.MULTILINE)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demonstration")
    own = {"DEMO_DATABASE": str(folder / "db.sqlite3"), "JWT_KEYS": str(folder / "keys")}
    with running("demo.py", folder, **own) as demo:
        yield demo


@pytest.fixture
def ask(demo):
    """Ask the shop: ``(status, JSON)``."""
    return Worker(demo.url).ask


@pytest.fixture
def alice(demo):
    return Worker(f"{demo.url}/api").log_in()


@pytest.fixture
def in_production():
    """``in_production("manage.py", …)``: a program of the example project, as a server runs it."""
    own = {
        "DJANGO_ENV": "production",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ALLOWED_HOSTS": "shop.example.com",
        "DATABASE_NAME": ":memory:",
        "SECRET_KEY": "not-the-one-of-development-" + "x" * 50 + "0123456789",
    }

    def run(*words):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=EXAMPLE,
            env=environment(inherit=False, **own),
            capture_output=True,
            text=True,
            check=False,
        )
        return SimpleNamespace(status=done.returncode, said=done.stdout + done.stderr)

    return run


class TestDemo:
    def test_the_address_of_the_page_is_the_first_that_it_says(self, demo):
        first = re.search(r"http://\S+", demo.said())

        assert first[0] == f"{demo.url}/"

    def test_no_browser_is_opened_for_a_log(self, demo):
        assert "DEMO_BROWSER=yes before the command opens your browser there." in demo.said()

    def test_cookie_endpoints_take_requests_without_a_body_from_runserver(self, ask):
        assert ask("/api/auth/csrf/")[0] == 200

    def test_who_am_i_is_what_the_token_says(self, ask, alice):
        status, body = ask("/api/whoami/", access=alice["access"])

        assert (status, body["claims"]["username"]) == (200, "alice")
        assert 0 < body["seconds_left"] <= 900

    def test_who_am_i_is_not_for_strangers(self, ask):
        status, body = ask("/api/whoami/")

        assert (status, body["code"]) == (401, "not_authenticated")

    def test_the_list_of_views_has_moved_from_the_page_to_the_api(self, ask, demo):
        status, body = ask("/api/")

        assert (status, body["whoami"]) == (200, f"{demo.url}/api/whoami/")


class TestPort:
    @pytest.mark.parametrize("script", ["demo.py", "demo_service.py"])
    def test_a_taken_port_is_told_with_one_that_neither_demonstration_uses(self, script):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            told = subprocess.run(
                [sys.executable, script],
                cwd=EXAMPLE,
                env=environment(inherit=False, PORT=port),
                capture_output=True,
                text=True,
                check=False,
            )

        assert told.returncode == 2
        assert f"Port {port} is taken by another program." in told.stderr
        assert int(re.search(r"PORT=(\d+)$", told.stderr.strip())[1]) > 8001


class TestThief:
    def test_keeps_no_more_of_a_token_in_an_answer_than_recognises_it(self, ask, alice):
        body = {"refresh": alice["refresh"]}
        status, answer = ask("/api/demo/theft/", body, alice["access"])

        assert status == 200
        assert alice["refresh"] not in json.dumps(answer)

    def test_who_is_in_first_shows_nobody_his_tokens(self, ask, alice):
        ask("/api/demo/theft/", {"refresh": alice["refresh"]}, alice["access"])
        _, answer = ask("/api/demo/theft/replay/", {}, alice["access"])

        assert answer["status"] == 200
        assert len(answer["body"]["refresh"]) == len("eyJhbGciOi…123456")

    def test_has_nothing_where_nothing_was_copied(self, ask, alice):
        assert ask("/api/demo/theft/replay/", {}, alice["access"])[0] == 404

    def test_is_for_nobody_without_a_session(self, ask):
        assert ask("/api/demo/theft/", {"refresh": "stolen elsewhere"})[0] == 401

    def test_is_not_there_in_production(self, in_production):
        find = "import django; django.setup(); from django.urls import resolve; resolve('{}')"

        assert "Resolver404" in in_production("-c", find.format("/api/demo/theft/")).said
        assert in_production("-c", find.format("/api/whoami/")).status == 0


class TestItsOwnTests:
    def run(self, *words):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=EXAMPLE,
            env=environment(inherit=False, DEMO_DATABASE=":memory:"),
            capture_output=True,
            text=True,
            check=False,
        )
        return SimpleNamespace(status=done.returncode, said=done.stdout + done.stderr)

    def test_djangos_runner_passes_them(self):
        run = self.run("manage.py", "test")

        assert run.status == 0, run.said

    def test_pytest_passes_them_and_attacks_its_addresses(self):
        run = self.run("-m", "pytest", "--jwt-attacks", "-p", "no:cacheprovider")

        assert run.status == 0, run.said
        assert "/api/report/" in run.said
        assert run.said.count("\nskipped ") == 2  # no key is public, and no session is bound


class TestProduction:
    def test_no_check_of_a_deployment_has_anything_to_say(self, in_production):
        checked = in_production("manage.py", "check", "--deploy", "--fail-level", "DEBUG")

        assert checked.said == "System check identified no issues (0 silenced).\n"

    def test_the_page_names_no_password_and_plays_no_theft(self, in_production):
        render = (
            "import django; django.setup(); from django.test import RequestFactory; "
            "from shop.page import PageView; "
            "print(PageView.as_view()(RequestFactory().get('/')).render().text)"
        )
        page = in_production("-c", render)

        assert page.status == 0
        assert 'id="login"' in page.said
        assert "theft" not in page.said
        assert "thief" not in page.said
        assert "alice" not in page.said


class TestWords:
    @pytest.mark.parametrize("code", DOCUMENTED)
    def test_every_documented_code_has_a_sentence(self, code):
        assert f"  {code}: " in WORDS or f'code === "{code}"' in WORDS

    @pytest.mark.parametrize("reason", list(Reason))
    def test_every_reason_has_a_sentence(self, reason):
        assert f"  {reason.value}: " in WORDS
