"""The map of CONTRIBUTING.md is the tree: each line names what is there, and nothing is left out.

A name stands in the folder above it that is less indented and ends with a slash. Two spaces part
names, more of them or an ending such as .py end them; the rest of a line explains, and the files
that it mentions are on the map too. A star stands for all that it matches.
"""

import re

from .make import ROOT
from .mentions import PACKAGE

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
MAP = re.search(r"^## The map\n[\s\S]*?^```\n(?P<map>[\s\S]*?)^```$", TEXT, flags=re.MULTILINE)
LEFT_OUT = {"__init__", "migrations", "locale", "static", "templates"}

LINE = re.compile(
    r"(?P<indent> *)"
    r"(?P<names>[\w./*-]+(?:  [\w./*-]+)*)"  # two spaces part names
    r"(?:(?:  +|(?<=\.py) |(?<=/) )(?P<text>\S.*))?"  # more of them, or an ending, end the names
)


class Entry:
    """One name of the map, and the folder that it has to be in."""

    def __init__(self, number, name, folder):
        self.number, self.name, self.folder = number, name, folder

    def paths(self):
        """The files and folders that it means: a bare name is a module or a package."""
        name = self.name.rstrip("/")
        bases = [self.folder, PACKAGE] if "/" in name else [self.folder]
        found = [path for base in bases for path in (*base.glob(name), *base.glob(f"{name}.py"))]
        return [path for path in found if path.is_dir() or not self.name.endswith("/")]

    def __str__(self):
        place = self.folder.relative_to(ROOT).as_posix()
        return f"line {self.number} of CONTRIBUTING.md: {self.name} is not in {place}/"


def entries():
    """Each name of the map, those in the explanations too, with its folder by indentation."""
    first = TEXT[: MAP.start("map")].count("\n") + 1
    folders = [(-1, ROOT)]
    for number, line in enumerate(MAP["map"].splitlines(), first):
        match = LINE.fullmatch(line)
        assert match, f"line {number} of CONTRIBUTING.md is no line of a map: {line!r}"
        while len(match["indent"]) <= folders[-1][0]:
            folders.pop()
        folder = folders[-1][1]
        for name in match["names"].split():
            yield Entry(number, name, folder)
        if match["names"].endswith("/"):
            folder = folder / match["names"].split()[-1]
            folders.append((len(match["indent"]), folder))
        for name in re.findall(r"[\w/]+\.py\b", match["text"] or ""):
            if name != "manage.py":  # the project's
                yield Entry(number, name, folder)


ENTRIES = list(entries())


def modules():
    """Every module and package of the package, as a path."""
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        is_module = path.suffix == ".py" or (path / "__init__.py").is_file()
        if is_module and not LEFT_OUT.intersection(parts):
            yield path


def test_every_name_of_the_map_is_a_file_or_folder_there():
    wrong = [str(entry) for entry in ENTRIES if not entry.paths()]

    assert not wrong, "\n".join(wrong)


def test_every_module_and_package_is_on_the_map():
    named = {path for entry in ENTRIES for path in entry.paths()}

    missing = [path.relative_to(ROOT).as_posix() for path in modules() if path not in named]
    assert not missing, "Not on the map of CONTRIBUTING.md:\n" + "\n".join(missing)
