"""How many refresh tokens of Simple JWT are out there, and until when they must be taken."""

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from django.test import override_settings

from drf_jwt_kit.management.subcommands.migrate import outstanding
from drf_jwt_kit.management.subcommands.migrate.outstanding import Outstanding
from tests.child import environment
from tests.conftest import NOON

UNTIL = NOON + timedelta(days=14)
COUNTED = Outstanding("Live refresh tokens: 3.")
TAKEN = "Each is exchanged for a session of ours at its next refresh, until 2026-01-15."


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What is said of the tokens in each database of a project: see ``counting``."""
    variables = {
        "DJANGO_SETTINGS_MODULE": "tests.management.migrate.counting",
        "PLACE": str(tmp_path_factory.mktemp("databases")),
    }
    run = [sys.executable, "-m", "tests.management.migrate.count"]
    done = subprocess.run(
        run, env=environment(**variables), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestTheirNumber:
    def test_live_ones_are_counted_where_they_are(self, told):
        assert told["tokens"][0] == ('Live refresh tokens in the database "tokens": 3, of 1 user.')

    def test_the_last_of_them_is_known(self, told):
        assert datetime.fromisoformat(told["tokens"][1]) > datetime.now(timezone.utc) + timedelta(
            399
        )

    def test_tables_that_are_not_there_are_told(self, told):
        said, last = told["default"]

        assert said.endswith(' for its tables are not in the database "default".')
        assert last is None

    @pytest.mark.parametrize(
        ("alias", "kind"), [("broken", "OperationalError"), ("unnamed", "ImproperlyConfigured")]
    )
    def test_a_database_that_fails_is_told(self, told, alias, kind):
        expected = f'The tokens cannot be counted: the database "{alias}" fails ({kind}).'

        assert told[alias][0] == expected

    def test_nobody_can_count_them_without_the_app(self):
        assert outstanding.outstanding() == Outstanding(
            "How many refresh tokens are out there, nobody can count: Simple JWT keeps no record "
            "of them without its blacklist app."
        )


@pytest.mark.usefixtures("clock")
class TestWhatBecomesOfThem:
    def test_none_is_taken_while_no_day_is_set(self):
        assert [*outstanding.facts(COUNTED)] == [
            "Live refresh tokens: 3.",
            "None of them is taken while ADOPT_SIMPLEJWT_TOKENS_UNTIL is not set: everybody logs "
            "in once.",
        ]

    @override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": UNTIL})
    def test_they_are_exchanged_until_the_day(self):
        assert [*outstanding.facts(COUNTED)][1:] == [TAKEN]

    @pytest.mark.parametrize(("days", "more"), [(14, []), (15, ["2026-01-16"])])
    @override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": UNTIL})
    def test_a_token_that_lives_longer_is_told(self, days, more):
        found = Outstanding("", NOON + timedelta(days=days))

        assert [*outstanding.facts(found)][2:] == [
            f"The last one would be good until {day}, which is later." for day in more
        ]

    @override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": NOON})
    def test_none_is_taken_after_the_day(self):
        assert [*outstanding.facts(COUNTED)][1:] == [
            "None of them is taken any more: ADOPT_SIMPLEJWT_TOKENS_UNTIL was 2026-01-01."
        ]

    @pytest.mark.parametrize(
        ("chosen", "why"),
        [
            ({"TOKEN_TYPE_CLAIM": None}, 'SIMPLE_JWT["TOKEN_TYPE_CLAIM"] is None, so they do not'),
            ({"JTI_CLAIM": None}, 'SIMPLE_JWT["JTI_CLAIM"] is None, so they have no name'),
            ({"SIGNING_KEY": "hunter2"}, "SIMPLE_JWT['SIGNING_KEY'] cannot be used with HS256"),
            (
                {"JWK_URL": "https://login.example/jwks", "ALGORITHM": "RS256"},
                'SIMPLE_JWT["JWK_URL"] is set: they are those of another issuer.',
            ),
        ],
    )
    def test_those_that_cannot_be_taken_over_are_told(self, chosen, why):
        with override_settings(SIMPLE_JWT=chosen):
            _said, told = outstanding.facts(COUNTED)

            assert told.startswith(f"None of them will be taken: {why}")
            assert "hunter2" not in told
            assert [*outstanding.change(COUNTED, "settings.py")] == []

    @override_settings(SIMPLE_JWT={"LEEWAY": 120})
    def test_nothing_is_known_while_the_settings_are_refused(self):
        assert len([*outstanding.facts(COUNTED)]) == 2


@pytest.mark.usefixtures("clock")
class TestTheLineToPaste:
    def line(self, found=COUNTED):
        (change,) = outstanding.change(found, "shop/settings.py")
        assert change.place == "shop/settings.py, at the end"
        return change.new

    def test_it_is_midnight_after_the_last_token_has_expired(self):
        with override_settings(SIMPLE_JWT={"REFRESH_TOKEN_LIFETIME": timedelta(days=30)}):
            assert self.line()[1] == (
                'DRF_JWT_KIT = {"ADOPT_SIMPLEJWT_TOKENS_UNTIL": '
                "datetime(2026, 2, 1, tzinfo=timezone.utc)}"
            )

    @pytest.mark.parametrize("chosen", [{}, None, {"REFRESH_TOKEN_LIFETIME": 7}])
    def test_the_lifetime_is_a_day_where_none_is_set(self, chosen):
        with override_settings(SIMPLE_JWT=chosen):
            assert "datetime(2026, 1, 3, tzinfo=timezone.utc)" in self.line()[1]

    def test_a_token_that_lives_longer_counts(self):
        last = Outstanding("", NOON + timedelta(days=30))

        assert "datetime(2026, 2, 1, tzinfo=timezone.utc)" in self.line(last)[1]

    def test_it_adds_to_settings_that_are_there(self):
        with override_settings(DRF_JWT_KIT={"RECORD_CLIENT": False}):
            imports, added = self.line()
            names = {"DRF_JWT_KIT": {"RECORD_CLIENT": False}}
            exec(f"{imports}\n{added}", names)  # noqa: S102

        assert names["DRF_JWT_KIT"] == {
            "RECORD_CLIENT": False,
            "ADOPT_SIMPLEJWT_TOKENS_UNTIL": datetime(2026, 1, 3, tzinfo=timezone.utc),
        }

    def test_there_is_none_where_a_day_is_set(self):
        with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": UNTIL}):
            assert [*outstanding.change(COUNTED, "settings.py")] == []
