"""How do the attacks become tests of pytest, with a readable line each?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from django.apps import apps

from drf_jwt_kit.testing.attacks import ATTACKS, Broken, Site, attack, people

_NODE = "jwt-attacks"


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
            self.user_properties.append((_NODE, [*vars(self.site).get("found", ())]))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is: in no file of the project's."""
        return self.config.rootpath / _NODE, None, self.name

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """What the attack says, without the frames of this package."""
        if isinstance(excinfo.value, Broken):
            return "\n".join(map(str, excinfo.value.args))
        return super().repr_failure(excinfo)


def attacks_on(session: pytest.Session) -> list[pytest.Item]:
    """The attacks as tests. Raises UsageError where no project is set up."""
    if not (session.config.pluginmanager.hasplugin("django") and apps.ready):
        raise pytest.UsageError(
            "--jwt-attacks needs pytest-django and the project's settings. Run "
            "pip install pytest-django, and name them: pytest --jwt-attacks --ds=shop.settings"
        )
    found: Any = Attacks.from_parent(session, name=_NODE, nodeid=_NODE)
    return [*found.collect()]


def tell(reporter: pytest.TerminalReporter) -> None:
    """Write a line for each attack of this run: what came of it, and why it does not apply."""
    outcomes = {"passed": "holds", "skipped": "skipped", "failed": "BROKEN", "error": "ERROR"}
    told = [(word, one) for kind, word in outcomes.items() for one in reporter.stats.get(kind, [])]
    attacks = [(word, one) for word, one in told if one.nodeid.startswith(f"{_NODE}::")]
    if attacks:
        reporter.section("attacks on this project")
    for word, report in attacks:
        name = report.nodeid.partition("::")[2]
        reporter.line(f"{word:8} {name}{_why(report)}")
    attacked = sorted({path for _, one in attacks for path in dict(one.user_properties)[_NODE]})
    reporter.line(f"Closed views that were attacked: {', '.join(attacked) or 'none'}")


def _why(report: Any) -> str:
    if report.skipped:
        return f": {report.longrepr[2].removeprefix('Skipped: ')}"
    return "" if report.passed else f": {report.longreprtext.splitlines()[-1]}"


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
