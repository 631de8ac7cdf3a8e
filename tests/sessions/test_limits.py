"""How long one login may live, and how many a user may have: settings and SESSION_LIMITS."""

from datetime import timedelta

import pytest
from django.test import override_settings
from rest_framework.exceptions import ValidationError

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import LimitsError
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import SessionLimits
from drf_jwt_kit.signals import session_revoked
from drf_jwt_kit.tokens import RefreshToken
from tests.conftest import PASSWORD, claims_of

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def kit_settings(**settings):
    return override_settings(DRF_JWT_KIT=settings)


def limited_to(**limits):
    return kit_settings(SESSION_LIMITS=lambda user, request: SessionLimits(**limits))


def lifetime_of(token):
    return timedelta(seconds=claims_of(token)["exp"] - claims_of(token)["iat"])


def remembered(user, request):
    if request is not None and request.data.get("remember") is True:
        return SessionLimits(refresh_lifetime=60 * DAY, max_age=90 * DAY)
    return SessionLimits()


def shorter_for_staff(user, request):
    if user.is_staff:
        return SessionLimits(
            refresh_lifetime=HOUR, max_age=8 * HOUR, access_lifetime=5 * MINUTE, max_sessions=1
        )
    return SessionLimits()


def refuses(user, request):
    raise ValidationError({"remember": "Not from here."})


class TestMaxSessionsPerUser:
    def test_lets_the_oldest_out(self, kit, user):
        with kit_settings(MAX_SESSIONS_PER_USER=2):
            first, second, third = (kit.sign_in(user) for _ in range(3))

        assert kit.get_with(first.access).status_code == 401
        assert kit.refresh(first.refresh).json()["reason"] == "session_ended"
        assert first.session.revoked_reason == RevokedReason.SESSION_LIMIT
        assert kit.get_with(second.access).status_code == 200
        assert kit.get_with(third.access).status_code == 200

    def test_counts_each_user_apart(self, kit, user, other_user):
        with kit_settings(MAX_SESSIONS_PER_USER=1):
            tokens = kit.sign_in(user)
            kit.sign_in(other_user)

        assert kit.get_with(tokens.access).status_code == 200

    def test_does_not_count_what_has_ended(self, kit, user, clock):
        idle = kit.sign_in(user)
        clock.shift(DAY + MINUTE)
        kit.logout(kit.sign_in(user).refresh)
        live = kit.sign_in(user)

        with kit_settings(MAX_SESSIONS_PER_USER=2):
            kit.sign_in(user)

        assert kit.get_with(live.access).status_code == 200
        assert idle.session.revoked_at is None

    def test_ends_all_that_are_too_many_when_it_is_lowered(self, kit, user):
        for _ in range(4):
            kit.sign_in(user)

        with kit_settings(MAX_SESSIONS_PER_USER=1):
            kit.sign_in(user)

        assert Session.objects.filter(revoked_at=None).count() == 1

    def test_keeps_the_newest_where_a_test_has_stopped_the_clock(self, kit, user, clock):
        with kit_settings(MAX_SESSIONS_PER_USER=1):
            logins = [kit.sign_in(user) for _ in range(6)]

        assert [s.session.revoked_at is None for s in logins] == [False] * 5 + [True]

    def test_costs_a_login_one_query(self, user, queries):
        with kit_settings(MAX_SESSIONS_PER_USER=1), queries() as made:
            sessions.start(user)

        assert [sql.split()[0] for sql in made] == ["INSERT", "SELECT", "SELECT"]

    def test_costs_one_more_where_something_is_to_end(self, user, queries):
        sessions.start(user)

        with kit_settings(MAX_SESSIONS_PER_USER=1), queries() as made:
            sessions.start(user)

        assert [sql.split()[0] for sql in made] == ["INSERT", "SELECT", "SELECT", "UPDATE"]

    def test_costs_nothing_where_there_is_none(self, user, queries):
        with queries() as made:
            sessions.start(user)

        assert len(made) == 2

    def test_holds_for_tokens_made_in_other_ways(self, user):
        with kit_settings(MAX_SESSIONS_PER_USER=1):
            first, second = (RefreshToken.for_user(user) for _ in range(2))
            str(first), str(second)

        assert first.session.pk != second.session.pk
        assert list(Session.objects.filter(revoked_at=None)) == [second.session]

    def test_looks_again_when_a_transaction_around_it_commits(
        self, user, queries, django_capture_on_commit_callbacks
    ):
        """Inside one, at REPEATABLE READ, logins that race do not see each other."""
        commits = django_capture_on_commit_callbacks(execute=True)

        with kit_settings(MAX_SESSIONS_PER_USER=1), queries() as made, commits:
            sessions.start(user)

        assert [sql.split()[0] for sql in made] == ["INSERT", "SELECT", "SELECT", "SELECT"]

    @pytest.mark.django_db(transaction=True)
    def test_looks_once_where_there_is_no_transaction_around_it(self, user, queries):
        with kit_settings(MAX_SESSIONS_PER_USER=1), queries() as made:
            sessions.start(user)

        assert len([sql for sql in made if "created_at" in sql and "SELECT" in sql]) == 1

    def test_tells_which_session_it_ended(
        self, signed_in, user, django_capture_on_commit_callbacks
    ):
        heard = []
        receiver = lambda sender, signal, **facts: heard.append(facts)  # noqa: E731
        session_revoked.connect(receiver)

        commits = django_capture_on_commit_callbacks(execute=True)
        with kit_settings(MAX_SESSIONS_PER_USER=1), commits:
            sessions.start(user)

        session_revoked.disconnect(receiver)
        assert heard == [
            {
                "session_id": signed_in.session.pk,
                "user_id": user.pk,
                "reason": "session_limit",
                "count": 1,
            }
        ]


class TestRememberMe:
    """A field in the body of the standard endpoint, and no subclass."""

    @pytest.fixture(autouse=True)
    def project(self):
        with kit_settings(SESSION_LIMITS="tests.sessions.test_limits.remembered"):
            yield

    @pytest.fixture
    def log_in(self, kit, user):
        def log_in(**more):
            body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD, **more}
            return kit.post_json("", body).json()

        return log_in

    @pytest.mark.usefixtures("clock")
    def test_remember_me_lengthens_this_login(self, log_in):
        assert lifetime_of(log_in(remember=True)["refresh"]) == 60 * DAY
        assert Session.objects.get().expires_at - Session.objects.get().created_at == 90 * DAY

    @pytest.mark.usefixtures("clock")
    def test_leaves_other_logins_as_they_are(self, log_in):
        assert lifetime_of(log_in()["refresh"]) == DAY
        assert Session.objects.get().expires_at - Session.objects.get().created_at == 30 * DAY

    def test_holds_at_every_refresh(self, clock, kit, log_in):
        tokens = log_in(remember=True)
        clock.shift(59 * DAY)
        rotated = kit.rotate(tokens["refresh"])
        clock.shift(30 * DAY)

        assert lifetime_of(rotated.refresh) == 31 * DAY  # the rest of its 90 days
        assert kit.refresh(rotated.refresh).status_code == 200

    @pytest.mark.usefixtures("clock")
    def test_is_asked_without_a_request_too(self, user):
        assert lifetime_of(sessions.start(user).refresh) == DAY
        assert lifetime_of(str(RefreshToken.for_user(user))) == DAY


class TestLimitsOfAKindOfUser:
    @pytest.fixture(autouse=True)
    def project(self):
        with kit_settings(SESSION_LIMITS="tests.sessions.test_limits.shorter_for_staff"):
            yield

    @pytest.fixture
    def staff(self, user, default_user_model):
        user.is_staff = True
        user.save()
        return user

    @pytest.mark.usefixtures("clock")
    def test_shorten_all_three_lifetimes(self, kit, staff):
        tokens = kit.sign_in(staff)

        assert lifetime_of(tokens.access) == 5 * MINUTE
        assert lifetime_of(tokens.refresh) == HOUR
        assert tokens.session.expires_at - tokens.session.created_at == 8 * HOUR

    def test_hold_at_every_refresh(self, clock, kit, staff):
        tokens = kit.sign_in(staff)
        clock.shift(30 * MINUTE)
        rotated = kit.rotate(tokens.refresh)

        assert lifetime_of(rotated.access) == 5 * MINUTE
        assert lifetime_of(rotated.refresh) == HOUR

    @pytest.mark.usefixtures("clock")
    def test_hold_for_tokens_made_in_other_ways(self, staff):
        token = RefreshToken.for_user(staff)

        assert lifetime_of(str(token.access_token)) == 5 * MINUTE
        assert lifetime_of(str(token)) == HOUR

    def test_limits_of_a_kind_of_user_allow_one_session(self, kit, staff):
        first, second = kit.sign_in(staff), kit.sign_in(staff)

        assert kit.get_with(first.access).status_code == 401
        assert kit.get_with(second.access).status_code == 200

    @pytest.mark.usefixtures("clock")
    def test_leave_other_users_alone(self, kit, staff, other_user):
        first, _ = kit.sign_in(other_user), kit.sign_in(other_user)

        assert lifetime_of(first.access) == 15 * MINUTE
        assert kit.get_with(first.access).status_code == 200

    def test_never_pass_a_setting_that_was_lowered_since(self, clock, kit, staff):
        """The setting is how long the end of a session is remembered."""
        tokens = kit.sign_in(staff)
        clock.shift(MINUTE)

        with kit_settings(ACCESS_TOKEN_LIFETIME=MINUTE):
            assert lifetime_of(kit.rotate(tokens.refresh).access) == MINUTE


class TestLimitsThatCanJustBeKept:
    @pytest.mark.parametrize(
        "limits",
        [
            {"access_lifetime": 15 * MINUTE},
            {"refresh_lifetime": 15 * MINUTE},
            {"refresh_lifetime": 5 * MINUTE, "access_lifetime": 5 * MINUTE},
            {"refresh_lifetime": 2 * DAY, "max_age": 2 * DAY},
            {"refresh_lifetime": 400 * DAY, "max_age": 400 * DAY},
            dict.fromkeys(("access_lifetime", "refresh_lifetime", "max_age"), timedelta(seconds=1)),
        ],
    )
    def test_log_a_user_in_for_as_long(self, user, clock, limits):
        with limited_to(**limits):
            pair = sessions.start(user)

        row = Session.objects.get()
        assert lifetime_of(pair.access) == limits.get("access_lifetime", 15 * MINUTE)
        assert lifetime_of(pair.refresh) == limits.get("refresh_lifetime", DAY)
        assert row.expires_at - row.created_at == limits.get("max_age", 30 * DAY)

    def test_leave_the_projects_number_where_they_say_none(self, user):
        with kit_settings(SESSION_LIMITS=lambda user, request: SessionLimits(),
                          MAX_SESSIONS_PER_USER=1):  # fmt: skip
            sessions.start(user), sessions.start(user)

        assert Session.objects.filter(revoked_at=None).count() == 1


class TestLimitsThatCannotBeKept:
    @pytest.mark.parametrize(
        ("limits", "message"),
        [
            (
                {"access_lifetime": HOUR},
                "SESSION_LIMITS returned an access_lifetime (1:00:00) that is longer than "
                "ACCESS_TOKEN_LIFETIME (0:15:00), which is how long an end is remembered. Raise "
                "the setting, and return a shorter one for other users.",
            ),
            (
                {"refresh_lifetime": 2 * DAY, "max_age": DAY},
                "SESSION_LIMITS makes a session that lives for at most 1 day, 0:00:00 (max_age, "
                "or else SESSION_MAX_AGE) but needs no refresh for 2 days, 0:00:00 "
                "(refresh_lifetime, or else REFRESH_TOKEN_LIFETIME). Return both, with max_age "
                "at least as long.",
            ),
            (
                {"refresh_lifetime": 401 * DAY, "max_age": 500 * DAY},
                "SESSION_LIMITS makes a refresh token that lives for 401 days, 0:00:00 "
                "(refresh_lifetime), but a token that expires more than 400 days, 0:00:00 from "
                "now is refused as forged. Return less, or raise SESSION_MAX_AGE.",
            ),
            (
                {"refresh_lifetime": MINUTE},
                "SESSION_LIMITS makes a session that ends without a refresh in 0:01:00 "
                "(refresh_lifetime), before its first access token, which lives for 0:15:00. "
                "Return an access_lifetime that is not longer.",
            ),
        ],
    )
    def test_say_why_and_the_cure_and_log_nobody_in(self, user, limits, message):
        with limited_to(**limits), pytest.raises(LimitsError) as refused:
            sessions.start(user)

        assert str(refused.value) == message
        assert not Session.objects.exists()

    @pytest.mark.parametrize("limits", [{"max_age": HOUR}, {"refresh_lifetime": 60 * DAY}])
    def test_are_compared_with_the_settings_that_they_leave(self, user, limits):
        with limited_to(**limits), pytest.raises(LimitsError, match="Return both"):
            sessions.start(user)

    @pytest.mark.parametrize(
        "nonsense",
        [0, 60, -HOUR, timedelta(0), timedelta(seconds=0.5), timedelta.max, "1 day", True],
    )
    @pytest.mark.parametrize("name", ["refresh_lifetime", "max_age", "access_lifetime"])
    def test_are_no_lengths_of_time(self, name, nonsense):
        with pytest.raises(LimitsError, match="it must be a timedelta from one second to"):
            SessionLimits(**{name: nonsense})

    @pytest.mark.parametrize("nonsense", [0, -1, True, 1.5, "1", HOUR])
    def test_a_number_of_sessions_below_1_or_of_another_type_is_refused(self, nonsense):
        with pytest.raises(LimitsError, match="a whole number from 1 on"):
            SessionLimits(max_sessions=nonsense)

    def test_are_none_where_a_return_was_forgotten(self, user):
        forgetful = lambda user, request: None  # noqa: E731

        with kit_settings(SESSION_LIMITS=forgetful), pytest.raises(LimitsError) as refused:
            sessions.start(user)

        assert str(refused.value) == (
            "SESSION_LIMITS returned NoneType, not SessionLimits. Return "
            "drf_jwt_kit.sessions.SessionLimits() for users who have the project's settings."
        )

    def test_never_reach_the_client(self, kit, user):
        kit.raise_request_exception = False
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}

        with limited_to(access_lifetime=HOUR):
            answer = kit.post_json("", body)

        assert answer.status_code == 500
        assert b"LIFETIME" not in answer.content

    def test_can_be_refused_to_the_client_by_the_function_itself(self, kit, user):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}

        with kit_settings(SESSION_LIMITS=refuses):
            answer = kit.post_json("", body)

        assert answer.status_code == 400
        assert answer.json()["remember"] == ["Not from here."]
