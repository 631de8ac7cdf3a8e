"""Which files are the project's own, and where in them is a class? Nothing is imported."""

from __future__ import annotations

import inspect
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from django.conf import settings as django_settings

import drf_jwt_kit

_BEGINS = re.compile(rb"^INSTALLED_APPS\s*(?::[^=\n]*)?=", re.MULTILINE)
_INSTALLED = {"site-packages", "dist-packages", "node_modules"}
_PYTHONS = map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))
_NOT_OWN = [Path(folder).resolve() for folder in (*_PYTHONS, *drf_jwt_kit.__path__)]


def own_files() -> list[Path]:
    """The files of all packages and modules of the project's that this process has loaded.

    Also those beside them that it has not, as the settings of production are while a developer
    asks.
    """
    found: set[Path] = set()
    for top in {_top_of(module) for module in [*sys.modules.values()] if is_own(module)}:
        folders = vars(top).get("__path__")
        files = [vars(top)["__file__"]] if folders is None else _below(folders)
        found.update(Path(file).resolve() for file in files)
    return sorted(found)


def is_own(module: object) -> bool:
    """Whether a module, or the module of that name, is the project's: not installed, nor ours.

    The packages of its settings and URLs are the project's also where it is installed itself.
    """
    if isinstance(module, str):
        module = sys.modules.get(module)
    file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
    if not isinstance(module, ModuleType) or not isinstance(file, str):
        return False
    if module.__name__.partition(".")[0] in _named_by_the_project():
        return True
    path = Path(file).resolve()
    installed = _INSTALLED.intersection(path.parts) or any(map(path.is_relative_to, _NOT_OWN))
    return not installed and path.suffix == ".py"


def place_of(cls: type) -> tuple[str, int]:
    """The file and the line where ``cls`` is defined; its module and 0 if nobody knows."""
    try:
        file = inspect.getsourcefile(cls)
        _, line = inspect.getsourcelines(cls)
    except (OSError, TypeError):  # made by a function, or in a shell
        return cls.__module__, 0
    return shown(Path(str(file))), line


def where_is(cls: type) -> str:
    """The same for a line of text."""
    place, line = place_of(cls)
    return f"{place}:{line}" if line else place


def base_of(cls: type) -> type:
    """The nearest class above ``cls`` that is not the project's; ``cls`` itself if it is not."""
    return next(one for one in cls.__mro__ if not is_own(one.__module__))


def path_of(cls: type) -> str:
    """The dotted path of a class."""
    return f"{cls.__module__}.{cls.__qualname__}"


def shown(file: Path) -> str:
    """The path of a file as whoever stands in the project's folder would type it."""
    here = Path.cwd().resolve()
    file = file.resolve()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def settings_file(files: list[Path]) -> str:
    """The one in which INSTALLED_APPS begins: what is set there, every environment has."""
    loaded = sys.modules.get(str(getattr(django_settings, "SETTINGS_MODULE", None)))
    if loaded is None or not isinstance(loaded.__file__, str):
        return "the settings"
    named = Path(loaded.__file__).resolve()
    beside = [file for file in files if file.parent == named.parent]
    found = (file for file in (named, *beside) if _BEGINS.search(file.read_bytes()))
    return shown(next(found, named))


def _named_by_the_project() -> set[str]:
    named = (getattr(django_settings, name, None) for name in ("SETTINGS_MODULE", "ROOT_URLCONF"))
    return {str(one).partition(".")[0] for one in named} - {drf_jwt_kit.__name__}


def _top_of(module: ModuleType) -> ModuleType:
    top = sys.modules.get(module.__name__.partition(".")[0])
    return top if isinstance(top, ModuleType) else module


def _below(folders: Iterable[str]) -> Iterator[Path]:
    for folder in map(Path, folders):
        for file in folder.rglob("*.py"):
            parts = file.relative_to(folder).parts
            if not any(part in _INSTALLED or part.startswith(".") for part in parts):
                yield file
