"""What waits for a view begins with its answer, if the answer has its tokens, and else never."""

import contextvars
from time import monotonic

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.db import OperationalError
from django.http import JsonResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from drf_jwt_kit import sessions, signals, views
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from drf_jwt_kit.sessions.begin import begun_at_the_end
from drf_jwt_kit.tokens import RefreshToken
from tests.conftest import claims_of

from .browser import ACCESS, REFRESH, session_of
from .cookie_urls import urlpatterns as cookie_urlpatterns
from .test_obtain import credentials

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


class AsksForACode(TokenObtainPairSerializer):
    """Throws the tokens away, and answers 200."""

    def validate(self, attrs):
        super().validate(attrs)
        return {"ticket": "signed", "detail": "Enter your code."}


class Renaming(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {"result": [{"key": "Bearer " + super().validate(attrs)["access"]}]}


class Refusing(TokenObtainPairSerializer):
    def validate(self, attrs):
        super().validate(attrs)
        raise exceptions.PermissionDenied


class Slow(TokenObtainPairSerializer):
    """Takes so long that another device logs in meanwhile."""

    def validate(self, attrs):
        answer = super().validate(attrs)
        contextvars.Context().run(sessions.start, self.user)
        return answer


class Replacing(serializers.Serializer):
    def validate(self, attrs):
        user, old = get_user_model().objects.get(), self.initial_data["old"]
        return sessions.start(user, self.context["request"], replaces=old).as_data()


class Echo(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {**super().validate(attrs), "nonce": self.initial_data["nonce"]}


class Revoking(TokenObtainPairSerializer):
    """Ends what it has been given, and asks for something else."""

    def validate(self, attrs):
        pair = super().validate(attrs)
        self.revoke(RefreshToken(pair["refresh"]))
        return {**pair, "code": "required"}


class InABlockInside(Revoking):
    def revoke(self, token):
        with begun_at_the_end():
            token.blacklist()


class AllOfTheUser(Revoking):
    def revoke(self, token):
        sessions.revoke(user=self.user)


class AllOfEverybody(Revoking):
    def revoke(self, token):
        sessions.revoke_all()


class AllButThisOne(Revoking):
    def revoke(self, token):
        sessions.revoke(user=self.user, keep=token.session_id)


class AllButThisOneByItsText(Revoking):
    def revoke(self, token):
        sessions.revoke(user=self.user, keep=str(token.session_id))


class StartingAtARefresh(TokenRefreshSerializer):
    def validate(self, attrs):
        pair = sessions.start(get_user_model().objects.get())
        if "refuse" in self.initial_data:
            raise exceptions.PermissionDenied
        return {**super().validate(attrs), "other": pair.refresh}


class OwnPost(views.TokenObtainPairView):
    """As Simple JWT's own view has it."""

    def post(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.validated_data)


class RefusesAfterwards(OwnPost):
    def post(self, request, *args, **kwargs):
        super().post(request)
        raise exceptions.PermissionDenied


class AnswersAnError(views.TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        return Response(super().post(request).data, status=403)


class AnswersJSON(OwnPost):
    def post(self, request, *args, **kwargs):
        return JsonResponse(dict(super().post(request).data))


class AnswersInAHeader(OwnPost):
    def post(self, request, *args, **kwargs):
        return Response({}, headers={"X-Token": super().post(request).data["access"]})


class AnswersInACookie(OwnPost):
    def post(self, request, *args, **kwargs):
        response = Response({})
        response.set_cookie("token", super().post(request).data["access"])
        return response


class KeepsTheTokens(views.TokenObtainPairView):
    """Gives its client something else in their place, as docs/how-to/other-logins.md says."""

    def post(self, request, *args, **kwargs):
        kept.append(super().post(request).data)
        return Response({"done": True})


kept = []
OWN_VIEWS = [AnswersJSON, AnswersInAHeader, AnswersInACookie]
KEEPING = (AllButThisOne, AllButThisOneByItsText)
REVOKING = {
    InABlockInside: RevokedReason.LOGOUT,
    AllOfTheUser: RevokedReason.BY_PROJECT,
    AllOfEverybody: RevokedReason.BY_PROJECT,
}


def view_of(serializer, base=views.TokenObtainPairView):
    return type("View", (base,), {"serializer_class": serializer}).as_view()


urlpatterns = [
    *cookie_urlpatterns,
    *[
        path(f"{cls.__name__}/", view_of(cls))
        for cls in (AsksForACode, Renaming, Slow, Echo, *KEEPING, *REVOKING)
    ],
    *[
        path(f"{cls.__name__}/", cls.as_view())
        for cls in (RefusesAfterwards, AnswersAnError, KeepsTheTokens, *OWN_VIEWS)
    ],
    path("OwnPost/", view_of(Refusing, OwnPost)),
    path("refresh/", view_of(StartingAtARefresh, views.TokenRefreshView)),
    path("cookies/AsksForACode/", view_of(AsksForACode, views.CookieObtainView)),
    path("cookies/Replacing/", view_of(Replacing, views.CookieObtainView)),
]


@pytest.fixture
def told():
    """How often a signal of a login is sent."""
    heard = []

    def hear(**_):
        heard.append(1)

    named = (signals.session_started, signals.session_revoked, user_logged_in)
    for signal in named:
        signal.connect(hear)
    yield heard
    for signal in named:
        signal.disconnect(hear)


def limited_to(most):
    return override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": most})


def post(kit, user, name, **more):
    return kit.post(f"/{name}/", {**credentials(user), **more}, format="json")


def reason_of(pair):
    return Session.objects.get(pk=claims_of(pair.refresh)["sid"]).revoked_reason


class TestALoginWhoseTokensAreNotAnswered:
    @override_settings(SIMPLE_JWT={"UPDATE_LAST_LOGIN": True})
    def test_leaves_no_row_and_no_signal_behind(self, kit, user, told):
        assert post(kit, user, "AsksForACode").status_code == 200

        assert not Session.objects.exists()
        assert told == []

    def test_pushes_no_session_out(self, kit, user):
        tokens = kit.sign_in(user)

        with limited_to(1):
            post(kit, user, "AsksForACode")

        assert kit.refresh(tokens.refresh).status_code == 200

    def test_replaces_no_session_of_the_browser(self, logged_in, user):
        session = session_of(logged_in)

        answer = logged_in.send("post", "/cookies/AsksForACode/", credentials(user))

        session.refresh_from_db()
        assert (answer.status_code, session.revoked_reason) == (200, "")

    @pytest.mark.parametrize("name", ["Renaming", *[cls.__name__ for cls in OWN_VIEWS]])
    def test_is_not_one_that_is_answered_elsewhere_or_by_another_name(self, kit, user, name):
        assert post(kit, user, name).status_code == 200

        assert Session.objects.count() == 1

    def test_is_not_one_that_the_view_has_taken_from_our_answer(self, kit, user):
        post(kit, user, "KeepsTheTokens")

        assert kit.get_with(kept.pop()["access"]).status_code == 200


class TestAViewWithAHandlerOfItsOwn:
    @pytest.mark.parametrize("name", ["OwnPost", "RefusesAfterwards"])
    def test_begins_nothing_when_it_refuses(self, kit, user, told, name):
        assert post(kit, user, name).status_code == 403

        assert not Session.objects.exists()
        assert told == []

    def test_begins_nothing_that_lives_when_it_answers_tokens_with_an_error(self, kit, user, told):
        assert post(kit, user, "AnswersAnError").status_code == 403

        assert Session.objects.get().revoked_reason == RevokedReason.BY_PROJECT
        assert told == []


class TestARefreshThatStartsASession:
    def test_begins_it_with_its_answer(self, kit, signed_in):
        answer = kit.post("/refresh/", {"refresh": signed_in.refresh}, format="json").json()

        assert kit.refresh(answer["other"]).status_code == 200

    def test_begins_none_when_it_refuses(self, kit, signed_in):
        body = {"refresh": signed_in.refresh, "refuse": True}

        assert kit.post("/refresh/", body, format="json").status_code == 403
        assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "start", [sessions.start, lambda user: str(RefreshToken.for_user(user))], ids=["start", "write"]
)
def test_a_login_of_the_projects_begins_whatever_is_answered(user, start):
    with begun_at_the_end() as waiting:
        start(user)
        waiting.answers.append({"ticket": "signed"})

    assert Session.objects.get().revoked_at is None


class TestALoginThatWasRevokedWhileItWaited:
    @pytest.mark.parametrize("cls", REVOKING, ids=lambda cls: cls.__name__)
    def test_never_begins(self, kit, user, told, cls):
        assert post(kit, user, cls.__name__).status_code == 200

        assert Session.objects.get().revoked_reason == REVOKING[cls]
        assert told == []

    @pytest.mark.parametrize("cls", KEEPING)
    def test_is_not_the_one_that_the_project_keeps(self, kit, user, cls):
        answer = post(kit, user, cls.__name__).json()

        assert kit.get_with(answer["access"]).status_code == 200

    def test_takes_no_other_one_of_its_user_along(self, user):
        with begun_at_the_end():
            ended, other = RefreshToken.for_user(user), RefreshToken.for_user(user)
            str(ended), str(other)
            sessions.revoke(ended.session_id)

        assert Session.objects.get(revoked_at=None).pk == other.session_id

    def test_takes_none_of_another_user_along(self, user, other_user):
        with begun_at_the_end():
            sessions.start(user)
            other = sessions.start(other_user)
            sessions.revoke(user=user)

        assert str(Session.objects.get(revoked_at=None).pk) == claims_of(other.refresh)["sid"]

    def test_does_not_begin_by_being_written_out_once_more(self, user):
        with begun_at_the_end():
            token = RefreshToken.for_user(user)
            str(token)
            sessions.revoke(user=user)
            str(token)
        str(token)

        assert Session.objects.get().revoked_reason == RevokedReason.BY_PROJECT

    def test_cannot_be_started_once_more(self, user):
        with begun_at_the_end():
            token = RefreshToken.for_user(user)
            sessions.start(user, token=token)
            sessions.revoke(token.session_id)
            with pytest.raises(InvalidToken):
                sessions.start(user, RequestFactory().get("/"), token=token)

        assert Session.objects.get().revoked_reason == RevokedReason.BY_PROJECT


class TestALoginUnderALimit:
    def test_a_slow_one_is_the_newest_when_it_is_answered(self, kit, user):
        with limited_to(1):
            answer = post(kit, user, "Slow").json()

        assert kit.get_with(answer["access"]).status_code == 200
        assert Session.objects.live().count() == 1

    def test_the_tokens_of_a_slow_one_do_not_outlive_its_row(self, kit, user, clock):
        with begun_at_the_end():
            pair = sessions.start(user)
            clock.shift(60)

        row = Session.objects.get()
        assert claims_of(pair.refresh)["exp"] <= row.live_until.timestamp()
        assert row.auth_time < row.created_at

    def test_a_failing_count_ends_no_session_of_the_browser(self, logged_in, user, monkeypatch):
        def fail(*_, **__):
            raise OperationalError(1213, "Deadlock found when trying to get lock")

        session = session_of(logged_in)
        monkeypatch.setattr("drf_jwt_kit.sessions.limits._end_oldest", fail)

        with limited_to(3):
            answer = logged_in.send("post", "/api/auth/", credentials(user))

        session.refresh_from_db()
        assert (answer.status_code, session.revoked_reason) == (503, "")

    def test_a_session_that_is_replaced_does_not_count(self, logged_in, user):
        other, session = sessions.start(user), session_of(logged_in)

        with limited_to(2):
            logged_in.log_in(user)

        session.refresh_from_db()
        assert (reason_of(other), session.revoked_reason) == ("", RevokedReason.REPLACED)


class TestWhatABrowserHolds:
    def test_a_token_of_an_unknown_key_keeps_nobody_out(self, logged_in, user):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        claims = claims_of(logged_in.held(ACCESS))
        headers = {"kid": "unknown", "typ": "at+jwt"}
        logged_in.cookies[REFRESH] = jwt.encode(claims, key, "RS256", headers=headers)

        simple_jwt = {"JWK_URL": "http://127.0.0.1:9/jwks", "ALGORITHM": "RS256"}
        with override_settings(SIMPLE_JWT=simple_jwt):
            logged_in.log_in(user)

        assert session_of(logged_in).revoked_at is None

    def test_a_token_that_is_written_out_before_may_replace_it(self, user):
        other = sessions.start(user)

        with begun_at_the_end():
            token = RefreshToken.for_user(user)
            str(token)
            sessions.start(user, token=token, replaces=other.refresh)

        assert reason_of(other) == RevokedReason.REPLACED

    def test_the_serializer_may_replace_another_session_as_well(self, logged_in, user):
        held, other = session_of(logged_in), sessions.start(user)

        logged_in.send("post", "/cookies/Replacing/", {"old": other.refresh})

        held.refresh_from_db()
        assert {reason_of(other), held.revoked_reason} == {RevokedReason.REPLACED}


class TestAnAnswerWithTextOfTheClients:
    @pytest.mark.parametrize("sid", [["x"], {"x": 1}, 5, None, "x" * 100])
    def test_may_look_like_a_token(self, kit, user, sid):
        nonce = jwt.encode({"sid": sid, "more": "x" * 100}, "k" * 32, "HS256")

        assert post(kit, user, "Echo", nonce=nonce).status_code == 200

    @pytest.mark.parametrize("part", ["x", "x.", "eyJ", "eyJ."])
    def test_is_searched_in_little_time(self, kit, user, part):
        before = monotonic()

        assert post(kit, user, "Echo", nonce=part * 200_000).status_code == 200
        assert monotonic() - before < 10
