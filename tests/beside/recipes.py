"""The modules that a page shows, as they stand there."""

import sys
from types import ModuleType

from tests.docs.pages import ROOT, blocks_of

PAGE = ROOT / "docs/how-to/outside-rest-framework.md"


def _module(name: str) -> ModuleType:
    """``shop/NAME.py`` of the page, imported under that name."""
    head = f"# shop/{name}.py\n"
    (text,) = (
        block.text
        for block in blocks_of(PAGE.read_text(encoding="utf-8"))
        if block.text.startswith(head)
    )
    module = ModuleType(f"shop.{name}")
    sys.modules[module.__name__] = module
    exec(compile(text, f"{PAGE}: {name}", "exec"), vars(module))  # noqa: S102  # our own page
    return module


sys.modules.setdefault("shop", ModuleType("shop"))
plain = _module("plain")
middleware = _module("middleware")
ninja_api = _module("ninja_api")
graph = _module("graph")
