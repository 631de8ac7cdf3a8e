"""``jwtkit keys``: which keys are there, and how are they made, rotated and taken away?

``showing`` lists and checks, ``changing`` writes into a directory of keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from drf_jwt_kit.keys.soundness import ALGORITHMS

from . import changing, showing

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

HELP = "List, make, rotate, remove and check the keys that sign and verify tokens."


def add_arguments(parser: CommandParser) -> None:
    """Declare the words that may follow."""
    words = parser.add_subparsers(title="subcommands", required=True)

    listed = words.add_parser("list", help="Every key, its state, and what it still verifies.")
    listed.set_defaults(run=showing.run_list)

    generate = words.add_parser("generate", help="Make a key: the next one of its directory.")
    generate.add_argument("--algorithm", choices=ALGORITHMS, default="ES256")
    generate.add_argument(
        "--output", type=Path, metavar="FILE", help="Write the key here, and into no directory."
    )
    generate.set_defaults(run=changing.run_generate)

    rotate = words.add_parser("rotate", help="Let the next key sign, and retire the other.")
    rotate.add_argument(
        "--at-once", action="store_true", help="Wait for nobody: the signing key has leaked."
    )
    rotate.set_defaults(run=changing.run_rotate)

    remove = words.add_parser("remove", help="Take a key away that is needed no more.")
    remove.add_argument("kid", help="The name of the key, or its beginning.")
    remove.add_argument(
        "--at-once", action="store_true", help="Even if that logs people out: the key has leaked."
    )
    remove.set_defaults(run=changing.run_remove)

    for word in (generate, rotate, remove):
        word.add_argument(
            "--directory", type=Path, help="Where the keys are; by default, as KEYS says."
        )

    check = words.add_parser("check", help="What is wrong or unwise; fails where it is wrong.")
    check.set_defaults(run=showing.run_check)
