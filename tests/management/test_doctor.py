"""``jwtkit doctor``: how a project is, and what a code means. Nothing is left behind."""

import importlib
import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.checks.registry import registry
from django.core.management import CommandError
from django.db import OperationalError, connection
from rest_framework.exceptions import APIException

from drf_jwt_kit import exceptions
from drf_jwt_kit.management.check_texts import texts_by_id
from drf_jwt_kit.management.cures import OF_CODES, OF_REASONS
from drf_jwt_kit.management.subcommands import doctor
from drf_jwt_kit.management.subcommands.doctor import areas, surroundings, trial
from drf_jwt_kit.management.subcommands.doctor.findings import (
    Finding,
    Verdict,
    exit_status,
    worst,
)
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import rehearsal
from drf_jwt_kit.sessions.life import Verdict as Judged
from tests.architecture.make import ROOT

pytestmark = pytest.mark.django_db
CODES, CHECKS = ((ROOT / f"docs/reference/{name}.md").read_text() for name in ("codes", "checks"))
DOCUMENTED = sorted(
    {
        *re.findall(r"^\| (?:\d+ \| )?`(?!reason`)(\w+)` \|", CODES, re.MULTILINE),
        *re.findall(r"^## ([EW]\d+)$", CHECKS, re.MULTILINE),
    }
)
DOCTOR = "drf_jwt_kit.management.subcommands.doctor"
SHOWS_MORE = "python manage.py showmigrations --database default shows what the driver says."


@pytest.fixture
def found(settings):
    """What was found in one area, as (verdict, code, text)."""

    def run(area, findings):
        return [(one.verdict, one.code, one.text) for one in findings if one.area == area]

    return run


def wrong(*_args, **_kwargs):
    cause = ConnectionError()
    cause.sqlstate = "08006"
    raise OperationalError('could not translate host name "half-a-password@db"') from cause


@pytest.mark.usefixtures("no_sockets")
class TestAProject:
    def test_is_told_area_by_area(self, jwtkit):
        said = jwtkit("doctor")

        assert "\nkeys: fine\n" in said
        assert "\nsessions: fine\n  The row of a login is stored.\n" in said
        assert "  unwise W101: No class in REST_FRAMEWORK" in said
        assert "\n  ACCESS_TOKEN_LIFETIME = 0:15:00  (default)\n" in said
        assert said.endswith("\nThe project is: unwise\n")

    def test_is_told_to_a_program(self, jwtkit):
        said = json.loads(jwtkit("doctor", "--json"))

        assert said["verdict"] == "unwise"
        assert said["areas"]["cookies"] == {"verdict": "fine", "findings": []}
        assert said["areas"]["project"]["findings"][0]["code"] == "W101"

    def test_one_that_is_unwise_fails_where_that_was_asked_for(self, jwtkit):
        with pytest.raises(CommandError, match="unwise") as error:
            jwtkit("doctor", "--strict")

        assert error.value.returncode == 1

    def test_a_project_with_wrong_settings_fails(self, settings, jwtkit):
        settings.DRF_JWT_KIT = {"NO_SUCH_SETTING": 1}

        with pytest.raises(CommandError) as error:
            jwtkit("doctor")

        assert error.value.returncode == 1

    def test_a_project_with_wrong_settings_is_not_tried(self, settings, monkeypatch):
        settings.DRF_JWT_KIT = {"NO_SUCH_SETTING": 1}
        monkeypatch.setattr(f"{DOCTOR}.trial.of_keys", wrong)

        assert worst(doctor._findings()) is Verdict.WRONG
        assert doctor._settings() == []


class TestSettings:
    def test_each_says_where_it_comes_from(self, settings, jwtkit):
        settings.DRF_JWT_KIT = {"ISSUER": "https://shop.example"}
        settings.SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=5)}

        said = jwtkit("doctor")

        assert "  ISSUER = https://shop.example  (DRF_JWT_KIT)\n" in said
        assert "  ACCESS_TOKEN_LIFETIME = 0:05:00  (SIMPLE_JWT)\n" in said
        assert "  SESSION_MAX_AGE = 30 days, 0:00:00  (default)\n" in said

    def test_no_secret_is_shown(self, settings, jwtkit):
        secret = "a secret of forty characters, or some more"
        settings.SIMPLE_JWT = {"SIGNING_KEY": secret}

        said = jwtkit("doctor")

        assert secret not in said
        assert "  SIGNING_KEY = (not shown)  (SIMPLE_JWT)\n" in said

    def test_a_function_is_told_by_its_name(self, settings, jwtkit):
        settings.DRF_JWT_KIT = {"ISSUER": issuer}

        assert "  ISSUER = tests.management.test_doctor.issuer  (DRF_JWT_KIT)\n" in jwtkit("doctor")


def issuer(request):
    return "https://shop.example"


class TestChecks:
    def test_every_id_belongs_to_an_area(self):
        elsewhere = {"drf_jwt_kit.E040", "drf_jwt_kit.E041"}  # of the app for resource servers
        known = areas.areas_of_ids()

        assert {f"drf_jwt_kit.{number}" for number in texts_by_id()} <= {*known, *elsewhere}

    def test_an_app_that_is_not_installed_is_no_area(self):
        importlib.import_module("drf_jwt_kit.resource_server.checks")

        assert "resource server" in areas.areas_of_ids().values()
        assert "resource server" not in areas.known_areas()

    @pytest.mark.parametrize(
        ("kit", "area", "code"),
        [
            ({"NO_SUCH_SETTING": 1}, "settings", "E001"),
            ({"COOKIE_ACCESS_SAMESITE": "None", "COOKIE_SECURE": False}, "cookies", "E030"),
            ({"KEYS": [{"env": "NO_SUCH_VARIABLE", "algorithm": "HS256"}]}, "keys", "E011"),
        ],
    )
    def test_an_error_is_told_in_its_area(self, settings, found, kit, area, code):
        settings.DRF_JWT_KIT = kit

        told = found(area, areas.of_checks(["default"]))

        assert any(verdict is Verdict.WRONG for verdict, *_ in told)

    def test_what_is_silenced_is_fine(self, settings, found):
        settings.SILENCED_SYSTEM_CHECKS = ["drf_jwt_kit.W101"]

        ((verdict, code, text),) = found("project", areas.of_checks(["default"]))

        assert (verdict, code) == (Verdict.FINE, "W101")
        assert text.startswith("Silenced: ")

    def test_a_check_that_raises_is_told(self, monkeypatch, found):
        def check_broken(**_kwargs):
            raise ValueError("a secret")

        check_broken.__module__ = "drf_jwt_kit.checks"
        monkeypatch.setattr(registry, "get_checks", lambda **_kwargs: {check_broken})

        told = found("project", areas.of_checks([]))

        assert told == [(Verdict.UNKNOWN, "", "check_broken raises ValueError")]

    def test_a_wrong_configuration_is_told_in_its_words(self, monkeypatch, found):
        def check_broken(**_kwargs):
            raise exceptions.ClaimsError("Nobody can serialize that.")

        check_broken.__module__ = "drf_jwt_kit.checks"
        monkeypatch.setattr(registry, "get_checks", lambda **_kwargs: {check_broken})

        ((_, _, text),) = found("project", areas.of_checks([]))

        assert text == "check_broken raises ClaimsError: Nobody can serialize that."


class TestASession:
    def test_is_played_without_a_user_and_leaves_nothing(self):
        steps = [*rehearsal.rehearse()]

        assert len(steps) == 4
        assert Session.objects.count() == 0
        assert get_user_model().objects.count() == 0

    def test_is_taken_back_where_nobody_listens_any_more(self):
        playing = rehearsal.rehearse()
        next(playing)
        assert Session.objects.count() == 1

        playing.close()

        assert Session.objects.count() == 0

    def test_is_played_where_tokens_are_not_rotated(self, settings):
        settings.DRF_JWT_KIT = {"ROTATE_REFRESH_TOKENS": False}

        assert len([*rehearsal.rehearse()]) == 4

    def test_tells_nobody(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as told:
            assert [*rehearsal.rehearse()]

        assert told == []

    @pytest.mark.parametrize(
        ("name", "instead", "says"),
        [
            ("store", lambda *_: False, "that the next generation is written"),
            ("judge", lambda *_, **__: Judged.AHEAD, "rotate is the right verdict, not ahead"),
            ("rows.find_for_update", lambda *_: None, "is not there when it is read"),
        ],
    )
    def test_one_that_answers_otherwise_is_wrong(self, monkeypatch, name, instead, says):
        monkeypatch.setattr(f"drf_jwt_kit.sessions.rehearsal.{name}", instead)

        *_, last = trial.of_a_session()

        assert last.verdict is Verdict.WRONG
        assert says in last.text

    def test_a_missing_table_is_told_the_cure(self, monkeypatch):
        def missing(*_args):
            raise OperationalError("no such table: drf_jwt_kit_session")

        monkeypatch.setattr("drf_jwt_kit.sessions.rehearsal.insertion.insert", missing)

        (only,) = trial.of_a_session()

        assert only.verdict is Verdict.WRONG
        assert only.hint == "python manage.py migrate"

    def test_a_database_that_is_away_is_not_known(self, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.sessions.rehearsal.insertion.insert", wrong)

        (only,) = trial.of_a_session()

        assert only.verdict is Verdict.UNKNOWN
        assert only.text.endswith("'default': OperationalError 08006")
        assert only.hint == SHOWS_MORE

    def test_one_whose_database_fails_later_is_wrong(self, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.sessions.rehearsal.store", wrong)

        *_, last = trial.of_a_session()

        assert last.verdict is Verdict.WRONG
        assert last.text.endswith("after 2 steps: OperationalError 08006")
        assert last.hint == SHOWS_MORE

    def test_an_error_that_is_not_ours_is_told_by_its_type(self, monkeypatch):
        def broken(*_args, **_kwargs):
            raise ValueError("a secret")

        monkeypatch.setattr("drf_jwt_kit.sessions.rehearsal.pair_of", broken)

        *_, last = trial.of_a_session()

        assert last.text == "A session fails after 1 steps: ValueError"


class TestKeys:
    def test_a_key_that_cannot_be_read_is_told(self, settings):
        settings.DRF_JWT_KIT = {"KEYS": [{"env": "NO_SUCH_VARIABLE", "algorithm": "HS256"}]}

        (only,) = trial.of_keys()

        assert only.verdict is Verdict.WRONG
        assert "NO_SUCH_VARIABLE" in only.text

    def test_why_nobody_can_log_in_is_told(self, monkeypatch):
        def away():
            raise exceptions.ServiceUnavailable from exceptions.UnusableKey(
                "It is gone.", hint="Bring it back.", id="drf_jwt_kit.E011"
            )

        monkeypatch.setattr(f"{DOCTOR}.trial.get_signing_key", away)

        (only,) = trial.of_keys()

        assert only.text == "No token can be signed and verified: It is gone. Bring it back."

    def test_those_that_verify_beside_it_are_counted(self, settings):
        settings.SECRET_KEY_FALLBACKS = ["the secret key of last year, long enough to sign"]

        (only,) = trial.of_keys()

        assert only.text.endswith(" Keys that verify beside it: 1.")


class TestDatabases:
    def test_each_says_how_far_away_it_is(self):
        first, second = surroundings.of_databases()

        assert first.text.startswith("'default' (sqlite) has the sessions and users. It answers ")
        assert second.text == "'default': its clock is within 2 s of ours."

    @pytest.mark.parametrize(
        ("seconds", "says"),
        [(60, "is 60 s behind ours"), (-60, "is 60 s ahead of ours")],
    )
    def test_a_clock_that_is_off_is_unwise(self, monkeypatch, seconds, says):
        now = surroundings.time.time
        monkeypatch.setattr(f"{DOCTOR}.surroundings.time.time", lambda: now() + seconds)

        _, clock = surroundings.of_databases()

        assert clock.verdict is Verdict.UNWISE
        assert says in clock.text

    def test_a_schema_is_named_and_another_kind_of_database_has_no_clock(self, monkeypatch):
        monkeypatch.setattr(connection, "schema_name", "berlin", raising=False)
        monkeypatch.setattr(connection, "vendor", "oracle")

        first, second = surroundings.of_databases()

        assert "(oracle, schema berlin)" in first.text
        assert second.text == "'default': nobody has asked its clock."

    def test_one_that_is_away_is_not_known(self, monkeypatch):
        monkeypatch.setattr(connection, "cursor", wrong)

        (only,) = surroundings.of_databases()

        assert only.verdict is Verdict.UNKNOWN
        says = "'default' (sessions and users) does not answer: OperationalError 08006"
        assert (only.text, only.hint) == (says, SHOWS_MORE)


class TestTheCache:
    def test_one_of_a_process_is_told(self):
        (only,) = surroundings.of_cache()

        assert "(LocMemCache) keeps what it is given; each process has one of its own" in only.text

    def test_one_that_others_may_see_is_told(self, settings, tmp_path):
        kind = "django.core.cache.backends.filebased.FileBasedCache"
        settings.CACHES = {"default": {"BACKEND": kind, "LOCATION": str(tmp_path)}}

        (only,) = surroundings.of_cache()

        assert "keeps what it is given; processes with these settings share it" in only.text
        assert not any(tmp_path.iterdir())

    def test_one_that_keeps_nothing_is_told(self, settings):
        kind = "django.core.cache.backends.dummy.DummyCache"
        settings.CACHES = {"default": {"BACKEND": kind}}

        (only,) = surroundings.of_cache()

        assert only.verdict is Verdict.UNWISE
        assert "(DummyCache) keeps nothing" in only.text

    def test_one_that_is_away_is_not_known(self, settings):
        settings.CACHES = {"default": {"BACKEND": "no.such.Cache"}}

        (only,) = surroundings.of_cache()

        assert only.verdict is Verdict.UNKNOWN


class TestExplain:
    @pytest.mark.parametrize("code", ["W101", "w101", " drf_jwt_kit.W101 "])
    def test_a_check_is_told_with_its_cure(self, jwtkit, code):
        said = jwtkit("doctor", "--explain", code)

        assert said.startswith("W101: warning, from check --deploy.\n  It says: No class in ")
        assert '\n  Cure: Write into the dict REST_FRAMEWORK of the settings: "DEFAULT_' in said

    def test_an_error_is_told_as_one(self, jwtkit):
        assert jwtkit("doctor", "--explain", "E030").startswith("E030: error, from check and runs")

    def test_a_code_is_told_with_its_cure(self, jwtkit):
        assert jwtkit("doctor", "--explain", "acted_for") == (
            "acted_for: 403, ActedFor.\n"
            "  Why: The token is of somebody who acts as the user, who alone may do this: 403.\n"
            "  Cure: Only the user may do this: whoever acts as the user cannot.\n"
        )

    def test_a_reason_is_told_with_its_cure(self, jwtkit):
        assert jwtkit("doctor", "--explain", "expired") == (
            "expired: a reason of token_not_valid, 401.\n"
            "  It says: Token is expired\n"
            "  Cure: refresh, and repeat the request. If it was the refresh token, log in again.\n"
        )

    def test_a_code_of_rest_frameworks_is_told_with_its_cure(self, jwtkit):
        assert jwtkit("doctor", "--explain", "throttled") == (
            "throttled: 429, in REST Framework's words.\n"
            "  Why: too many failed logins or refreshes, or a throttle of the project; with "
            "Retry-After.\n"
            "  Cure: Wait as long as Retry-After says. An operator looks at THROTTLE_RATES, and "
            "whether NUM_PROXIES is set: behind a proxy, all clients may have one address.\n"
        )

    @pytest.mark.parametrize("code", DOCUMENTED)
    def test_everything_that_a_page_of_codes_or_checks_names_is_told(self, jwtkit, code):
        why, cure = r"^  (Why|It says): .", r"^  Cure: ."

        said = jwtkit("doctor", "--explain", code)

        assert re.search(why, said, re.MULTILINE)
        assert re.search(cure, said, re.MULTILINE)

    def test_what_a_socket_was_closed_with_is_told_with_its_cure(self, jwtkit):
        assert jwtkit("doctor", "--explain", "4401") == (
            "4401: a socket was closed with it.\n"
            "  Why: nobody is known by its token, or its session has ended.\n"
            "  Cure: log in again.\n"
        )

    def test_a_proof_that_is_missing_is_told_with_its_cure(self, jwtkit):
        assert jwtkit("doctor", "--explain", "proof_required") == (
            "proof_required: a reason of token_not_valid, 401.\n"
            "  It says: This session goes on only in the browser where it began. Log in again.\n"
            "  Cure: the session is bound to a key of its browser, and this request came without. "
            "At bind/refresh/ (403) the browser answers the challenge by itself; anywhere else, "
            "log in again. The session goes on where it is bound.\n"
        )

    def test_another_word_is_refused(self, jwtkit):
        with pytest.raises(CommandError, match=r"E999 is no id of a check"):
            jwtkit("doctor", "--explain", "E999")

    def test_every_code_and_every_reason_has_a_cure(self):
        codes = {
            cls.default_code
            for cls in vars(exceptions).values()
            if isinstance(cls, type) and issubclass(cls, APIException)
        }

        assert set(OF_CODES) == codes - {APIException.default_code}
        assert set(OF_REASONS) == set(exceptions.Reason)


@pytest.mark.parametrize(
    ("verdicts", "expected", "status", "strict_status"),
    [
        ([], Verdict.FINE, 0, 0),
        ([Verdict.FINE, Verdict.UNWISE], Verdict.UNWISE, 0, 1),
        ([Verdict.UNWISE, Verdict.UNKNOWN], Verdict.UNKNOWN, 2, 2),
        ([Verdict.UNKNOWN, Verdict.WRONG], Verdict.WRONG, 1, 1),
    ],
)
def test_the_worst_of_all_decides(verdicts, expected, status, strict_status):
    findings = [Finding(area="keys", verdict=verdict, text="…") for verdict in verdicts]

    assert worst(findings) is expected
    assert exit_status(expected, strict=False) == status
    assert exit_status(expected, strict=True) == strict_status


def test_a_project_that_has_not_migrated_is_told_so_by_a_real_command(shell):
    process = shell.start("doctor")

    out, err = process.communicate(timeout=120)

    assert process.returncode == 1
    assert "python manage.py migrate" in out
    assert "Traceback" not in err
