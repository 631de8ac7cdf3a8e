"""A shell in which somebody looks after a project: real processes, and a real database."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.child import environment


@dataclass(frozen=True)
class Shell:
    """``database`` is an entry of DATABASES."""

    database: dict[str, Any]
    settings: str = "tests.management.on_disk"

    def fill(self, *, live: int = 0, dead: int = 0, name: str = "") -> None:
        """Migrate, and make that many sessions, whose devices have that name."""
        self.run(["-m", "tests.management.fill", str(live), str(dead), name])

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """``manage.py jwtkit`` and these words, running."""
        return self._start(["-m", "tests.management.manage", "jwtkit", *words], **options)

    def jwtkit(self, *words: str) -> str:
        """What ``manage.py jwtkit`` and these words print."""
        return self.run(["-m", "tests.management.manage", "jwtkit", *words])

    def run(self, arguments: list[str]) -> str:
        process = self._start(arguments)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()  # one that goes on for ever would slow down whatever is run after it
        assert process.returncode == 0, err
        return out

    def _start(self, arguments: list[str], **options: Any) -> subprocess.Popen[str]:
        variables = {
            "DATABASE": json.dumps(self.database),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "PYTHONUNBUFFERED": "1",
        }
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=environment(**variables),
            **{**piped, **options},
        )
