"""Words for what is run in a shell."""

import io

import pytest
from django.core.management import call_command

from .shell import Shell


@pytest.fixture
def jwtkit():
    """``jwtkit("sessions", "list")``: what the command prints, in this process."""

    def run(*words, **options):
        out = io.StringIO()
        call_command("jwtkit", *words, stdout=out, **options)
        return out.getvalue()

    return run


@pytest.fixture
def shell(tmp_path):
    """A shell beside an empty SQLite file."""
    file = tmp_path / "project.sqlite3"
    return Shell({"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)})
