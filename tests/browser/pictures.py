"""Pictures of a page for the documents, and what axe has to say of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def folder(elsewhere: Path) -> Path:
    """Where pictures go: to the documents if SCREENSHOTS=1, and ``elsewhere`` in any other run."""
    if os.environ.get("SCREENSHOTS") != "1":
        return elsewhere
    IMAGES.mkdir(parents=True, exist_ok=True)
    return IMAGES


def violations(page: Page) -> list[str]:
    """What axe objects to in ``page``: a line for each element, with the rule and the cure."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['html']}"
        for rule in found
        for node in rule["nodes"]
    ]
