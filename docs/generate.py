"""Writes the tables of docs/reference, and of the page on standards, from the code. Run it after
changing what they list:

    python docs/generate.py

A table stands between ``<!-- table: NAME -->`` and ``<!-- end of table -->``; the text around it is
written by hand. A test runs this and fails where a table is out of date.
"""
# ruff: noqa: PLC0415  # Django is configured, in main, before the package may be imported

from __future__ import annotations

import ast
import inspect
import re
import sys
from dataclasses import MISSING, fields
from datetime import timedelta
from itertools import filterfalse, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drf_jwt_kit.management.check_texts import calls, texts_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from dataclasses import Field

_EXAMPLE = re.compile(r" such as '[^']*'")
_DOCS = Path(__file__).resolve().parent
PAGES = [*sorted((_DOCS / "reference").glob("*.md")), _DOCS / "explanation" / "standards.md"]
"""Those that have tables."""
_LONG = 80
"""A hint with more characters than that stands once."""
_TABLE = re.compile(r"(<!-- table: (\S+) -->\n)[\s\S]*?(<!-- end of table -->)")


def filled(text: str) -> str:
    """``text`` with every table as it should be now."""
    return _TABLE.sub(lambda found: found[1] + "\n" + TABLES[found[2]]() + "\n" + found[3], text)


def shared_settings() -> str:
    """Settings that may stand in either dict."""
    return _settings_from("DRF_JWT_KIT", "SIMPLE_JWT")


def kit_settings() -> str:
    """Settings that only DRF_JWT_KIT has, those of the cookies apart."""
    return _settings_table(filterfalse(_is_of_cookies, _from("DRF_JWT_KIT")))


def cookie_settings() -> str:
    """Those of the cookies."""
    return _settings_table(filter(_is_of_cookies, _from("DRF_JWT_KIT")))


def key_settings() -> str:
    """Settings that are read from SIMPLE_JWT alone."""
    return _settings_from("SIMPLE_JWT")


def resource_server_settings() -> str:
    """The keys of RESOURCE_SERVER."""
    from drf_jwt_kit.resource_server.settings import ResourceServerSettings

    return _settings_table(fields(ResourceServerSettings), ResourceServerSettings)


def _settings_from(*sources: str) -> str:
    return _settings_table(_from(*sources))


def _from(*sources: str) -> list[Field[Any]]:
    from drf_jwt_kit.conf import KitSettings

    return [field for field in fields(KitSettings) if field.metadata["sources"] == sources]


def _is_of_cookies(field: Field[Any]) -> bool:
    return field.name.startswith("COOKIE_") or field.name == "DEVICE_BOUND"


def _settings_table(chosen: Iterable[Field[Any]], cls: type | None = None) -> str:
    from drf_jwt_kit.conf import KitSettings

    says = _docstrings_below_fields(cls or KitSettings)
    return _table(
        ("setting", "takes", "default", "what it does"),
        (
            (
                _code(field.name),
                _EXAMPLE.sub("", field.metadata["accepts"]),
                "(needed)" if field.default is MISSING else _value(field.default),
                says[field.name],
            )
            for field in chosen
        ),
    )


def urls() -> str:
    """Every address, with its methods."""
    from drf_jwt_kit.urls import urlpatterns, wellknown

    return _urls([*(("api/token/", one) for one in urlpatterns), ("", *wellknown.urlpatterns)])


def cookie_urls() -> str:
    """The same for browsers."""
    from drf_jwt_kit.urls import cookie

    return _urls(("api/auth/", one) for one in cookie.urlpatterns)


def _urls(placed: Iterable[tuple[str, Any]]) -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for prefix, pattern in placed:
            view = pattern.callback.view_class
            methods = [name for name in ("get", "post", "patch", "delete") if hasattr(view, name)]
            for name in methods:
                says = _summary(view)
                if len(methods) > 1:
                    says = f"{says} {_summary(getattr(view, name))}"
                needs = _needs(view, name)
                address = f"{prefix}{pattern.pattern}".replace("<session_id>", "<id>")
                yield _code(pattern.name), _code(address), name.upper(), needs, says

    return _table(("name", "address", "method", "needs", "what it does"), rows())


def _needs(view: Any, method: str) -> str:
    from drf_jwt_kit.views import BindView, BoundRefreshView, CookieObtainView, CSRFView
    from drf_jwt_kit.views.cookies import CookieEndpointMixin

    if not hasattr(view, "authentication_classes") or view is CSRFView:
        return "nothing"
    if issubclass(view, CookieEndpointMixin):
        if view is CookieObtainView:
            return "the body, and the CSRF token"
        if issubclass(view, (BindView, BoundRefreshView)) and method == "post":
            return "a cookie, and the proof of its browser"
        return "a cookie" if method == "get" else "a cookie, and the CSRF token"
    return "an access token" if view.authentication_classes else "the body"


def codes() -> str:
    """Every code of ours, with its status and challenge."""
    from rest_framework.exceptions import APIException

    from drf_jwt_kit import exceptions

    arguments = {
        exceptions.LoginTooOld: (timedelta(minutes=5),),
        exceptions.LoginTooWeak: (None, ["mfa"]),
        exceptions.InsufficientScope: (["orders:read"],),
        exceptions.CSRFFailed: ("…",),
        exceptions.DataNotKept: ("…",),
    }

    def rows() -> Iterator[tuple[str, ...]]:
        for cls in vars(exceptions).values():
            if isinstance(cls, type) and issubclass(cls, APIException):
                error = cls(*arguments.get(cls, ()))
                challenge = ", ".join(
                    f'{k}="{v}"' for k, v in getattr(error, "challenge", {}).items()
                )
                detail = error.detail["detail"] if isinstance(error.detail, dict) else error.detail
                yield (
                    str(cls.status_code),
                    _code(cls.default_code),
                    "see below" if cls is exceptions.InvalidToken else str(detail),
                    _code(challenge) if challenge else "",
                    _code(cls.__name__),
                )

    return _table(("status", "`code`", "`detail`", "in the challenge", "exception"), rows())


def revoked_reasons() -> str:
    """Why a session was ended, as signals and logs are told."""
    from drf_jwt_kit.models import RevokedReason

    return _table(
        ("reason", "the session"), ((_code(r.value), str(r.label)) for r in RevokedReason)
    )


def signals() -> str:
    """The signals and their arguments, from the module that defines them."""
    from drf_jwt_kit import signals as module

    listed = module.__doc__.partition("only:\n\n")[2].partition("\n\n")[0]
    joined = re.sub(r"\n\s+", " ", listed).replace("``", "`")
    return _table(
        ("signal", "keyword arguments"),
        (re.split(r"\s+", s, maxsplit=1) for s in joined.split("\n")),
    )


def events() -> str:
    """The log lines: event, level and keys, from every call that writes one."""
    from drf_jwt_kit import sessions

    def rows() -> Iterator[tuple[str, ...]]:
        for path in sorted(Path(sessions.__file__).parent.glob("*.py")):
            for function in _functions(path):
                for call in (*calls(function, "log"), *calls(function, "_log_after_commit")):
                    if not isinstance(call.args[0], ast.Constant):
                        continue  # the logger's own
                    given = {word.arg: word.value for word in call.keywords if word.arg}
                    spread = [word.value.id for word in call.keywords if word.arg is None]
                    keys = [name for name in given if name != "level"]
                    keys += [key for name in spread for key in _keys_of(function, name)]
                    level = ast.unparse(given["level"]) if "level" in given else "logging.INFO"
                    level = "INFO, or ERROR" if level == "level" else level.removeprefix("logging.")
                    yield _code(call.args[0].value), level, ", ".join(map(_code, keys))

    return _table(("event", "level", "keys"), sorted(rows()))


def checks() -> str:
    """Every message of the system checks, from its source, and each long hint once."""
    lines, first = [], dict[str, str]()
    for number, entries in sorted(texts_by_id().items()):
        lines += [f"## {number}", ""]
        for says, hint in entries:
            told = "(A sentence that says what is wrong, and where.)" if says == "…" else says
            cure = "(The nearest name, or all of them.)" if hint == "…" else hint
            if len(cure) > _LONG and first.setdefault(cure, number) != number:
                cure = f"that of [{first[cure]}](#{first[cure].lower()})."
            lines += [told, "", f"Hint: {cure}", ""]
    return "\n".join(lines)


def standards() -> str:
    """Every requirement, what is done about it, and which test shows that."""
    from drf_jwt_kit.management.standards import STANDARDS

    head = ("section", "asks", "what we do", "shown by", "left to you")
    return "\n".join(
        f"## {one.name}\n\n{one.title}. {one.note}\n\n"
        + _table(
            head,
            (
                (row.number, row.asks, row.does, ", ".join(map(_code, row.tests)), row.left)
                for row in one.requirements
            ),
        )
        for one in STANDARDS
    )


def levels() -> str:
    """How long a session may last at each level of NIST, as settings."""
    from drf_jwt_kit.management.standards.nist import LEVELS, in_units, in_words

    def written(length: timedelta) -> str:
        unit, count = in_units(length)
        return f"timedelta({unit}={count})"

    def rows() -> Iterator[tuple[str, ...]]:
        for level in LEVELS:
            idle = level.inactive or level.overall
            settings = f'"SESSION_MAX_AGE": {written(level.overall)}'
            settings += f', "REFRESH_TOKEN_LIFETIME": {written(idle)}'
            inactive = "no limit" if level.inactive is None else in_words(level.inactive)
            yield level.name, level.section, in_words(level.overall), inactive, _code(settings)

    head = (
        "level",
        "section",
        "log in again after",
        "or inactive for",
        "in `DRF_JWT_KIT`, at most",
    )
    return _table(head, rows())


def cures_of_codes() -> str:
    """What to do about each code."""
    from drf_jwt_kit.management.cures import OF_CODES

    return "".join(f"- {_code(code)}: {cure}\n" for code, cure in OF_CODES.items())


def codes_of_rest_framework() -> str:
    """The codes of REST Framework's that our endpoints answer."""
    from drf_jwt_kit.management.cures import OF_REST_FRAMEWORK

    rows = (
        (str(status), _code(code), when) for code, (status, when, _) in OF_REST_FRAMEWORK.items()
    )
    return _table(("status", "`code`", "when"), rows)


def cures_of_rest_framework() -> str:
    """What to do about each of them."""
    from drf_jwt_kit.management.cures import OF_REST_FRAMEWORK

    return "".join(f"- {_code(code)}: {one.cure}\n" for code, one in OF_REST_FRAMEWORK.items())


def reasons() -> str:
    """Why a token was refused, as clients are told, and what to do about it."""
    from drf_jwt_kit.management.cures import OF_REASONS

    def lines() -> Iterator[str]:
        for reason, cure in OF_REASONS.items():
            says = str(reason.detail).rstrip(".")
            yield f"- {_code(reason.value)}: *{says}.* {cure[0].upper()}{cure[1:]}\n"

    return "".join(lines())


TABLES = {
    "shared-settings": shared_settings,
    "kit-settings": kit_settings,
    "cookie-settings": cookie_settings,
    "key-settings": key_settings,
    "resource-server-settings": resource_server_settings,
    "urls": urls,
    "cookie-urls": cookie_urls,
    "codes": codes,
    "reasons": reasons,
    "revoked-reasons": revoked_reasons,
    "signals": signals,
    "events": events,
    "checks": checks,
    "standards": standards,
    "levels": levels,
    "cures-of-codes": cures_of_codes,
    "codes-of-rest-framework": codes_of_rest_framework,
    "cures-of-rest-framework": cures_of_rest_framework,
}


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    first, *rest = (_line(cells) for cells in (list(head), *rows))
    return "".join([first, "|---" * (first.count(" | ") + 1) + "|\n", *rest])


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _code(text: object) -> str:
    return f"`{text}`"


def _value(value: Any) -> str:
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        days, minutes = divmod(seconds, 86400), divmod(seconds, 60)
        if seconds and days[1] == 0:
            return f"{days[0]} day{'s' * (days[0] > 1)}"
        if seconds and minutes[1] == 0:
            return f"{minutes[0]} minute{'s' * (minutes[0] > 1)}"
        return f"{seconds} second{'s' * (seconds != 1)}"
    if hasattr(value, "_asdict"):
        value = value._asdict()
    return _code(repr(list(value) if isinstance(value, tuple) else value).replace("'", '"'))


def _summary(thing: Any) -> str:
    return " ".join((thing.__doc__ or "").partition("\n\n")[0].split()).replace("``", "`")


def _docstrings_below_fields(cls: type) -> dict[str, str]:
    """What the string below each field of a dataclass says, as editors show it, in one line."""
    (tree,) = ast.parse(inspect.getsource(cls)).body
    return {
        field.target.id: " ".join(ast.literal_eval(text.value).split())
        for field, text in pairwise(tree.body)
        if isinstance(field, ast.AnnAssign)
    }


def _functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _keys_of(function: ast.FunctionDef, name: str) -> list[str]:
    """The keys of the dict that ``name`` is in ``function``."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return [key.value for key in node.value.keys]
    return []


def main() -> None:
    """Write every page whose tables are out of date."""
    import django
    from django.conf import settings

    apps = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "drf_jwt_kit"]
    settings.configure(SECRET_KEY="not used for anything here", INSTALLED_APPS=apps)  # noqa: S106
    django.setup()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if filled(text) != text:
            page.write_text(filled(text), encoding="utf-8")
            sys.stdout.write(f"{page.name} is new\n")


if __name__ == "__main__":
    main()
