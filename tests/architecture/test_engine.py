"""The engine runs no face, not even by a dotted path in a setting, which no import linter sees."""

import re
from pathlib import Path

import pytest
from django.test import override_settings

import drf_jwt_kit
from drf_jwt_kit.conf import KitSettings, get_settings

ROOT = Path(drf_jwt_kit.__file__).parent
ENGINE = [path for part in ("sessions", "keys", "jose") for path in (ROOT / part).rglob("*.py")]
LOADED = sorted(
    {name for path in ENGINE for name in re.findall(r'\.load\("(\w+)"\)', path.read_text())}
)
# Asked for only where a project has set it: sessions.claims compares with the default first.
OF_A_PROJECT = "TOKEN_OBTAIN_SERIALIZER"


def test_the_engine_loads_what_this_test_knows():
    assert {"CLAIMS_SERIALIZER", "USER_AUTHENTICATION_RULE", OF_A_PROJECT} <= set(LOADED)


@pytest.mark.parametrize("name", [name for name in LOADED if name != OF_A_PROJECT])
@pytest.mark.parametrize("written", ["unset", "ours", "simple_jwt"])
def test_a_default_that_the_engine_loads_is_the_engines_own(name, written):
    default = getattr(KitSettings, name)
    if default is None:
        return
    theirs = re.sub(r"^drf_jwt_kit\.", "rest_framework_simplejwt.", default)
    given = {"unset": {}, "ours": {name: default}, "simple_jwt": {name: theirs}}[written]

    with override_settings(DRF_JWT_KIT=given):
        loaded = get_settings().load(name)

    assert loaded.__module__.startswith(("drf_jwt_kit.sessions.", "rest_framework."))
