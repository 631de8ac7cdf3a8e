"""What a document names in backticks, and whether it is there. Knows files, modules, make targets,
markers, tables of pyproject.toml, environment variables, settings, and names of code."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .make import ROOT, targets, words_after_make

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = ROOT / "src" / "drf_jwt_kit"
BASES = (ROOT, PACKAGE, ROOT / "tests")
"""Where a path in a document may begin."""

_MADE = {"node_modules", "__pycache__", "build", "dist"}
_DOCUMENTS = (".md", ".txt", ".json", ".png", ".mo", ".po")
_FILE = re.compile(r"(?:[\w.-]+/)*[\w.-]*\.(?:py|md|toml|ini|txt|mjs|js|ts|json|ya?ml|html|po)")
_PATH = re.compile(r"\.?[\w-][\w.-]*(?:/[\w.*-]+)+/?|\.?[\w-]+/")
_DOTTED = re.compile(r"(?:drf_jwt_kit\.)?([a-z_]+(?:\.[A-Za-z_]+)+)(?:\(.*)?")
_NAME = re.compile(r"(?:[a-z_]+\.)*([A-Za-z_]\w*)(?:\(.*\))?")
_SHOUTED = re.compile(r"(?<![\w.])[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9](?!\w)")


def quoted(text: str) -> list[str]:
    """What stands in backticks, outside of fenced blocks."""
    prose = re.sub(r"^```[\s\S]*?^```$", "", text, flags=re.MULTILINE)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]


def missing_files(text: str) -> list[str]:
    """The names of files in ``text`` that no file has; of folders, where the first part exists."""
    return [code for code in quoted(text) if _is_path(code) and not _exists(code)]


def missing_modules(text: str) -> list[str]:
    """Dotted paths into the package that lead nowhere, such as `sessions.gone.start`."""
    dotted = [code for code in quoted(text) if _DOTTED.fullmatch(code) and not _is_path(code)]
    return [code for code in dotted if not _leads(code)]


def missing_targets(text: str) -> list[str]:
    """Commands that call a target which the Makefile has not, in prose and in fenced blocks."""
    commands = re.findall(r"(?:^|`)(make(?: [^`\n#|]+)?)", text, flags=re.MULTILINE)
    return [each for each in commands if set(words_after_make(each.strip())) - targets()]


def missing_markers(text: str) -> list[str]:
    """Markers of pytest that pyproject.toml does not declare."""
    declared = re.findall(r'^    "(\w+): ', _project(), flags=re.MULTILINE)
    named = re.findall(r"@pytest\.mark\.(\w+)", text)
    return [name for name in named if name not in {*declared, "django_db", "parametrize"}]


def missing_tables(text: str) -> list[str]:
    """Tables such as `[tool.ruff]`, and groups of dependencies, that pyproject.toml has not."""
    groups = re.findall(r"--group (\w+)", text)
    tables = [code for code in quoted(text) if re.fullmatch(r"\[[\w.-]+\]", code)]
    return [
        *(name for name in groups if not re.search(rf"^{name} = \[", _project(), re.MULTILINE)),
        *(name for name in tables if name[:-1] not in _project()),
    ]


def missing_variables(text: str) -> list[str]:
    """Words in capitals with an underscore, wherever they stand, that no line of code has."""
    return [word for word in dict.fromkeys(_SHOUTED.findall(text)) if word not in words_of_code()]


def missing_names(text: str) -> list[str]:
    """Names of classes, functions, arguments and rows of the matrix that no line of code has."""
    found = (_NAME.fullmatch(code) for code in quoted(text) if not _is_path(code))
    names = [match[1] for match in found if match and not match[1].endswith("xx")]  # E0xx
    return [name for name in dict.fromkeys(names) if name not in words_of_code()]


@cache
def words_of_code() -> frozenset[str]:
    """Every word of every file that is no document, but for the files of this folder."""
    here = Path(__file__).parent
    words: set[str] = set()
    for path in files():
        if path.suffix not in _DOCUMENTS and path.parent != here:
            words.update(re.findall(r"\w+", path.read_text(encoding="utf-8", errors="ignore")))
    return frozenset(words)


@cache
def files() -> tuple[Path, ...]:
    """The files of the checkout, without what tools have made."""
    return tuple(_walk())


def _walk() -> Iterator[Path]:
    for folder, below, names in os.walk(ROOT):
        below[:] = [
            name
            for name in below
            if name not in _MADE and (not name.startswith(".") or name in {".ci", ".github"})
        ]
        yield from (Path(folder, name) for name in names if not name.startswith(".coverage"))


@cache
def _project() -> str:
    return (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@cache
def _code_of_the_package() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))


def _is_path(code: str) -> bool:
    if _FILE.fullmatch(code):
        return True
    first = code.partition("/")[0]
    return bool(_PATH.fullmatch(code)) and any((base / first).is_dir() for base in BASES)


def _exists(code: str) -> bool:
    if "/" not in code:  # of ours, or of a project's, such as keyring.json
        return any(path.name == code for path in files()) or code in _code_of_the_package()
    return any(any(base.glob(code.rstrip("/"))) for base in BASES)


def _leads(code: str) -> bool:
    """Follow a dotted path through folders and files; what is left must be a word in the last."""
    parts = code.removeprefix("drf_jwt_kit.").partition("(")[0].split(".")
    place = PACKAGE
    if not code.startswith("drf_jwt_kit.") and (
        parts[0] == "contrib" or not _is_module(place / parts[0])
    ):
        return True  # a name of somebody else's; Django has a contrib, too
    while parts and _is_module(place / parts[0]):
        place /= parts.pop(0)
    source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return not parts or parts[0] in re.findall(r"\w+", source.read_text(encoding="utf-8"))


def _is_module(path: Path) -> bool:
    return path.is_dir() or path.with_suffix(".py").is_file()
