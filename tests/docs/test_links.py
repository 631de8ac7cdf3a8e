"""Every relative link in the documents leads somewhere, anchors included."""

from __future__ import annotations

import re

import pytest

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
