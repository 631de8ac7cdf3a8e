"""Which changes of the code does no test notice? `make mutants` asks mutmut, in copies of src.

Each area is tried with the tests that fit it, in build/mutants/AREA. docs/explanation/mutants.md
has the scores, and says of each mutant that survives why.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tests", "example_project", "benchmarks", "docs", "pyproject.toml")
PYTEST = "-p no:randomly -n 0 --ff --nomigrations -p no:unraisableexception -p quickest_first"


def flows(*names: str) -> list[str]:
    """The files of tests/flows with these names."""
    return [f"tests/flows/test_{name}.py" for name in names]


def sessions(*names: str) -> list[str]:
    """The files of tests/sessions with these names."""
    return [f"tests/sessions/test_{name}.py" for name in names]


TOKENS = flows("bad_input")[0] + "::TestTokens"
AHEAD = "tests/test_logs.py::test_a_generation_ahead_is_an_error"
FALLBACKS = "tests/keys/test_sources.py::TestDerivedFromSecretKey"
AREAS = {
    "life": (["sessions/life.py"], sessions("life", "flush")),
    "tokens": (
        ["sessions/tokens.py", "sessions/presented.py", "tokens/*"],
        [
            *("tests/tokens", "tests/test_simplejwt.py", TOKENS),
            *sessions("acting", "login_data", "place", "presented", "start", "tokens"),
            *flows("adoption_put_off", "asked_scope", "logout_in_doubt", "obtain", "own_logins"),
            *flows("scopes", "tokens_seen_before"),
        ],
    ),
    "jose": (
        ["jose/*"],
        [
            *("tests/jose", "tests/vectors", "tests/management/test_decode.py"),
            *("tests/keys/test_configured.py", "tests/keys/test_signing_functions.py"),
            *("tests/keys/test_jwks.py", "tests/resource_server/test_issuer.py"),
        ],
    ),
    "transports": (
        ["transports/*"],
        [
            "tests/transports",
            *flows("caches", "cleared_cookies", "cookie_authentication", "cookies", "csrf"),
            *flows("plain_http", "refresh_cookie_alone"),
        ],
    ),
    "keys": (  # a sample, as is the next: the modules that decide which key, and which session
        [f"keys/{name}.py" for name in ("configured", "lifecycle", "ring")],
        [
            *(f"tests/keys/test_{name}.py" for name in ("configured", "directory", "jwks")),
            *(f"tests/keys/test_{name}.py" for name in ("keys_not_shown", "lifecycle", "memory")),
            *(f"tests/keys/test_{name}.py" for name in ("misplaced", "new_keys", "ring")),
            *("tests/keys/test_signing_functions.py", "tests/management/test_keys.py"),
            "tests/test_checks.py::TestDeployment",
        ],
    ),
    "sessions": (
        [f"sessions/{name}.py" for name in ("account", "begin", "end", "refresh", "rows")],
        [
            *sessions("acting", "bound", "causal", "census", "client", "cutoff", "descendants"),
            *sessions("ending", "faults", "feed", "flush", "life", "limits", "login_data"),
            *sessions("overtaken", "parents", "place", "presented", "revocations", "second_look"),
            *sessions("start", "start_again", "stateless", "statements", "tokens"),
            *flows("adoption", "adoption_put_off", "asked_scope", "beginning", "bound"),
            *flows("cleared_cookies", "cookie_reauthentication", "cookies", "faults"),
            *flows("late_refusals", "login_age", "logout", "logout_in_doubt", "lost_answers"),
            *flows("never_begun", "obtain", "own_logins", "published_keys", "reauthentication"),
            *flows("recent_login_to_end", "refresh", "refresh_cookie_alone", "rules", "scopes"),
            *flows("second_step", "throttled_logins", "tokens_seen_before", "waiting"),
            *flows("what_a_thief_sees", "whose_end"),
            *("tests/test_simplejwt.py", "tests/tokens/test_claims.py", AHEAD, FALLBACKS),
        ],
    ),
}
OUTCOMES = {0: "survived", 1: "noticed", 3: "noticed", 5: "without a test", 33: "without a test"}
"""By exit status of mutmut's workers."""
OUTCOMES |= dict.fromkeys((-24, 24, 36, 152, 255), "noticed")  # it took too long


def main(arguments: list[str]) -> int:
    """Try the mutants of some areas, or of all; 0 if mutmut itself has worked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], metavar="area")
    parser.add_argument("--max-children", default="2", help="how many are tried at a time")
    options = parser.parse_args(arguments)
    return max(tried(area, options.max_children) for area in options.areas or AREAS)


def tried(area: str, at_a_time: str) -> int:
    """Try those of one area, and print how many were noticed."""
    copy = ROOT / "build" / "mutants" / area
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy(ROOT / name, copy)
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write(configuration(*AREAS[area]))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", at_a_time]
    env = os.environ | {"TEST_SERVERS": "", "PYTHONPATH": str(ROOT / ".ci")}
    status = subprocess.run(command, cwd=copy, env=env, check=False).returncode
    print(f"\n{area}: {dict(outcomes(copy))}; {sys.executable} -m mutmut results, in {copy}")
    return status


def configuration(modules: list[str], tests: list[str]) -> str:
    """mutmut's table. Its fork server keeps what one test leaves behind from the next.

    What failed last is asked first, tables are made without migrations and nothing is collected
    at the end, since a child lives for one mutant. The limits are generous: wall clocks run on
    while other work has the processors.
    """
    chosen = json.dumps([f"src/drf_jwt_kit/{module}" for module in modules])
    return f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = {chosen}
also_copy = ["example_project", "benchmarks", "docs"]
pytest_add_cli_args = {json.dumps(PYTEST.split())}
pytest_add_cli_args_test_selection = {json.dumps(tests)}
process_isolation = "forkserver"
timeout_multiplier = 5.0
timeout_constant = 12.0
"""


def outcomes(copy: Path) -> Counter[str]:
    """How many mutants were noticed, and how many were not."""
    found: Counter[str] = Counter()
    for path in (copy / "mutants").rglob("*.meta"):
        statuses = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        found.update(OUTCOMES.get(status, "undecided") for status in statuses)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
