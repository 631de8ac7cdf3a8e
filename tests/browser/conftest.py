"""A browser for each run, a shop on each scheme, and a new profile for each test."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from tests.leaks import WATCH
from tests.leaving_out import leave_out
from tests.servers.database import Database

from . import pictures
from .chromium import NAMES, VARIABLE, WITHOUT_WINDOWS, Chromium, executable, running
from .profile import Profile
from .shop import SecureShop, Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers.client import Person

    from .tab import Tab


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that asks for the browser in the browser's thread."""
    chromium = pyfuncitem.funcargs.get("chromium")
    if chromium is None:
        return None
    asked = pyfuncitem._fixtureinfo.argnames  # as pytest itself does
    chromium.run(pyfuncitem.obj, **{name: pyfuncitem.funcargs[name] for name in asked})
    return True


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where the browser of this machine is, as a person has it."""
    return _path(*NAMES)


def _path(*names: str) -> str:
    """Of the first that is here; the test is left out where none is."""
    if find_spec("playwright") is None:
        leave_out("Chromium: what drives it is not installed. `make test` installs it.")
    path = executable(*names)
    if path is None:
        leave_out(f"Chromium: none here. `make services` brings it, or set {VARIABLE}=its path.")
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser of this run, without windows where that is installed."""
    yield from running(_path(WITHOUT_WINDOWS, *NAMES))


@pytest.fixture(scope="session")
def binding_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureShop]:
    """The project over HTTPS, which lets browsers bind sessions to their devices."""
    yield from _served(SecureShop, tmp_path_factory, DRF_JWT_KIT={"DEVICE_BOUND": True})


@pytest.fixture(scope="session")
def shop(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The project at http://localhost, http://127.0.0.1 and any other name of this machine."""
    yield from _served(Shop, tmp_path_factory)


@pytest.fixture(scope="session")
def secure_shop(
    chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecureShop]:
    """The project over HTTPS, whose front end is on a sibling host."""
    yield from _served(SecureShop, tmp_path_factory)


@pytest.fixture(scope="session")
def wide_shop(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureShop]:
    """The same, whose cookies are for every host of the site."""
    kit = {"COOKIE_DOMAIN": "shop.localhost"}
    yield from _served(SecureShop, tmp_path_factory, DRF_JWT_KIT=kit)


@pytest.fixture(scope="session")
def memory_shop(
    chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecureShop]:
    """The same, with the refresh token alone in a cookie."""
    kit = {"COOKIE_REFRESH_ONLY": True}
    yield from _served(SecureShop, tmp_path_factory, DRF_JWT_KIT=kit)


def _served(
    kind: type[Any], tmp_path_factory: pytest.TempPathFactory, **settings: Any
) -> Iterator[Any]:
    database = Database.file(tmp_path_factory.mktemp("database"))
    settings = {"DATABASES": {"default": database.settings}, **settings}
    site = kind(tmp_path_factory.mktemp("shop"), workers=1, threads=8, settings=settings)
    yield site
    site.kill()
    WATCH.add_file(site.log)
    leaks = WATCH.leaks()
    assert leaks == [], "\n".join(map(str, leaks))


@pytest.fixture
def new_profile(chromium: Chromium) -> Iterator[Callable[..., Profile]]:
    """``new_profile()``: another person's browser. What their consoles complain of is a failure."""
    made: list[Profile] = []

    def make(**options: Any) -> Profile:
        made.append(Profile(chromium.browser, **options))
        return made[-1]

    yield make
    complaints = [chromium.run(profile.unexpected) for profile in made]
    for profile in made:
        chromium.run(profile.close)
    assert [said for complaint in complaints for said in complaint] == []


@pytest.fixture
def profile(chromium: Chromium, new_profile: Callable[..., Profile]) -> Profile:
    """The browser of the person that the test is about."""
    return chromium.run(new_profile)


@pytest.fixture
def ada(shop: Shop) -> Person:
    """Somebody with an account, whom no other test knows."""
    return shop.newcomer()


@pytest.fixture
def tab(chromium: Chromium, profile: Profile, shop: Shop, ada: Person) -> Tab:
    """Ada, logged in, by cookies."""
    opened: Tab = chromium.run(profile.open, shop.at())
    chromium.run(opened.login, ada)
    return opened


@pytest.fixture
def later(shop: Shop) -> Iterator[Callable[..., None]]:
    """``later(minutes=15)``: the server's clock is that far from the true time until the end."""
    yield lambda **duration: shop.act("travel", seconds=timedelta(**duration).total_seconds())
    shop.act("travel", seconds=0)


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Path]:
    """``picture(page, "signed-in")``: a screenshot, for the documents if SCREENSHOTS=1."""

    def take(page: Any, name: str) -> Path:
        path = pictures.folder(tmp_path) / f"{name}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
        return path

    return take
