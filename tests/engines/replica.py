"""A PostgreSQL replica that applies each commit seconds after its primary, and a primary for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.servers.postgresql import PostgreSQL

DELAY = 5
"""Seconds."""


class Replica(PostgreSQL):
    """A hot standby of ``primary``, which logs every statement."""

    def __init__(self, primary: PostgreSQL) -> None:
        super().__init__()
        self.primary = primary

    def prepare(self) -> None:
        """Copy the primary, which stands still meanwhile, and follow it."""
        primary = self.primary
        assert self.folder is not None
        assert primary.folder is not None
        self._programs = primary._programs
        self.folder.chmod(0o711)
        data = self.folder / "data"
        primary.stop()
        shutil.copytree(primary.folder / "data", data)
        primary.start()
        follows = f"host={primary.address.host} port={primary.address.port} user=postgres"
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = '{follows}'\n")
            settings.write(f"recovery_min_apply_delay = '{DELAY}s'\n")
        (data / "standby.signal").touch()
        self._give_away(data)

    def command(self) -> list[str]:
        return [*super().command(), "-c", "log_statement=all"]

    def statements(self) -> list[str]:
        """What it was asked since it was started."""
        assert self.folder is not None
        lines = (self.folder / "log").read_text(errors="replace").splitlines()
        return [line for line in lines if "LOG:  statement:" in line or "LOG:  execute" in line]

    def _give_away(self, data: Path) -> None:
        owner = self.identity()
        data.chmod(0o700)
        for path in [data, *data.rglob("*")] if owner else []:
            os.chown(path, owner["user"], owner["group"], follow_symlinks=False)
