"""Which characters of a text from outside may be stored, and shown on a terminal or a page?

Names of users and devices, user agents and reasons come from people and programs that may wish to
forge a line, move a terminal's cursor, or turn round what stands beside them.
"""

from __future__ import annotations

import re

_CONTROLS = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # line breaks, tabs, and what begins an escape sequence
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # the direction of writing
    "\u2028\u2029"  # two more line breaks
    "\xad\u034f\u17b4\u17b5\u180b-\u180f"  # invisible, as are these:
    "\u200b\u2060-\u2065\u206a-\u206f"
    "\ufe00-\ufe0d\ufeff\ufff0-\ufffb\U0001107f\U00013430-\U0001343f\U00016fe4"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u115f\u1160\u2800\u3164\uffa0"  # letters that are drawn as nothing
    "\ud800-\udfff"  # halves of a pair, which no database stores
    "]"
)
"""Listed, because Python's own list changes with its version. The two joiners (U+200C, U+200D) are
left out, and the selectors U+FE0E and U+FE0F: Persian and many emoji are written with them."""


def plain(text: str, instead: str = "") -> str:
    """``text`` with ``instead`` in place of each character that is not itself seen: control
    characters, those that change the direction of writing, and invisible ones."""
    return _CONTROLS.sub(instead, text)


def is_plain(text: str) -> bool:
    """Whether ``plain`` would leave ``text`` as it is."""
    return _CONTROLS.search(text) is None
