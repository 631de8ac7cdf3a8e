"""Every relative link in the documents leads somewhere, anchors included."""

from __future__ import annotations

import ast
import re

import pytest

from drf_jwt_kit.conf.documentation import SITE, page

from .pages import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)


def prose_of(path):
    """The text outside of fenced blocks."""
    return re.sub(r"^```[\s\S]*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def anchors_of(path):
    """The anchors that headings get on the usual hosts: lower case, words joined by hyphens."""
    headings = re.findall(r"^#+ (.+)$", prose_of(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links_of(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(path)):
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        if not target.startswith(("https://", "mailto:")) and (
            not linked.exists() or (anchor and anchor not in anchors_of(linked))
        ):
            yield target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    assert list(dead_links_of(ROOT / document)) == []


@pytest.mark.parametrize("page", [name for name in DOCUMENTS if name.startswith("docs/")])
def test_every_page_can_be_reached(page):
    linking = [ROOT / other for other in DOCUMENTS if other != page]
    targets = {
        (path.parent / target.partition("#")[0]).resolve()
        for path in linking
        for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(path))
    }

    assert (ROOT / page).resolve() in targets


TREES = [
    ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(ROOT.glob("src/drf_jwt_kit/**/*.py"))
]


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def docstrings():
    """Those strings of the source that no user sees."""
    statements = (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return {id(one.value) for one in statements}


def named_pages():
    """Each string of the source that names a page, but for docstrings."""
    unseen = docstrings()
    texts = (node for tree in TREES for node in ast.walk(tree) if is_text(node))
    return [one.value for one in texts if "docs/" in one.value and id(one) not in unseen]


class TestMessages:
    """A wheel carries no documentation: a hint that named a file would lead nowhere."""

    @pytest.mark.parametrize("named", sorted(set(named_pages())))
    def test_each_page_that_is_named_is_there(self, named):
        file, _, anchor = named.partition("#")

        assert not anchor or anchor in anchors_of(ROOT / file)
        assert file.endswith(".md")
        assert (ROOT / file).is_file()  # and so the path is no part of a sentence

    def test_no_hint_names_a_file(self):
        hints = [
            ast.unparse(word.value)
            for tree in TREES
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for word in node.keywords
            if word.arg == "hint"
        ]
        files = [re.sub(r"page\('docs/[^']+'\)", "", hint) for hint in hints]

        assert [one for one in files if "docs/" in one or ".md" in one] == []

    def test_a_page_is_named_by_its_address(self):
        assert page("docs/how-to/keys.md#a-key") == f"{SITE}page/docs/how-to/keys.html#a-key"

    def test_the_site_is_the_one_that_the_package_index_is_told(self):
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

        assert f'Documentation = "{SITE}"' in project
