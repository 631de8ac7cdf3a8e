"""How is the site of these pages built? ``make docs`` does, from this checkout and nothing else.

Pages are Markdown, and read well where nothing builds them: which pages there are, and their order,
say the lists of docs/index.md and docs/decisions/index.md, and no page has a directive.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
_SECTION = re.compile(r"^## (.+)\n([\s\S]*?)(?=^## |\Z)", re.MULTILINE)
_PAGE = re.compile(r"\]\(([\w./-]+)\.md\)")
_ALSO = {
    "The project": [
        "../README",
        "../CHANGELOG",
        "../CONTRIBUTING",
        "../SECURITY",
        "../CODE_OF_CONDUCT",
    ]
}
"""What stands at the root of the checkout, where people look for it."""

project = "drf-jwt-kit"
author = "drf-jwt-kit contributors"
release = _VERSION.findall((ROOT / "src/drf_jwt_kit/__init__.py").read_text(encoding="utf-8"))[0]
extensions = ["myst_parser"]
root_doc = "docs/index"
source_suffix = {".md": "markdown"}
include_patterns = ["*.md", "docs/**"]
exclude_patterns = ["docs/images/**", "docs/*.py", "docs/explanation/*.svg", "docs/**/*.json"]
myst_heading_anchors = 6
suppress_warnings = ["misc.highlighting_failure"]  # Pygments misreads a regex after an arrow
html_theme = "furo"
html_title = f"{project} {release}"
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
html_copy_source = False


def setup(app: Sphinx) -> None:
    """Give every page a way back and on."""
    app.connect("source-read", _add_contents)


def _add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Put what an index lists, section by section, where the site looks for it."""
    if page == root_doc:
        begin = {"Begin": _PAGE.findall(source[0].partition("\n## ")[0])}
        sections = {title: _PAGE.findall(body) for title, body in _SECTION.findall(source[0])}
        source[0] += "".join(_contents(*one) for one in (begin | sections | _ALSO).items())
    elif page == "docs/decisions/index":
        records = sorted(path.stem for path in (ROOT / "docs/decisions").glob("0*.md"))
        source[0] += _contents("Decisions", records)


def _contents(title: str, pages: list[str]) -> str:
    listed = "\n".join(dict.fromkeys(pages))
    return f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{listed}\n```\n"
