"""Routers for a replica: that of the documents, and one that sends every read there."""

import re
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "databases.md"
_SHOWN = re.search(r"```python\n# shop/routers.py\n(.*?)```", _PAGE.read_text(), re.DOTALL)
exec(compile(_SHOWN[1], _PAGE, "exec"))  # noqa: S102  # as a reader would copy it

OfTheDocuments = globals()["ReplicaRouter"]


class EveryRead(OfTheDocuments):
    """What a project has that knows nothing of us."""

    def db_for_read(self, model, **hints):
        return "replica"
