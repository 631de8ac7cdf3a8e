"""A client in TypeScript, made from the description: an ordinary program compiles under strict."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.npm import install

HERE = Path(__file__).parent / "typescript"


@pytest.fixture
def compiled(tmp_path):
    """What the compiler says of a program: ``compiled("…")``."""
    install(HERE, "A client in TypeScript")
    for name in ("tsconfig.json", "package.json"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    document = SchemaGenerator(urlconf="tests.openapi.urls.both").get_schema(public=True)
    (tmp_path / "api.json").write_text(json.dumps(document, default=str), encoding="utf-8")
    run(tmp_path, "openapi-typescript/bin/cli.js", "api.json", "-o", "api.d.ts")

    def of(program):
        (tmp_path / "program.ts").write_text(program, encoding="utf-8")
        return run(tmp_path, "typescript/bin/tsc", "--project", ".")

    return of


def run(folder, tool, *arguments):
    answer = subprocess.run(
        ["node", folder / "node_modules" / tool, *arguments],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout


def test_an_ordinary_program_compiles(compiled):
    assert compiled((HERE / "program.ts").read_text(encoding="utf-8")) == ""


def test_one_that_mistakes_a_field_does_not(compiled):
    program = (HERE / "program.ts").read_text(encoding="utf-8")

    assert "TS2353" in compiled(program.replace("{ username, password }", "{ user: username }"))
