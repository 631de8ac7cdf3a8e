"""What is installed here is known by its hash, what is published can be built again."""

import importlib.util
import re
import subprocess
import sys
import zipfile

import pytest

from drf_jwt_kit import __version__
from tests.child import environment

from .make import ROOT

CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
PINS = re.findall(r"^(?=\S)(?!#).*(?:\n    .*)*", CONSTRAINTS.read_text(), flags=re.MULTILINE)
ZEROS = "sha256:" + "0" * 64


def script(name, monkeypatch):
    """A file of .ci as a module."""
    monkeypatch.syspath_prepend(ROOT / ".ci")
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def install(tmp_path):
    """Offer pip one package, made here, under constraints with a hash; what pip says."""
    folder = tmp_path / "sample"
    folder.mkdir()
    wheel = folder / "sample-1.0-py3-none-any.whl"
    write_wheel(wheel)

    def run(constraint):
        constraints = tmp_path / "constraints.txt"
        constraints.write_text(constraint)
        options = ["--isolated", "--no-index", "--find-links", folder, "--target", tmp_path / "to"]
        return subprocess.run(
            [sys.executable, "-m", "pip", "install", *options, "-c", constraints, "sample"],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )

    return run


def write_wheel(path):
    with zipfile.ZipFile(path, "w") as wheel:
        info = "sample-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: sample\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def test_each_pin_has_the_hash_of_its_files():
    pinned = re.compile(r"[\w.-]+==\S+( ; .+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+")

    assert len(PINS) > 200
    assert [pin for pin in PINS if not pinned.fullmatch(pin)] == []


def test_pip_refuses_a_file_whose_hash_is_not_that_of_the_constraints(install):
    done = install(f"sample==1.0 --hash={ZEROS}\n")

    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_pip_refuses_a_package_that_the_constraints_do_not_name(install):
    done = install(f"another==1.0 --hash={ZEROS}\n")

    assert done.returncode == 1
    assert "In --require-hashes mode" in done.stderr


def test_what_the_package_and_its_build_depend_on_is_pinned(monkeypatch):
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run_time = project["project"]["dependencies"]
    names = {
        re.match(r"[\w-]+", it)[0].lower() for it in run_time + project["build-system"]["requires"]
    }
    names.add("editables")  # hatchling asks for it when a checkout is installed

    assert script("bootstrap", monkeypatch).run_time() == run_time
    assert names - {pin.partition("==")[0] for pin in PINS} == set()


def test_pip_itself_is_asked_for_by_hash(monkeypatch):
    pin = script("bootstrap", monkeypatch).pin_of("pip")

    assert re.fullmatch(r"pip==[\d.]+ \\\n(    --hash=sha256:\w+( \\\n)?)+", pin)


def test_the_audit_asks_for_the_versions_of_every_python(monkeypatch):
    audit = script("audit", monkeypatch)
    pins = "a==1 ; python_full_version < '3.11' \\\n    --hash=x\na==2.0b1 \\\n    --hash=y\n"

    assert audit.pinned(pins) == ["a==1", "a==2.0b1"]
    assert len(audit.pinned(CONSTRAINTS.read_text())) == len(PINS)


def test_an_archive_that_is_not_the_same_twice_is_found(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, files in ((first, {"a": "1", "b": "1"}), (second, {"a": "1", "b": "2", "c": "1"})):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)

    assert script("build_twice", monkeypatch).differences(first, second) == ["b", "c"]


def test_what_is_published_brings_its_provenance():
    release = (ROOT / ".github" / "workflows" / "release.yml").read_text()

    assert "attestations: true" in release
    assert "subject-path: dist/*" in release
    assert "npm publish --provenance" in release


def test_the_npm_package_depends_on_nothing():
    assert "ependencies" not in (ROOT / "npm" / "package.json").read_text()


def test_the_version_that_gets_security_fixes_is_this_one():
    supported = re.findall(
        r"^\| (\S+) \| yes \|$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE
    )

    assert supported == [re.sub(r"\.\d+$", ".x", __version__)]
