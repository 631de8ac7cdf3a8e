"""What does ``jwtkit migrate`` print, in which order?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drf_jwt_kit.conf import current_problems
from drf_jwt_kit.keys import checks as keys

from . import classes, outstanding, routes
from .classes import Extension
from .meanings import meanings
from .mentions import changes_in
from .places import own_files, settings_file
from .routes import Route

_NOTHING = "Nothing of Simple JWT is left to change."
_THEN = "Then: python manage.py migrate, and python manage.py check --deploy"


def lines() -> Iterator[str]:
    """Every line; one alone if nothing is left to change."""
    found_routes, problems = routes.found_routes()
    found = classes.extensions()
    files = own_files()
    mentioned = [*changes_in(files)]
    of_routes = routes.changes_of(found_routes, mentioned)
    of_classes = classes.changes_of(found, mentioned)
    changes = [*mentioned, *dict.fromkeys(of_routes), *of_classes]
    problems += [*classes.unreadable_defaults(), *_refused_settings()]
    tokens = outstanding.outstanding()
    is_left = bool(changes or problems)
    if not is_left:
        yield _NOTHING
        return
    changes += outstanding.change(tokens, settings_file(files))
    yield "What this project has to change to move from Simple JWT. Nothing has been changed."
    yield from _section("WHAT IS THERE", _there(found_routes, found))
    yield from _section("WHAT CANNOT BE READ, OR IS REFUSED HERE", ([one] for one in problems))
    yield from _section("WHAT TO CHANGE", (one.lines() for one in changes))
    told = meanings(found_routes, found)
    yield from _section("WHAT CHANGES IN MEANING", (one.lines() for one in told))
    facts = outstanding.facts(tokens)
    yield from _section("TOKENS THAT ARE OUT THERE", ([one] for one in facts))
    yield ""
    yield _THEN


def _there(found_routes: list[Route], found: list[Extension]) -> Iterator[list[str]]:
    yield from ([one.line()] for one in found_routes)
    routed = {one.view for one in found_routes}
    yield from ([one.line()] for one in found if one.cls not in routed)


def _section(title: str, entries: Iterable[list[str]]) -> Iterator[str]:
    told = [*entries]
    if told:
        yield ""
        yield title
    for first, *more in told:
        yield f"  {first}"
        yield from (f"  {line}" for line in more)


def _refused_settings() -> Iterator[str]:
    wrong = [*current_problems()]
    yield from wrong
    if not wrong:
        found = (message for message in keys.check() if message.is_serious())
        yield from (f"{message.msg} {message.hint}" for message in found)
