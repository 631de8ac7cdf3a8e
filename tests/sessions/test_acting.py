"""Support staff who act as a user: half an hour, told to the user, and never the user's own say."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import RequestFactory, override_settings
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ActedFor, NoActiveAccount
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.permissions import NotActedFor
from drf_jwt_kit.sessions import SessionLimits
from drf_jwt_kit.signals import session_started
from drf_jwt_kit.tokens import AccessToken, ClaimsSerializer, RefreshToken
from tests.conftest import claims_of, make_user
from tests.urls import urlpatterns as usual_urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]
HERE = "tests.sessions.test_acting"


class OnlyTheUserView(SecureViewMixin, APIView):
    permission_classes = [NotActedFor]

    def get(self, request):
        return Response({"user": request.user.username})


class Forging(ClaimsSerializer):
    def to_representation(self, user):
        return {"act": {"sub": "somebody"}}


urlpatterns = [*usual_urlpatterns, path("only/", OnlyTheUserView.as_view())]


def limits_of_a_login(user, request):
    return SessionLimits(max_age=timedelta(days=90), refresh_lifetime=timedelta(days=2))


def act(user, actor, request=None, **more):
    return sessions.start(user, request, actor=actor, reason="Ticket 4711", **more)


def request_with(access):
    request = RequestFactory().get("/")
    request.auth = AccessToken(access)
    return request


def bearer(access):
    return {"Authorization": f"Bearer {access}"}


@pytest.fixture
def staff(other_user):
    return other_user


@pytest.fixture
def acting(user, staff):
    return act(user, staff)


@pytest.fixture
def committed(caplog, django_capture_on_commit_callbacks):
    caplog.set_level("INFO", logger="drf_jwt_kit")
    return lambda: django_capture_on_commit_callbacks(execute=True)


class TestTokens:
    def test_they_are_the_users_and_name_the_actor(self, kit, user, staff, acting):
        claims = claims_of(acting.access)

        assert claims["user_id"] == str(user.pk)
        assert claims["act"] == {"sub": str(staff.pk)}
        assert kit.get_with(acting.access).status_code == 200

    def test_they_name_the_actor_after_each_refresh(self, kit, staff, acting):
        tokens = kit.rotate(kit.rotate(acting.refresh).refresh)

        assert claims_of(tokens.access)["act"] == {"sub": str(staff.pk)}

    def test_a_login_of_the_users_own_names_nobody(self, signed_in):
        assert "act" not in {**claims_of(signed_in.access), **claims_of(signed_in.refresh)}

    def test_claims_of_the_projects_cannot_name_anybody(self, user, staff):
        with override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": f"{HERE}.Forging"}):
            assert "act" not in claims_of(sessions.start(user).access)
            assert claims_of(act(user, staff).access)["act"] == {"sub": str(staff.pk)}

    def test_data_of_the_login_cannot_name_anybody(self, user):
        pair = sessions.start(user, data={"actor": "7", "act": {"sub": "7"}})

        assert "act" not in claims_of(pair.access)


class TestHalfAnHour:
    def test_no_token_is_valid_for_longer(self, clock, acting):
        begun = claims_of(acting.access)["iat"]

        assert claims_of(acting.refresh)["exp"] == begun + 30 * 60

    def test_no_refresh_extends_it(self, kit, clock, acting):
        clock.shift(timedelta(minutes=29))
        tokens = kit.rotate(acting.refresh)
        clock.shift(timedelta(minutes=1, seconds=1))

        assert kit.refresh(tokens.refresh).json()["code"] == "token_not_valid"
        assert kit.get_with(tokens.access).status_code == 401

    def test_limits_of_the_project_do_not_extend_it(self, clock, user, staff):
        with override_settings(DRF_JWT_KIT={"SESSION_LIMITS": f"{HERE}.limits_of_a_login"}):
            pair = act(user, staff)

        assert claims_of(pair.refresh)["exp"] - claims_of(pair.refresh)["iat"] == 30 * 60

    def test_a_shorter_limit_of_the_project_holds(self, clock, user, staff):
        short = {
            "SESSION_MAX_AGE": timedelta(minutes=5),
            "REFRESH_TOKEN_LIFETIME": timedelta(minutes=5),
            "ACCESS_TOKEN_LIFETIME": timedelta(minutes=1),
        }
        with override_settings(DRF_JWT_KIT=short):
            pair = act(user, staff)

        assert claims_of(pair.refresh)["exp"] - claims_of(pair.refresh)["iat"] == 5 * 60


class TestWhatMayNotBeDone:
    @pytest.mark.parametrize("path", ["logout/all/", "logout/all/?except=current"])
    def test_nobody_who_acts_logs_the_user_out_everywhere(self, kit, signed_in, acting, path):
        answer = kit.post_json(path, **bearer(acting.access))

        assert (answer.status_code, answer.json()["code"]) == (403, "acted_for")
        assert kit.get_with(signed_in.access).status_code == 200

    def test_nobody_who_acts_ends_a_session_of_the_user(self, kit, signed_in, acting):
        url = f"/api/token/sessions/{signed_in.session.pk}/"
        answer = kit.delete(url, headers=bearer(acting.access))

        assert (answer.status_code, answer.json()["code"]) == (403, "acted_for")

    def test_nobody_who_acts_names_a_session(self, kit, acting):
        url = f"/api/token/sessions/{claims_of(acting.access)['sid']}/"
        answer = kit.patch(url, {"name": "Phone"}, format="json", headers=bearer(acting.access))

        assert (answer.status_code, answer.json()["code"]) == (403, "acted_for")

    def test_whoever_acts_may_look_and_log_out(self, kit, acting):
        own = f"/api/token/sessions/{claims_of(acting.access)['sid']}/"

        assert len(kit.sessions(acting.access)) == 1
        assert kit.delete(own, headers=bearer(acting.access)).status_code == 204

    @pytest.mark.urls(HERE)
    def test_a_view_may_ask_for_the_user_in_person(self, kit, signed_in, acting):
        refused = kit.get_with(acting.access, "/only/")

        assert (refused.status_code, refused.json()["code"]) == (403, "acted_for")
        assert kit.get_with(signed_in.access, "/only/").json() == {"user": "ada"}

    @pytest.mark.parametrize("claims", [{"act": {"sub": "7"}}, {"act": ""}])
    def test_a_service_that_has_the_claims_alone_may_ask_too(self, claims):
        request = SimpleNamespace(auth=claims)

        with pytest.raises(ActedFor):
            NotActedFor().has_permission(request, None)

    @pytest.mark.parametrize("more", [{}, {"widen": True}, {"scope": "orders"}])
    def test_no_session_is_begun_with_such_a_token(self, user, acting, more):
        with pytest.raises(ActedFor):
            sessions.start(user, request_with(acting.access), **more)

        assert Session.objects.count() == 1

    def test_nobody_acts_as_one_more_user(self, staff, acting):
        with pytest.raises(ActedFor):
            act(staff, Session.objects.get().user, request_with(acting.access))

    def test_a_new_password_keeps_no_session_of_whoever_acts(self, kit, user, acting):
        user.set_password("new")
        user.save()
        sessions.keep(request_with(acting.access), user)

        assert kit.get_with(acting.access).status_code == 401


class TestWhatTheUserSees:
    def test_the_list_of_devices_says_so_and_nothing_of_the_actor(
        self, kit, user, staff, signed_in
    ):
        request = RequestFactory().get("/", headers={"User-Agent": "Firefox"})
        act(user, staff, request)

        acted, own = kit.sessions(signed_in.access)
        assert (acted["acted_for"], acted["device"], acted["ip"]) == (True, "", None)
        assert (own["acted_for"], own["ip"]) == (False, "127.0.0.1")

    @pytest.mark.parametrize("pk", ["0", "no"])
    def test_no_id_of_an_actor_reads_as_nobody(self, kit, signed_in, acting, pk):
        Session.objects.exclude(actor="").update(actor=pk)

        assert [one["acted_for"] for one in kit.sessions(signed_in.access)] == [True, False]

    def test_the_user_may_end_it(self, kit, signed_in, acting):
        url = f"/api/token/sessions/{claims_of(acting.access)['sid']}/"

        assert kit.delete(url, headers=bearer(signed_in.access)).status_code == 204
        assert kit.get_with(acting.access).status_code == 401

    def test_no_device_of_the_user_is_pushed_out(self, kit, user, staff):
        with override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 1}):
            own = kit.sign_in(user)
            acting = act(user, staff)
            assert kit.get_with(own.access).status_code == 200

            again = kit.sign_in(user)
            assert kit.get_with(own.access).status_code == 401
            answers = [kit.get_with(one.access).status_code for one in (again, acting)]
            assert answers == [200, 200]


class TestWhatIsTold:
    def test_the_log_says_who_begins_as_whom_why_and_until_when(
        self, clock, user, staff, caplog, committed
    ):
        with committed():
            act(user, staff)

        who = f"session={Session.objects.get().pk} user={user.pk} actor={staff.pk}"
        why = "reason='Ticket 4711' until=2026-01-01T12:30:00+00:00"
        told = [one for one in caplog.messages if "acting_started" in one]
        assert told == [f"event=acting_started {who} {why}"]

    @pytest.mark.parametrize("kind", ["access", "refresh"])
    def test_the_log_says_who_has_logged_out(self, acting, kind, caplog, committed):
        with committed():
            sessions.logout(getattr(acting, kind))

        row = Session.objects.get()
        who = f"session={row.pk} user={row.user_id} actor={row.actor}"
        assert f"event=acting_ended {who}" in caplog.messages

    def test_the_log_tells_of_no_actor_where_the_user_logs_out(self, signed_in, caplog, committed):
        with committed():
            sessions.logout(signed_in.refresh)

        assert "acting_ended" not in caplog.text

    def test_the_signal_of_the_beginning_has_both(self, user, staff, committed):
        heard = []

        def hear(session, **_):
            heard.append((session.actor, session.actor_reason))

        session_started.connect(hear)
        with committed():
            act(user, staff)
        session_started.disconnect(hear)

        assert heard == [(str(staff.pk), "Ticket 4711")]


class TestTheActor:
    def test_one_who_may_not_log_in_acts_as_nobody(self, user, staff):
        staff.is_active = False

        with pytest.raises(NoActiveAccount):
            act(user, staff)

    @pytest.mark.parametrize(
        "change", [{"is_active": False}, {"password": "!"}], ids=["deactivated", "new password"]
    )
    def test_one_who_has_ended_in_the_table_alone_acts_as_nobody(self, user, staff, change):
        type(staff).objects.filter(pk=staff.pk).update(**change)

        with pytest.raises(NoActiveAccount):
            act(user, staff)

        assert Session.objects.get().revoked_reason == RevokedReason.ACTOR_ENDED

    def test_one_who_is_gone_from_the_table_acts_as_nobody(self, user, staff):
        type(staff).objects.filter(pk=staff.pk)._raw_delete("default")

        with pytest.raises(NoActiveAccount):
            act(user, staff)

    @pytest.mark.parametrize(
        "given",
        [{"actor": True}, {"actor": True, "reason": " \n"}, {"reason": "Ticket 4711"}],
    )
    def test_actor_and_reason_are_given_together(self, user, staff, given):
        given = {**given, **({"actor": staff} if "actor" in given else {})}

        with pytest.raises(TypeError) as refused:
            sessions.start(user, **given)

        assert str(refused.value) == (
            "sessions.start() takes actor and reason together: who acts as the user, and why. "
            'Write actor=request.user, reason="Ticket 4711".'
        )

    def test_nobody_acts_as_itself(self, user):
        with pytest.raises(ValueError, match="or is the user itself"):
            act(user, user)

    def test_a_long_reason_is_refused(self, user, staff):
        sessions.start(user, actor=staff, reason="x" * 255)

        with pytest.raises(ValueError, match="This reason is longer than 255 characters"):
            sessions.start(user, actor=staff, reason="x" * 256)

    def test_a_token_of_the_actor_bounds_what_it_may_do(self, user, staff):
        own = sessions.start(staff, scope="orders:read")

        pair = act(user, staff, request_with(own.access))

        assert claims_of(pair.access)["scope"] == "orders:read"

    def test_a_new_password_of_the_actor_ends_it(self, kit, staff, acting, committed):
        staff.set_password("new")
        with committed():
            staff.save()

        assert kit.get_with(acting.access).status_code == 401
        assert Session.objects.get().revoked_reason == RevokedReason.ACTOR_ENDED

    def test_a_deactivation_of_the_actor_ends_it(self, staff, acting, committed):
        staff.is_active = False
        with committed():
            staff.save()

        assert Session.objects.get().revoked_reason == RevokedReason.ACTOR_ENDED

    def test_a_deletion_of_the_actor_ends_it(self, staff, acting, committed):
        with committed():
            staff.delete()

        assert Session.objects.get().revoked_reason == RevokedReason.ACTOR_ENDED

    def test_its_end_is_told_with_the_user_whose_session_it_was(
        self, user, staff, acting, caplog, committed
    ):
        with committed():
            staff.delete()

        sid = Session.objects.get().pk
        says = f"event=revoked session={sid} user={user.pk} reason=actor_ended count=1"
        assert says in caplog.messages

    def test_another_change_of_the_actor_ends_nothing(self, kit, staff, acting, committed):
        staff.refresh_from_db()
        staff.first_name = "Grace"
        with committed():
            staff.save()

        assert kit.get_with(acting.access).status_code == 200

    def test_a_new_password_of_somebody_else_ends_nothing(self, kit, staff, acting, committed):
        stranger = make_user("eve")
        stranger.set_password("new")
        with committed():
            stranger.save()

        assert kit.get_with(acting.access).status_code == 200

    def test_acting_costs_one_query_more(self, user, staff, queries):
        limited = override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 1})
        with limited, queries() as made:
            act(user, staff)

        assert [sql.split()[0] for sql in made] == ["INSERT", "SELECT", "SELECT"]


class TestATokenOfTheProjects:
    def test_is_not_taken_together_with_an_actor(self, user, other_user):
        token = RefreshToken.for_user(user)

        with pytest.raises(TypeError, match="takes no token with actor"):
            sessions.start(user, token=token, actor=other_user, reason="Ticket 4711")

        assert not Session.objects.exists()

    def test_has_no_act_that_the_session_does_not_say(self, user, caplog):
        token = RefreshToken.for_user(user)
        token["act"] = {"sub": "99"}

        pair = sessions.start(user, token=token)

        assert "act" not in claims_of(pair.access)
        assert "act" not in claims_of(str(token.access_token))
        sid = claims_of(pair.access)["sid"]
        told = f"event=claims_not_kept session={sid} user={user.pk} claims=act"
        assert told in caplog.messages
