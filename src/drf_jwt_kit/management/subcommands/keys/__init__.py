"""``jwtkit keys``: which keys are there, and how are they made, rotated and removed?

``showing`` lists and checks, ``changing`` writes into a directory of keys.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandParser

from drf_jwt_kit.jose.algorithms import ALGORITHMS

from . import changing, showing

_ROTATE_AT_ONCE = "Rotate now, even if other processes have not read the new key. For a leaked key."
_REMOVE_AT_ONCE = "Remove it now, even if that logs users out. For a leaked key."
HELP = "List, make, rotate, remove and check the keys that sign and verify tokens."


def add_arguments(parser: CommandParser) -> None:
    """Declare the words that may follow."""
    words = parser.add_subparsers(title="subcommands", required=True)

    def word(name: str, run: Callable[..., None], says: str) -> CommandParser:
        added: CommandParser = words.add_parser(name, help=says)
        added.set_defaults(run=run)
        return added

    word("list", showing.run_list, "Show every key, its state, and what it still verifies.")
    generate = word("generate", changing.run_generate, "Make a key: the next one of its directory.")
    rotate = word("rotate", changing.run_rotate, "Let the next key sign, and retire the old one.")
    remove = word("remove", changing.run_remove, "Remove a key that no session needs.")
    word("check", showing.run_check, "Say what is wrong or unwise; fail if anything is wrong.")

    generate.add_argument("--algorithm", choices=ALGORITHMS, default="ES256")
    output = "Write the key to this file instead of a directory."
    generate.add_argument("--output", type=Path, metavar="FILE", help=output)
    rotate.add_argument("--at-once", action="store_true", help=_ROTATE_AT_ONCE)
    remove.add_argument("kid", help="The name of the key, or its beginning.")
    remove.add_argument("--at-once", action="store_true", help=_REMOVE_AT_ONCE)
    directory = "The directory of keys; by default, the one that KEYS names."
    for changes in (generate, rotate, remove):
        changes.add_argument("--directory", type=Path, help=directory)
