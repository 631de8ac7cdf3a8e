"""A login is begun when nothing can refuse it any more: before that, it leaves nothing behind."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.db import OperationalError
from django.test import override_settings
from django.urls import path
from rest_framework import exceptions, serializers

from drf_jwt_kit import sessions, signals, views
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.sessions.begin import begun_at_the_end
from drf_jwt_kit.tokens import RefreshToken

from .browser import session_of
from .cookie_urls import urlpatterns as cookie_urlpatterns
from .test_obtain import credentials

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
HERE = "tests.flows.test_beginning"


class Refusing(TokenObtainPairSerializer):
    """Asks for a second factor after the tokens are made, as Simple JWT's users do."""

    def validate(self, attrs):
        super().validate(attrs)
        raise exceptions.PermissionDenied("Enter your code.", code="code_required")


class Failing(TokenObtainPairSerializer):
    def validate(self, attrs):
        super().validate(attrs)
        raise RuntimeError


class WithAField(TokenObtainPairSerializer):
    """Refuses with a field's error."""

    def validate(self, attrs):
        super().validate(attrs)
        raise serializers.ValidationError({"code": ["Wrong."]})


class Own(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["tier"] = "gold"
        return token


class RefusingOwn(Own):
    """Writes the tokens of get_token out before it refuses."""

    def validate(self, attrs):
        super().validate(attrs)
        str(self.get_token(self.user))
        raise exceptions.PermissionDenied


class Starting(serializers.Serializer):
    """Never calls ours."""

    def validate(self, attrs):
        sessions.start(get_user_model().objects.get(), self.context["request"])
        raise exceptions.PermissionDenied


class Writing(serializers.Serializer):
    def validate(self, attrs):
        token = RefreshToken.for_user(get_user_model().objects.get())
        str(token), str(token.access_token)
        raise exceptions.PermissionDenied


class Nesting(serializers.Serializer):
    """Runs ours inside, without its context, and answers in a shape of its own."""

    def validate(self, attrs):
        inner = TokenObtainPairSerializer(data=self.initial_data)
        inner.is_valid(raise_exception=True)
        if "code" in self.initial_data:
            raise exceptions.PermissionDenied
        return {"tokens": inner.validated_data, "user": inner.user.pk}


class Writes(serializers.Serializer):
    """Writes the same token out again and again, and does not refuse."""

    def validate(self, attrs):
        token = RefreshToken.for_user(get_user_model().objects.get())
        return {"refresh": str(token), "access": str(token.access_token), "again": str(token)}


class Twice(serializers.Serializer):
    def validate(self, attrs):
        user = get_user_model().objects.get()
        return {
            "one": sessions.start(user, name="one").refresh,
            "two": sessions.start(user, name="two").refresh,
        }


class TakingBack(TokenObtainPairSerializer):
    """Ends the session that it has just been given, and answers without tokens."""

    def validate(self, attrs):
        token = RefreshToken(super().validate(attrs)["refresh"])
        token.blacklist()
        return {"code": "required"}


class Revoking(TokenObtainPairSerializer):
    def validate(self, attrs):
        token = RefreshToken(super().validate(attrs)["refresh"])
        sessions.revoke(token.session_id)
        return {"code": "required"}


class InsideAView(serializers.Serializer):
    """Asks another view of ours, and then refuses."""

    def validate(self, attrs):
        request = self.context["request"]._request
        answer = views.TokenObtainPairView.as_view()(request)
        assert answer.status_code == 200
        raise exceptions.PermissionDenied


REFUSING = [Refusing, WithAField, RefusingOwn, Starting, Writing, InsideAView]
INVALID = [WithAField]
"""Those that refuse by a ValidationError."""


def view_of(serializer, base=views.TokenObtainPairView):
    return type("View", (base,), {"serializer_class": serializer}).as_view()


urlpatterns = [
    *cookie_urlpatterns,
    *[path(f"{cls.__name__}/", view_of(cls)) for cls in REFUSING],
    *[path(f"{cls.__name__}/", view_of(cls)) for cls in (Failing, Nesting, Writes, Twice)],
    *[path(f"{cls.__name__}/", view_of(cls)) for cls in (TakingBack, Revoking)],
    path("cookies/Refusing/", view_of(Refusing, views.CookieObtainView)),
    path("cookies/Nesting/", view_of(Nesting, views.CookieObtainView)),
    path("cookies/Writes/", view_of(Writes, views.CookieObtainView)),
]


@pytest.fixture
def told():
    """The names of the signals that are sent, in their order."""
    heard = []
    named = {
        "started": signals.session_started,
        "revoked": signals.session_revoked,
        "logged_in": user_logged_in,
    }
    receivers = {
        name: (signal, lambda name=name, **_: heard.append(name)) for name, signal in named.items()
    }
    for signal, receiver in receivers.values():
        signal.connect(receiver)
    yield heard
    for signal, receiver in receivers.values():
        signal.disconnect(receiver)


def one_session():
    return override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 1})


def post(kit, user, name, **more):
    return kit.post(f"/{name}/", {**credentials(user), **more}, format="json")


class TestALoginThatTheProjectRefuses:
    @pytest.mark.parametrize("serializer", REFUSING, ids=lambda cls: cls.__name__)
    def test_leaves_no_row_and_no_signal_behind(self, kit, user, told, serializer):
        answer = post(kit, user, serializer.__name__)

        assert answer.status_code == (400 if serializer in INVALID else 403)
        assert not Session.objects.exists()
        assert told == []

    @pytest.mark.parametrize("serializer", REFUSING, ids=lambda cls: cls.__name__)
    def test_pushes_no_session_out(self, kit, user, serializer):
        tokens = kit.sign_in(user)

        with one_session():
            post(kit, user, serializer.__name__)

        assert kit.refresh(tokens.refresh).status_code == 200

    def test_ends_no_session_of_the_browser(self, logged_in, user):
        session = session_of(logged_in)

        answer = logged_in.send("post", "/cookies/Refusing/", credentials(user))

        assert answer.status_code == 403
        assert session.revoked_reason == ""
        session.refresh_from_db()
        assert session.revoked_reason == ""

    def test_leaves_nothing_behind_when_it_fails(self, kit, user, told):
        with suppress(RuntimeError):
            post(kit, user, "Failing")

        assert not Session.objects.exists()
        assert told == []

    def test_leaves_nothing_behind_when_a_nested_serializer_has_logged_in(self, kit, user, told):
        assert post(kit, user, "Nesting", code="x").status_code == 403

        assert not Session.objects.exists()
        assert told == []

    def test_the_next_login_of_the_thread_begins(self, kit, user):
        post(kit, user, "Refusing")

        pair = sessions.start(user)

        assert kit.get_with(pair.access).status_code == 200

    @override_settings(SIMPLE_JWT={"UPDATE_LAST_LOGIN": True})
    def test_is_not_told_as_a_login(self, kit, user, told):
        post(kit, user, "Refusing")

        user.refresh_from_db()
        assert user.last_login is None
        assert told == []


class TestALoginThatTheProjectTakesBack:
    @pytest.mark.parametrize("name", ["TakingBack", "Revoking"])
    def test_never_begins(self, kit, user, told, name):
        answer = post(kit, user, name)

        assert answer.json() == {"code": "required"}
        assert Session.objects.get().revoked_at is not None
        assert told == []


class TestALoginThatIsAccepted:
    def test_begins_in_whatever_shape_it_is_answered(self, kit, user, told):
        answer = post(kit, user, "Nesting").json()

        assert kit.refresh(answer["tokens"]["refresh"]).status_code == 200
        assert told == ["started"]

    def test_begins_once_however_often_its_tokens_are_written_out(self, kit, user, told):
        answer = post(kit, user, "Writes").json()

        assert answer["again"] == answer["refresh"]
        assert kit.get_with(answer["access"]).status_code == 200
        assert kit.refresh(answer["refresh"]).status_code == 200
        assert (Session.objects.count(), told) == (1, ["started"])

    def test_two_in_one_request_both_begin(self, kit, user, told):
        answer = post(kit, user, "Twice").json()

        assert [kit.refresh(answer[name]).status_code for name in ("one", "two")] == [200, 200]
        assert told == ["started", "started"]

    def test_the_newer_of_two_in_one_request_counts_where_there_may_be_one(self, kit, user):
        with one_session():
            answer = post(kit, user, "Twice").json()

        assert [kit.refresh(answer[name]).status_code for name in ("one", "two")] == [401, 200]

    @pytest.mark.parametrize("name", ["Nesting", "Writes"])
    def test_ends_the_session_before_in_a_browser_whatever_began_it(self, logged_in, user, name):
        session = session_of(logged_in)

        assert logged_in.send("post", f"/cookies/{name}/", credentials(user)).status_code == 200

        session.refresh_from_db()
        assert session.revoked_reason == RevokedReason.REPLACED

    def test_a_login_takes_three_queries(self, kit, user, queries):
        with queries() as made:
            kit.sign_in(user)

        assert [sql.split()[0] for sql in made] == ["SELECT", "INSERT", "SELECT"]

    @override_settings(SIMPLE_JWT={"UPDATE_LAST_LOGIN": True})
    def test_is_told_as_a_login_before_it_begins(self, kit, user, told):
        kit.sign_in(user)

        assert told == ["logged_in", "started"]


class TestWhatIsPreparedElsewhere:
    def test_begins_at_once_outside_of_a_view_of_ours(self, user):
        sessions.start(user)

        assert Session.objects.count() == 1

    def test_waits_for_the_outermost_block(self, user):
        with begun_at_the_end():
            with begun_at_the_end():
                sessions.start(user)
            assert not Session.objects.exists()

        assert Session.objects.count() == 1

    def test_begins_at_once_in_another_thread(self, user, monkeypatch):
        begun = []
        monkeypatch.setattr("drf_jwt_kit.sessions.begin._insert", begun.append)

        with begun_at_the_end(), ThreadPoolExecutor(1) as pool:
            pool.submit(sessions.start, user).result()
            assert len(begun) == 1

    def test_begins_at_once_in_a_context_that_outlives_the_block(self, user):
        with begun_at_the_end():
            copied = contextvars.copy_context()

        copied.run(sessions.start, user)

        assert Session.objects.count() == 1


def fault_at(monkeypatch, place):
    def fail(*_, **__):
        raise OperationalError(1213, "Deadlock found when trying to get lock")

    monkeypatch.setattr(f"drf_jwt_kit.sessions.{place}", fail)


class TestALoginThatIsAnswered503:
    """Of what may fail, nothing comes after the beginning."""

    @pytest.mark.parametrize("place", ["begin.end_since_login", "limits._end_oldest"])
    def test_has_begun_no_session(self, kit, user, told, monkeypatch, place):
        fault_at(monkeypatch, place)

        with one_session():
            answer = kit.post_json("", credentials(user))

        assert answer.status_code == 503
        assert not Session.objects.exists()
        assert told == []

    @override_settings(SIMPLE_JWT={"UPDATE_LAST_LOGIN": True})
    def test_has_begun_none_where_last_login_cannot_be_written(self, kit, user, told, monkeypatch):
        def fail(**_):
            raise OperationalError(1213, "Deadlock found when trying to get lock")

        user_logged_in.connect(fail)
        answer = kit.post_json("", credentials(user))
        user_logged_in.disconnect(fail)

        assert answer.status_code == 503
        assert not Session.objects.exists()

    def test_leaves_a_token_that_can_be_written_out_once_more(self, user, monkeypatch):
        token = RefreshToken.for_user(user)
        with monkeypatch.context() as patch, pytest.raises(Exception, match="Logging in"):
            fault_at(patch, "begin.end_since_login")
            str(token)

        str(token)

        assert Session.objects.count() == 1

    def test_one_of_two_takes_the_other_back(self, kit, user, told, monkeypatch):
        looked = []

        def second_fails(*_):
            looked.append(1)
            if len(looked) > 1:
                raise OperationalError("gone")

        monkeypatch.setattr("drf_jwt_kit.sessions.begin.end_since_login", second_fails)

        assert post(kit, user, "Twice").status_code == 503
        assert not Session.objects.exists()
        assert told == []


@pytest.mark.parametrize("raised", [RuntimeError, exceptions.PermissionDenied])
def test_a_receiver_of_djangos_signal_that_refuses_begins_nothing(kit, user, told, raised):
    def refuse(**_):
        raise raised

    user_logged_in.connect(refuse)
    with override_settings(SIMPLE_JWT={"UPDATE_LAST_LOGIN": True}), suppress(RuntimeError):
        kit.post_json("", credentials(user))
    user_logged_in.disconnect(refuse)

    assert not Session.objects.exists()
