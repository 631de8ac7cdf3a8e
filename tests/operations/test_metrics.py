"""What Prometheus reads of us: counts by verdict and reason, durations, and the feed's standing."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.db import OperationalError

import drf_jwt_kit.contrib.otel
from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.contrib.otel.counts import COUNTS
from drf_jwt_kit.exceptions import InvalidToken, Reason, ServiceUnavailable
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import feed, revocations
from tests.conftest import forge

pytestmark = pytest.mark.django_db(transaction=True)
FILES = Path(drf_jwt_kit.contrib.otel.__file__).parent
OUTCOMES = {
    "a database that is down": (ServiceUnavailable(), "temporarily_unavailable"),
    "the project's own code": (ZeroDivisionError(), "failed"),
}


class TestCounts:
    def test_a_life_is_told_in_numbers(self, kit, user, scrape):
        tokens = kit.sign_in(user)
        kit.get_with(tokens.access)
        newest = kit.rotate(tokens.refresh)
        kit.logout(newest.refresh)
        kit.refresh(newest.refresh)

        assert scrape.risen() == {
            ("logins_total",): 1,
            ("refreshes_total",): 1,
            ("ends_total", "logout"): 1,
            ("refusals_total", "refresh", "revoked"): 1,
            ("authenticate_duration_seconds_count", "database", "accepted"): 1,
            ("refresh_duration_seconds_count", "accepted"): 1,
            ("refresh_duration_seconds_count", "session_ended"): 1,
        }

    def test_wrong_credentials_are_counted(self, kit, user, scrape):
        kit.post_json("", {user.USERNAME_FIELD: user.get_username(), "password": "wrong"})

        assert scrape.risen() == {("failed_logins_total",): 1}

    def test_the_sessions_that_one_act_has_ended_are_counted_each(self, kit, user, scrape):
        for _ in range(3):
            kit.sign_in(user)

        sessions.revoke(user=user)

        assert scrape.risen()["ends_total", "by_project"] == 3

    def test_the_end_of_everybodys_sessions_is_counted(self, db, scrape):
        sessions.revoke_all()

        assert scrape.risen() == {("ends_of_all_total",): 1}

    def test_a_generation_that_was_never_given_out_has_its_verdict(self, kit, signed_in, scrape):
        kit.refresh(forge(signed_in.refresh, gen=9, jti=signed_in.session.jti_of(9)))

        assert scrape.risen()["refusals_total", "refresh", "ahead"] == 1

    def test_a_bound_session_without_its_key_has_a_number_of_its_own(
        self, settings, kit, signed_in, scrape
    ):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        Session.objects.update(bound_key="{}", bound_since=0)

        kit.refresh(signed_in.refresh)

        assert scrape.risen() == {
            ("unproven_total", "missing"): 1,
            ("refusals_total", "refresh", "unproven"): 1,
            ("refresh_duration_seconds_count", "proof_required"): 1,
        }

    def test_a_reason_of_the_projects_own_makes_no_label(self, kit, signed_in, scrape):
        sessions.revoke(signed_in.session, reason="user 4711 wrote to us")

        assert scrape.risen() == {("ends_total", "other"): 1}

    def test_what_has_not_happened_is_told_as_nothing(self, scrape):
        told = scrape.read()

        assert told["thefts_total", frozenset()] >= 0
        assert ("refusals_total", frozenset({("token", "refresh"), ("verdict", "ahead")})) in told


class TestLabels:
    def test_each_has_a_few_words_and_names_nobody(self, kit, user, scrape):
        tokens = kit.sign_in(user, user_agent="Firefox")
        kit.get_with(tokens.access)
        kit.rotate(tokens.refresh)
        sessions.revoke(tokens.session, reason="because")
        kit.refresh(tokens.refresh)

        labels = {label for _, labels in scrape.read() for label in labels}
        words = {value for name, value in labels if name != "le"}
        assert {name for name, _ in labels} == {
            "asks",
            "le",
            "outcome",
            "proof",
            "reason",
            "token",
            "verdict",
        }
        assert all(re.fullmatch(r"[a-z_]+", word) for word in words)
        assert len(words) < 60


class TestAProcess:
    def test_counts_once_where_its_apps_are_made_ready_again(
        self, kit, signed_in, scrape, settings
    ):
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.humanize"]

        kit.get_with(signed_in.access)
        kit.rotate(signed_in.refresh)

        assert scrape.risen() == {
            ("refreshes_total",): 1,
            ("authenticate_duration_seconds_count", "database", "accepted"): 1,
            ("refresh_duration_seconds_count", "accepted"): 1,
        }


class TestDurations:
    def test_a_refresh_takes_its_token_by_name(self, signed_in, scrape):
        sessions.refresh(presented=signed_in.refresh)

        assert scrape.risen()["refresh_duration_seconds_count", "accepted"] == 1

    @pytest.mark.parametrize("case", OUTCOMES)
    def test_what_goes_wrong_has_its_own_outcome(self, kit, signed_in, scrape, monkeypatch, case):
        failure, outcome = OUTCOMES[case]

        def fail(*args):
            raise failure

        monkeypatch.setattr(JWTAuthentication, "get_user", fail)
        kit.raise_request_exception = False
        kit.get_with(signed_in.access)

        assert scrape.risen() == {
            ("authenticate_duration_seconds_count", "database", outcome): 1,
        }

    def test_a_request_without_a_query_is_told_apart(self, kit, signed_in, scrape, new_process):
        kit.get_with(signed_in.access, "/api/stateless/")

        assert scrape.risen() == {
            ("authenticate_duration_seconds_count", "memory", "accepted"): 1,
        }

    def test_a_token_that_is_not_genuine_is_told_by_its_reason_alone(self, kit, signed_in, scrape):
        with pytest.raises(InvalidToken):
            sessions.refresh(signed_in.refresh[:-8] + "AAAAAAAA")

        assert scrape.risen() == {("refresh_duration_seconds_count", Reason.INVALID.value): 1}

    def test_a_request_without_a_token_is_not_measured(self, kit, db, scrape):
        kit.get("/api/secure/")

        assert scrape.risen() == {}


@pytest.mark.usefixtures("new_process")
class TestTheFeed:
    @pytest.fixture
    def ask(self, kit, signed_in):
        return lambda: kit.get_with(signed_in.access, "/api/stateless/")

    @pytest.fixture
    def broken(self, monkeypatch):
        def fail(*args):
            raise ServiceUnavailable from OperationalError()

        return lambda: monkeypatch.setattr(next(iter(feed._feeds.values())), "_read", fail)

    def test_a_process_that_was_not_asked_yet_is_not_behind(self, scrape):
        assert scrape.value_of("feed_lag_seconds") == 0
        assert scrape.value_of("feed_size") == 0

    def test_an_idle_process_is_not_behind(self, ask, scrape, monotonic):
        ask()
        monotonic.shift(3600)

        assert scrape.value_of("feed_lag_seconds") == 0

    def test_one_that_cannot_read_is_behind_since_its_last_read(
        self, ask, scrape, monotonic, broken
    ):
        ask()
        broken()
        monotonic.shift(6)
        ask()
        monotonic.shift(1)

        assert scrape.value_of("feed_lag_seconds") == 7

    def test_one_that_could_never_read_is_as_far_behind_as_fails(self, ask, scrape, monkeypatch):
        def fail(*args):
            raise ServiceUnavailable from OperationalError()

        monkeypatch.setattr(revocations, "read", fail)
        ask()

        assert scrape.value_of("feed_lag_seconds") == feed.FAIL_CLOSED_AFTER

    def test_one_whose_read_hangs_is_behind(self, ask, scrape, monotonic):
        ask()
        (one,) = feed._feeds.values()
        one._reading_since = monotonic.seconds
        monotonic.shift(4)

        assert scrape.value_of("feed_lag_seconds") == 4

    def test_its_size_is_the_number_of_ended_sessions(self, ask, kit, scrape, other_user):
        kit.logout(kit.sign_in(other_user).refresh)
        ask()

        assert scrape.value_of("feed_size") == 1

    def test_more_than_it_holds_count_as_more(self, ask, kit, scrape, other_user, monkeypatch):
        monkeypatch.setattr(revocations, "MOST", 0)
        kit.logout(kit.sign_in(other_user).refresh)
        ask()

        assert scrape.value_of("feed_size") == 1


def names_in(expressions):
    return set(re.findall(r"\bdrf_jwt_kit_(\w+)", "\n".join(expressions)))


class TestTheFilesBesideIt:
    @pytest.fixture
    def alerts(self):
        return [
            rule["expr"]
            for group in yaml.safe_load((FILES / "alerts.yml").read_text())["groups"]
            for rule in group["rules"]
        ]

    @pytest.fixture
    def panels(self):
        return json.loads((FILES / "dashboard.json").read_text())["panels"]

    @pytest.fixture
    def exported(self, kit, signed_in, scrape):
        kit.get_with(signed_in.access)
        kit.rotate(signed_in.refresh)
        return scrape.names()

    def test_every_alert_reads_what_is_exported(self, alerts, exported):
        assert names_in(alerts) - exported == set()

    def test_every_panel_reads_what_is_exported(self, panels, exported):
        shown = names_in(target["expr"] for panel in panels for target in panel["targets"])

        assert shown - exported == set()

    def test_every_count_has_a_panel(self, panels):
        shown = names_in(target["expr"] for panel in panels for target in panel["targets"])

        assert {f"{name}_total" for name in COUNTS} - shown == set()

    def test_every_label_that_they_choose_by_is_exported(self, alerts, panels, scrape):
        asked = "\n".join([*alerts, *(one["expr"] for each in panels for one in each["targets"])])
        known = {label for _, labels in scrape.read() for label in labels}

        chosen = set(re.findall(r'(\w+)="(\w+)"', asked)) - {("outcome", "temporarily_unavailable")}
        assert chosen - known == set()

    def test_no_two_panels_lie_on_each_other(self, panels):
        places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels]

        assert len(places) == len(set(places)) == len({one["id"] for one in panels})
