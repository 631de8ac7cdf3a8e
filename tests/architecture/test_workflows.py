"""The hosted workflows cannot run here, so what they call is held to what is here."""

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.child import environment

from .make import ROOT, targets, words_after_make

yaml = pytest.importorskip("yaml")  # comes with the extra `openapi`

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
JOBS = {
    f"{path.name}:{name}": job
    for path in WORKFLOWS
    for name, job in yaml.safe_load(path.read_text())["jobs"].items()
}
STEPS = [step for job in JOBS.values() for step in job.get("steps", [])]
COMMANDS = [step["run"] for step in STEPS if "run" in step]
PYTHONS = JOBS["ci.yml:matrix"]["strategy"]["matrix"]["python"]
SERVICES = JOBS["ci.yml:services"]["strategy"]["matrix"]["include"]
PUBLISHES_CLIENT = "npm publish --provenance --access public --ignore-scripts ./npm/*.tgz"
ZIZMOR = Path(sys.executable).with_name("zizmor")


def tox():
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "tox.ini")
    return config


def labels():
    return set(re.findall(r"^(\S+) =", tox()["tox"]["labels"], flags=re.MULTILINE))


@pytest.fixture
def workflow(tmp_path):
    """A copy of ci.yml in which a test puts one text in the place of another."""
    if not ZIZMOR.exists():
        pytest.skip(
            "zizmor is not here; it is in the group `workflows`, which `make test` installs"
        )
    path = tmp_path / ".github" / "workflows" / "ci.yml"
    path.parent.mkdir(parents=True)
    shutil.copy(ROOT / ".github" / "workflows" / "ci.yml", path)

    def replace(old, new):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return subprocess.run(
            [ZIZMOR, "--offline", "--no-progress", "--persona=pedantic", "--format=plain", path],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )

    return replace


@pytest.mark.parametrize("command", [command for command in COMMANDS if "make " in command])
def test_each_make_command_of_a_workflow_calls_targets_that_exist(command):
    called = set(words_after_make(command.replace('"$TARGET"', "test")))

    assert called
    assert called - targets() == set()


@pytest.mark.parametrize("command", [command for command in COMMANDS if "make " not in command])
def test_a_command_without_make_runs_a_script_that_exists_or_only_ends_the_job(command):
    script = re.fullmatch(r"sudo python3 (\.ci/\w+\.py)( \w+)?", command)

    assert command in {"exit 1", PUBLISHES_CLIENT} or (ROOT / script[1]).is_file()


def test_the_jobs_with_servers_call_targets_and_rows_that_exist():
    rows = re.findall(r"\S+", tox()["tox"]["env_list"])

    assert {job["target"] for job in SERVICES} - targets() == set()
    assert [job["arguments"] for job in SERVICES if job["target"] == "test"] == [""]
    chosen = [job["arguments"] for job in SERVICES if job["target"] == "matrix"]
    assert [row for row in chosen if row.removeprefix("-e ") not in rows] == []


def test_each_stage_of_a_run_is_a_target():
    run = (ROOT / ".ci" / "run").read_text()
    stages = [
        name for names in re.findall(r"stages\+?=\(([a-z ]+)\)", run) for name in names.split()
    ]

    assert stages[-1] == "uncovered"
    assert set(stages) - targets() == set()


def test_each_python_of_the_matrix_is_a_label_of_tox():
    assert {f"python{version}" for version in PYTHONS} - labels() == set()


def test_the_matrix_has_every_python_that_is_supported():
    text = (ROOT / "pyproject.toml").read_text()

    assert re.findall(r'"Programming Language :: Python :: (3\.\d+)"', text) == PYTHONS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(path):
    uses = re.findall(r"uses: (.+)", path.read_text())

    pinned = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/workflows/ci\.yml")
    assert [use for use in uses if not pinned.fullmatch(use)] == []


def test_one_action_has_one_version_everywhere():
    uses = {use for path in WORKFLOWS for use in re.findall(r"uses: (.+@.+)", path.read_text())}

    assert len(uses) == len({use.partition("@")[0] for use in uses})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_permission_is_given_to_all_jobs(path):
    assert yaml.safe_load(path.read_text())["permissions"] == {}


def test_only_the_jobs_that_publish_may_say_who_they_are():
    allowed = [name for name, job in JOBS.items() if "id-token" in job.get("permissions", {})]

    assert allowed == ["release.yml:publish", "release.yml:publish-client"]
    assert [JOBS[name]["environment"] for name in allowed] == [{"name": "pypi"}, {"name": "npm"}]


def test_what_is_published_was_built_and_tried_by_ci():
    uses = [step["uses"].partition("@")[0] for step in JOBS["release.yml:publish"]["steps"]]

    assert JOBS["release.yml:publish"]["needs"] == "ci"
    assert uses == [
        "actions/download-artifact",
        "actions/attest-build-provenance",
        "pypa/gh-action-pypi-publish",
    ]


def test_the_client_that_is_published_was_packed_by_ci_and_runs_no_script_there():
    job = JOBS["release.yml:publish-client"]
    fetched, node, published = job["steps"]
    packed = [step["with"] for step in JOBS["ci.yml:wheel"]["steps"] if "artifact" in str(step)]

    assert job["needs"] == "ci"
    assert fetched["with"]["name"] in [one["name"] for one in packed]
    assert published == {"run": PUBLISHES_CLIENT}
    assert node["with"] == {"node-version": "24", "package-manager-cache": False}


def test_npm_finds_no_password_that_it_would_take_before_it_says_who_it_is():
    assert [step for step in STEPS if "registry-url" in step.get("with", {})] == []
    assert "NODE_AUTH_TOKEN" not in "".join(path.read_text() for path in WORKFLOWS)


def test_the_registry_can_see_that_the_client_comes_from_here():
    """It compares the repository in the package with the one that the provenance names."""
    manifest = json.loads((ROOT / "npm" / "package.json").read_text())
    (source,) = re.findall(
        r'^Source = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )

    assert manifest["repository"]["url"] == f"git+{source}.git"


def test_the_last_job_waits_for_every_other():
    names = {name for name in JOBS if name.startswith("ci.yml:")} - {"ci.yml:all"}

    assert {f"ci.yml:{name}" for name in JOBS["ci.yml:all"]["needs"]} == names


class TestZizmor:
    def test_accepts_the_workflow_as_it_is(self, workflow):
        assert workflow("make lint types", "make lint types").returncode == 0

    @pytest.mark.parametrize(
        ("old", "new", "audit"),
        [
            ("        with:\n          persist-credentials: false\n", "", "artipacked"),
            ("permissions: {}", "permissions: write-all", "excessive-permissions"),
            ("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7", "unpinned-uses"),
            (
                "make lint types",
                "make lint types ARGS='${{ github.head_ref }}'",
                "template-injection",
            ),
        ],
    )
    def test_refuses_the_workflow_with_a_mistake_in_it(self, workflow, old, new, audit):
        answer = workflow(old, new)

        assert answer.returncode != 0
        assert f"[{audit}]" in answer.stdout
