"""Settings in several files, keys from the environment, views and serializers extended."""

import jwt
import pytest

from tests.conftest import claims_of

from .site import PASSWORD, Site, moved

KEYS = {"SHOP_SECRET_KEY": "shop secret " * 4, "JWT_SIGNING_KEY": "signing key " * 4}
USERS = """
from django.contrib.auth.models import User
for name in ("ada", "grace", "joan", "mary"):
    User.objects.create_user(name, password=%r, first_name=name.title(), last_name="L.")
"""


def log_in(browser):
    def of(name):
        return browser.post("/api/v1/login/", {"username": name, "password": PASSWORD})

    return {name: of(name) for name in ("ada", "grace", "joan", "mary")}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site("split", "config.settings.dev", tmp_path_factory.mktemp("split"), **KEYS)
    with moved(site, log_in, script=USERS % PASSWORD) as site:
        yield site


def refreshed(browser, answer):
    return browser.post("/api/v1/login/refresh/", {"refresh": answer.body["refresh"]})


def test_users_had_logged_in_by_simple_jwt(site):
    assert {answer.status for answer in site.logins.values()} == {200}
    assert "kid" not in jwt.get_unverified_header(site.logins["ada"].body["refresh"])


def test_an_access_token_from_before_opens_the_view_with_its_claims(site, browser):
    answer = browser.get("/api/v1/me/", site.logins["ada"].body["access"])

    assert answer.body["username"] == "ada"
    assert answer.body["claims"]["name"] == "Ada L."


def test_a_refresh_token_from_before_is_exchanged_and_rotates(site, browser):
    first = refreshed(browser, site.logins["ada"])
    site.let_time_pass()
    second = refreshed(browser, first)

    assert (first.status, second.status) == (200, 200)
    assert claims_of(second.body["refresh"])["gen"] == 2


def test_the_projects_own_refresh_serializer_answers_as_before(site, browser):
    assert refreshed(browser, site.logins["grace"]).body["kind"] == "refreshed"


def test_own_claims_survive_the_exchange(site, browser):
    access = refreshed(browser, site.logins["joan"]).body["access"]

    claims = browser.get("/api/v1/me/", access).body["claims"]
    assert claims == {"name": "Joan L.", "is_staff": False, "sub": claims_of(access)["sub"]}
    assert claims["sub"] == claims_of(site.logins["joan"].body["access"])["sub"]


def test_a_new_login_answers_what_the_old_one_did(site, browser):
    before = site.logins["mary"].body
    after = browser.post("/api/v1/login/", {"username": "mary", "password": PASSWORD}).body

    assert after["user"] == before["user"]
    assert after.keys() == before.keys()


def test_the_key_of_the_environment_signs_on(site, browser):
    access = refreshed(browser, site.logins["mary"]).body["access"]

    assert jwt.decode(access, KEYS["JWT_SIGNING_KEY"], ["HS256"])["name"] == "Mary L."


def test_a_verified_token_is_so_still(site, browser):
    answer = browser.post("/api/v1/login/verify/", {"token": site.logins["mary"].body["access"]})

    assert answer.status == 200


def test_settings_of_production_are_changed_that_nobody_has_loaded(site):
    production = (site.folder / "config/settings/prod.py").read_text()

    assert '"drf_jwt_kit.authentication.JWTAuthentication"' in production


def test_no_key_is_printed(site):
    assert not [key for key in KEYS.values() if key.strip() in site.before]


def test_nothing_is_left_then_and_check_is_content(site):
    script = """
from django.core.management import call_command
call_command("jwtkit", "migrate", "--from", "simplejwt")
call_command("check")
"""
    nothing, checked = site.manage("shell", "-v0", "-c", script).splitlines()

    assert nothing == "Nothing of Simple JWT is left to change."
    assert "no issues" in checked
