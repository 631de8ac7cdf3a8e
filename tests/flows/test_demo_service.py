"""The two demonstrations side by side, each a process of its own, as `make` starts them."""

import pytest

from tests.keys.test_whole_rotation import Worker

from .demonstrations import running


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demonstrations")


@pytest.fixture(scope="module")
def shop(folder):
    own = {"DEMO_DATABASE": str(folder / "db.sqlite3"), "JWT_KEYS": str(folder / "keys")}
    with running("demo.py", folder, **own) as shop:
        yield shop


@pytest.fixture(scope="module")
def service(folder, shop):
    with running("demo_service.py", folder, SHOP_URL=shop.url) as service:
        yield service


@pytest.fixture
def ask(service):
    """Ask the stock: ``(status, JSON)``."""
    return Worker(service.url).ask


@pytest.fixture
def log_in(shop):
    def access_of(username):
        body = {"username": username, "password": "correct-horse-battery"}
        return Worker(shop.url).ask("/api/token/", body)[1]

    return access_of


def test_the_stock_knows_who_logged_in_at_the_shop(ask, log_in):
    answer = ask("/stock/", access=log_in("alice")["access"])

    assert answer == (200, {"in_stock": 3, "asked_by": "alice"})


def test_the_stock_lets_nobody_else_in(ask):
    status, body = ask("/stock/")

    assert (status, body["code"]) == (401, "not_authenticated")


def test_the_stock_takes_no_refresh_token(ask, log_in):
    status, body = ask("/stock/", access=log_in("alice")["refresh"])

    assert (status, body["reason"]) == (401, "wrong_type")


@pytest.mark.parametrize(("username", "status"), [("alice", 200), ("bob", 403)])
def test_the_stock_lets_managers_order(ask, log_in, username, status):
    assert ask("/stock/reorder/", {}, log_in(username)["access"])[0] == status


def test_the_shop_takes_its_tokens_itself(shop, log_in):
    assert Worker(shop.url).ask("/api/secure/", access=log_in("bob")["access"])[0] == 200


def test_the_service_says_what_to_try(shop, service):
    said = service.said()

    assert f"curl -sS {shop.url}/.well-known/jwks.json" in said
    assert f'curl -sS {service.url}/stock/ -H "Authorization: Bearer $ACCESS"' in said


def test_the_stock_goes_on_while_the_shop_is_away(folder):
    own = {"DEMO_DATABASE": str(folder / "other.sqlite3"), "JWT_KEYS": str(folder / "other")}
    with (
        running("demo.py", folder, **own) as shop,
        running("demo_service.py", folder, SHOP_URL=shop.url) as service,
    ):
        access = Worker(f"{shop.url}/api").log_in()["access"]
        before = Worker(service.url).ask("/stock/", access=access)
        shop.process.kill()
        shop.process.wait()

        assert Worker(service.url).ask("/stock/", access=access) == before
        assert before[0] == 200


def test_the_stock_says_503_while_it_has_never_reached_the_shop(folder, log_in):
    access = log_in("alice")["access"]
    with running("demo_service.py", folder, SHOP_URL="http://127.0.0.1:1") as service:
        status, body = Worker(service.url).ask("/stock/", access=access)

    assert (status, body["code"]) == (503, "temporarily_unavailable")
