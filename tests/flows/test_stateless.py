"""A request with an access token: the stateless class, which asks no query."""

from datetime import datetime, timedelta, timezone

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, OperationalError, connection
from rest_framework_simplejwt import authentication as simplejwt

from drf_jwt_kit import authentication, sessions
from drf_jwt_kit.authentication import JWTStatelessAuthentication
from drf_jwt_kit.exceptions import NoActiveAccount
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import place, revocations
from tests.conftest import Dropped, forge

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.flows.stateless_urls"),
    pytest.mark.usefixtures("new_process"),
]


@pytest.fixture
def warm(kit, signed_in, monotonic):
    """A login in a process that has just asked what was revoked."""
    assert kit.get_with(signed_in.access).status_code == 200
    return signed_in


@pytest.fixture
def lag_passed(monotonic):
    return lambda: monotonic.shift(1)


def reason(answer):
    assert answer.status_code == 401
    return answer.json()["reason"]


@pytest.mark.usefixtures("default_user_model")  # another claim than the key, and a throttle loads
class TestQueries:
    """Through the mixin, IsAuthenticated and a throttle."""

    def test_a_request_makes_no_query(self, kit, warm, queries):
        with queries() as made:
            assert kit.get_with(warm.access).status_code == 200

        assert made == []

    def test_are_two_when_the_lag_has_passed(self, kit, warm, queries, lag_passed):
        lag_passed()

        with queries() as made:
            assert kit.get_with(warm.access).status_code == 200

        assert len(made) == 2

    def test_are_none_for_the_primary_key(self, kit, warm, queries, user):
        with queries() as made:
            answer = kit.get_with(warm.access, "/api/plain/")

        assert answer.json() == {"user": str(user.pk)}
        assert made == []

    def test_are_one_for_a_user_that_is_touched(self, kit, warm, queries, user):
        with queries() as made:
            answer = kit.get_with(warm.access, "/api/mail/")

        assert answer.json() == {"mail": user.email}
        assert len(made) == 1

    def test_are_none_for_a_token_that_is_refused_by_itself(self, kit, warm, queries):
        with queries() as made:
            reasons = [reason(kit.get_with(token)) for token in ("garbage", warm.refresh)]

        assert reasons == ["invalid", "wrong_type"]
        assert made == []


class TestAnotherDatabase:
    """What is known of one is not known of another, nor of another tenant's schema in it."""

    def test_a_database_of_another_name_is_asked_anew(self, kit, warm, queries, monkeypatch):
        monkeypatch.setitem(connection.settings_dict, "NAME", "another")

        with queries() as made:
            assert kit.get_with(warm.access, "/api/open/").status_code == 200

        assert made != []

    def test_a_database_of_another_schema_is_asked_anew(self, kit, warm, queries, monkeypatch):
        monkeypatch.setattr(connection, "schema_name", "another", raising=False)

        with queries() as made:
            assert kit.get_with(warm.access, "/api/open/").status_code == 200

        assert made != []


class TestRevocation:
    def test_is_seen_when_the_lag_has_passed(self, kit, warm, lag_passed):
        kit.logout(warm.refresh)
        lag_passed()

        assert reason(kit.get_with(warm.access)) == "session_ended"

    def test_a_revocation_by_another_process_is_not_seen_before_the_lag(self, kit, warm):
        Session.objects.update(revoked_at=Session.objects.get().created_at)

        assert kit.get_with(warm.access, "/api/open/").status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_a_revocation_by_this_process_is_seen_at_once(self, kit, warm):
        kit.logout(warm.refresh)

        assert reason(kit.get_with(warm.access)) == "session_ended"

    @pytest.mark.django_db(transaction=True)
    def test_a_revocation_of_all_by_this_process_is_seen_at_once(self, kit, warm):
        sessions.revoke_all()

        assert reason(kit.get_with(warm.access)) == "session_ended"

    def test_a_revocation_of_all_is_seen_when_the_lag_has_passed(self, kit, warm, lag_passed):
        sessions.revoke_all()
        lag_passed()

        assert reason(kit.get_with(warm.access)) == "session_ended"

    def test_is_seen_at_once_without_a_lag(self, kit, signed_in, settings):
        settings.DRF_JWT_KIT = {"REVOCATION_LAG": timedelta(0)}
        assert kit.get_with(signed_in.access).status_code == 200
        kit.logout(signed_in.refresh)

        assert reason(kit.get_with(signed_in.access)) == "session_ended"

    def test_is_not_believed_of_a_session_that_was_kept(self, kit, warm, lag_passed):
        """As sessions.keep does, after another process has heard of the end."""
        kit.logout(warm.refresh)
        lag_passed()
        kit.get_with(warm.access)
        Session.objects.update(revoked_at=None)

        assert kit.get_with(warm.access).status_code == 200

    def test_a_revocation_by_the_settings_is_seen_at_once(self, kit, warm, settings):
        settings.DRF_JWT_KIT = {"SESSIONS_VALID_AFTER": datetime.now(timezone.utc)}

        assert reason(kit.get_with(warm.access)) == "session_ended"

    def test_a_changed_password_is_seen_when_the_lag_has_passed(self, kit, warm, user, lag_passed):
        user.set_password("another one")
        user.save()
        lag_passed()

        assert reason(kit.get_with(warm.access)) == "session_ended"


class TestWhatLeavesNoTrace:
    """A user who is deactivated by QuerySet.update; no session says so."""

    @pytest.fixture
    def deactivated(self, user, warm, lag_passed):
        get_user_model().objects.filter(pk=user.pk).update(is_active=False)
        lag_passed()
        return warm

    def test_lives_on_where_nobody_touches_the_user(self, kit, deactivated):
        assert kit.get_with(deactivated.access, "/api/open/").status_code == 200

    def test_is_refused_where_the_user_is_touched(self, kit, deactivated):
        answer = kit.get_with(deactivated.access, "/api/mail/")

        assert reason(answer) == "session_ended"
        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'

    def test_is_refused_by_a_page_although_that_is_rendered_later(self, kit, deactivated):
        assert kit.get_with(deactivated.access, "/api/page/").status_code == 401

    def test_is_refused_everywhere_after_sessions_revoke(self, kit, deactivated, user, lag_passed):
        sessions.revoke(user=user)
        lag_passed()

        assert reason(kit.get_with(deactivated.access)) == "session_ended"


class TestALoginThatAChangeOfThePasswordHasOvertaken:
    """The password was right when it was asked for; the row is newer than the end of all others."""

    def test_is_refused(self, user, monotonic):
        as_it_was = get_user_model().objects.get(pk=user.pk)
        user.set_password("another one")
        user.save()

        with pytest.raises(NoActiveAccount):
            sessions.start(as_it_was)
        assert Session.objects.get().revoked_reason == "password_changed"


class TestPage:
    def test_a_page_shows_the_user(self, kit, warm, user):
        answer = kit.get_with(warm.access, "/api/page/")

        assert answer.content.decode() == f"<p>{user.email}</p>"

    def test_loads_no_user_twice(self, kit, warm, queries):
        older_than_the_memory = forge(warm.access, iat=0)

        with queries() as made:
            answer = kit.get_with(older_than_the_memory, "/api/page/")

        assert (answer.status_code, len(made)) == (200, 1)


class TestTheTableIsAsked:
    """Wherever the feed cannot vouch for a token."""

    @pytest.mark.parametrize("issued_at", [0, Dropped])
    def test_the_table_is_asked_for_a_token_older_than_the_feeds_memory(
        self, kit, warm, queries, issued_at
    ):
        old = forge(warm.access, iat=issued_at)

        with queries() as made:
            assert kit.get_with(old).status_code == 200

        assert len(made) == 1

    def test_the_table_is_asked_for_a_token_from_before_lifetimes_were_shortened(
        self, clock, kit, user, settings
    ):
        settings.DRF_JWT_KIT = {"ACCESS_TOKEN_LIFETIME": timedelta(hours=1)}
        tokens = kit.sign_in(user)
        kit.logout(tokens.refresh)
        clock.shift(timedelta(minutes=30))
        settings.DRF_JWT_KIT = {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=5)}

        assert reason(kit.get_with(tokens.access)) == "session_ended"

    def test_the_table_is_asked_where_more_was_revoked_than_a_process_remembers(
        self, kit, user, monkeypatch, monotonic, queries
    ):
        monkeypatch.setattr(revocations, "MOST", 0)
        kit.logout(kit.sign_in(user).refresh)
        tokens = kit.sign_in(user)
        kit.get_with(tokens.access)

        with queries() as made:
            assert kit.get_with(tokens.access).status_code == 200
        kit.logout(tokens.refresh)

        assert len(made) == 1
        assert reason(kit.get_with(tokens.access)) == "session_ended"


class TestDatabaseAway:
    @pytest.fixture
    def away(self, warm, monkeypatch, lag_passed):
        def fail(*args):
            raise OperationalError("the server has gone away")

        monkeypatch.setattr(revocations, "_revoked", fail)
        lag_passed()
        return warm

    def test_requests_go_on_while_the_database_is_briefly_away(self, kit, away):
        assert kit.get_with(away.access).status_code == 200

    def test_a_database_away_for_ten_seconds_is_503_with_retry_after(self, kit, away, monotonic):
        monotonic.shift(9)

        answer = kit.get_with(away.access)

        assert answer.status_code == 503
        assert answer["Retry-After"] == "1"
        assert answer.json()["code"] == "temporarily_unavailable"

    def test_a_database_that_is_not_migrated_is_503(self, kit, signed_in, monkeypatch):
        def fail(*args):
            raise DatabaseError("no such table: drf_jwt_kit_cutoff")

        monkeypatch.setattr(place, "look", fail)

        assert kit.get_with(signed_in.access).status_code == 503


class TestProjectsOwnClass:
    def test_may_find_the_user_itself_and_the_feed_is_still_asked(
        self, kit, warm, rf, user, lag_passed
    ):
        class Own(JWTStatelessAuthentication):
            def get_user(self, validated_token):
                return user

        request = rf.get("/", headers={"Authorization": f"Bearer {warm.access}"})
        assert Own().authenticate(request)[0] is user
        kit.logout(warm.refresh)
        lag_passed()

        with pytest.raises(authentication.InvalidToken):
            Own().authenticate(request)

    @pytest.mark.parametrize(
        "name", ["JWTStatelessUserAuthentication", "JWTTokenUserAuthentication"]
    )
    def test_finds_simple_jwts_names(self, name):
        ours = getattr(authentication, name)

        assert ours is JWTStatelessAuthentication
        assert issubclass(ours, getattr(simplejwt, name))
