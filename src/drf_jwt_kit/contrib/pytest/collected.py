"""How do the attacks become tests of pytest, with a readable line each?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from drf_jwt_kit.testing.attacks import ATTACKS, Broken, Site, attack, people

from .summary import NODE


class Attacks(pytest.Collector):
    """All attacks on the project of this run."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each."""
        site = _site_of(self.config)
        for how in ATTACKS:
            name = how.__name__.replace("_", " ")
            found: Any = Attack.from_parent(self, name=name, callobj=_test_of(site, how))
            found.site = site
            found.add_marker(pytest.mark.django_db(databases="__all__"))
            yield found


class Attack(pytest.Function):
    """One of them."""

    site: Site

    def runtest(self) -> None:
        """Attack, and remember what: another process may tell it."""
        try:
            super().runtest()
        finally:
            self.user_properties.append((NODE, [*vars(self.site).get("found", ())]))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is: in no file of the project's."""
        return self.config.rootpath / NODE, None, self.name

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """What the attack says, without the frames of this package."""
        if isinstance(excinfo.value, Broken):
            return "\n".join(map(str, excinfo.value.args))
        return super().repr_failure(excinfo)


def attacks_on(session: pytest.Session) -> list[pytest.Item]:
    """The attacks as tests."""
    found: Any = Attacks.from_parent(session, name=NODE, nodeid=NODE)
    return [*found.collect()]


def _site_of(config: pytest.Config) -> Site:
    path = config.getini("jwt_attack_user")
    make = partial(resolve_name(path), people.PASSWORD) if path else people.new_user
    return Site(config.getini("jwt_attack_url"), make)


def _test_of(site: Site, how: Callable[[Site], None]) -> Callable[[], None]:
    def test() -> None:
        try:
            attack(site, how)
        except Broken as broken:
            why = " ".join(str(how.__doc__).split())
            raise Broken(f"{broken} {why}") from None

    return test
