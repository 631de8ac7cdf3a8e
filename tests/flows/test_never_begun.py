"""A login that never begins is let in by nobody: not without a query either, and not later."""

import contextvars

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.http import StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import path
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from drf_jwt_kit import sessions, signals
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.sessions import begin as module
from drf_jwt_kit.sessions.begin import begun_at_the_end
from drf_jwt_kit.tokens import RefreshToken
from drf_jwt_kit.views import TokenObtainPairView
from tests.conftest import Kit, claims_of
from tests.urls import urlpatterns as those_of_the_suite

from .stateless_urls import PlainView
from .test_obtain import credentials

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
PAGE = "{{ access }}"


class Revoking(TokenObtainPairSerializer):
    """Ends whatever the user has, the new session as well."""

    def validate(self, attrs):
        pair = super().validate(attrs)
        sessions.revoke(user=self.user)
        return pair


class Denying(TokenObtainPairSerializer):
    """Hands the access token to the second step, in the refusal."""

    def validate(self, attrs):
        raise PermissionDenied({"access": super().validate(attrs)["access"]})


class DenyingByStart(serializers.Serializer):
    """The same with a session of its own."""

    def validate(self, attrs):
        pair = sessions.start(get_user_model().objects.get(), self.context["request"])
        raise PermissionDenied({"access": pair.access})


class RevokingAndDenying(Revoking):
    def validate(self, attrs):
        raise PermissionDenied({"access": super().validate(attrs)["access"]})


class DenyingAfterwards(TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        raise PermissionDenied({"access": super().post(request).data["access"]})


class Silent(TokenObtainPairSerializer):
    """Refuses, and tells no token."""

    def validate(self, attrs):
        super().validate(attrs)
        raise PermissionDenied("A code is needed.")


class Refusing(TokenObtainPairView):
    """Says 403 and leaves the body as it is."""

    def post(self, request, *args, **kwargs):
        response = super().post(request)
        response.status_code = 403
        return response


class RefusingAStream(TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        access = super().post(request).data["access"]
        return StreamingHttpResponse([access.encode()], status=403)


class Streaming(TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return StreamingHttpResponse([serializer.validated_data["access"].encode()])


class Page(TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        data = super().post(request).data
        return TemplateResponse(request._request, engines["django"].from_string(PAGE), dict(data))


class RenderedPage(Page):
    def post(self, request, *args, **kwargs):
        return super().post(request).render()


class AskingAnother(TokenObtainPairView):
    """Logs in at another endpoint of ours, and keeps the tokens on the server."""

    def post(self, request, *args, **kwargs):
        kept.append(Kit().post("/inner/", request.data, format="json").json()["access"])
        return Response({"done": True})


class Again(serializers.Serializer):
    """Goes on with a session that has begun before, and is refused."""

    def validate(self, attrs):
        return sessions.start(kept_token.user, self.context["request"], token=kept_token).as_data()


kept, kept_token = [], None

urlpatterns = [
    *those_of_the_suite,
    path("revoking/", TokenObtainPairView.as_view(serializer_class=Revoking)),
    path("refusing/", Refusing.as_view()),
    path("denying/", TokenObtainPairView.as_view(serializer_class=Denying)),
    path("denying-by-start/", TokenObtainPairView.as_view(serializer_class=DenyingByStart)),
    path("revoking-and-denying/", TokenObtainPairView.as_view(serializer_class=RevokingAndDenying)),
    path("denying-afterwards/", DenyingAfterwards.as_view()),
    path("silent/", TokenObtainPairView.as_view(serializer_class=Silent)),
    path("refusing-a-stream/", RefusingAStream.as_view()),
    path("streaming/", Streaming.as_view()),
    path("page/", Page.as_view()),
    path("rendered/", RenderedPage.as_view()),
    path("asking/", AskingAnother.as_view()),
    path("inner/", TokenObtainPairView.as_view()),
    path("again/", Refusing.as_view(serializer_class=Again)),
    path("stateless/", PlainView.as_view()),
]


def post(kit, user, name):
    return kit.post(f"/{name}/", credentials(user), format="json")


def access_in(answer):
    """The access token in an answer of whatever form."""
    is_json = answer.headers["Content-Type"] == "application/json"
    return answer.json()["access"] if is_json else answer.getvalue().decode()


@pytest.fixture
def told():
    heard = []

    def hear(**_):
        heard.append(1)

    for signal in (signals.session_started, signals.session_revoked):
        signal.connect(hear)
    yield heard
    for signal in (signals.session_started, signals.session_revoked):
        signal.disconnect(hear)


RAISING = ["denying", "denying-by-start", "revoking-and-denying", "denying-afterwards"]
NEVER_BEGUN = ["revoking", "refusing", "refusing-a-stream", *RAISING]


class TestALoginThatNeverBegins:
    @pytest.mark.parametrize("name", NEVER_BEGUN)
    def test_is_not_let_in_without_a_query(self, kit, user, name, new_process):
        answer = post(kit, user, name)

        assert kit.get_with(access_in(answer), "/stateless/").status_code == 401

    @pytest.mark.parametrize("name", NEVER_BEGUN)
    def test_is_not_let_in_by_a_process_that_has_read_the_table_before(self, kit, user, name):
        tokens = kit.sign_in(user)
        assert kit.get_with(tokens.access, "/stateless/").status_code == 200

        answer = post(kit, user, name)

        assert kit.get_with(access_in(answer), "/stateless/").status_code == 401

    @pytest.mark.parametrize("name", NEVER_BEGUN)
    def test_is_told_to_nobody(self, kit, user, told, name):
        post(kit, user, name)

        assert Session.objects.get().revoked_reason == RevokedReason.BY_PROJECT
        assert told == []

    def test_has_no_row_if_a_refusal_that_is_raised_has_no_token(self, kit, user):
        assert post(kit, user, "silent").status_code == 403

        assert not Session.objects.exists()

    @pytest.mark.parametrize("name", ["revoking", "denying"])
    def test_is_not_answered_if_its_end_cannot_be_stored(self, kit, user, monkeypatch, name):
        def fail(*_, **__):
            raise OperationalError(1213, "Deadlock found when trying to get lock")

        monkeypatch.setattr("drf_jwt_kit.sessions.beginnings._save", fail)

        assert post(kit, user, name).status_code == 503

    def test_is_not_one_that_was_stored_before(self, kit, user, monkeypatch):
        token = RefreshToken.for_user(user)
        refresh = str(token)
        monkeypatch.setattr(f"{__name__}.kept_token", token)

        assert post(kit, user, "again").status_code == 403
        assert kit.refresh(refresh).status_code == 200


class TestALoginThatHasEndedInItsBlock:
    @pytest.fixture
    def token(self, user):
        with begun_at_the_end():
            token = RefreshToken.for_user(user)
            str(token)
            sessions.revoke(user=user)
        return token

    def test_is_not_revived_by_being_written_out(self, kit, token):
        assert kit.refresh(str(token)).status_code == 401

    def test_cannot_be_started_afterwards(self, user, token):
        with pytest.raises(InvalidToken):
            sessions.start(user, token=token)

    def test_is_not_stored_twice(self, user):
        token = RefreshToken.for_user(user)
        str(token)
        with begun_at_the_end():
            sessions.start(user, RequestFactory().get("/"), token=token)
            sessions.revoke(user=user)

        assert Session.objects.get().revoked_reason == RevokedReason.BY_PROJECT

    def test_is_not_revived_where_the_block_has_raised(self, user):
        token = RefreshToken.for_user(user)
        with pytest.raises(ZeroDivisionError), begun_at_the_end():
            str(token)
            sessions.revoke(user=user)
            raise ZeroDivisionError
        str(token)

        assert not Session.objects.exists()

    def test_is_not_revived_in_a_block_around(self, user):
        with begun_at_the_end():
            with begun_at_the_end():
                token = RefreshToken.for_user(user)
                str(token)
                sessions.revoke(user=user)
            str(token)

        assert Session.objects.get().revoked_at is not None


class TestAnAnswerThatIsNotKnownYet:
    @pytest.mark.parametrize("name", ["streaming", "page", "rendered"])
    def test_begins_the_login(self, kit, user, name):
        answer = post(kit, user, name)

        assert answer.status_code == 200
        assert kit.get_with(access_in(answer)).status_code == 200


def test_what_an_inner_view_has_answered_begins(kit, user):
    post(kit, user, "asking")

    assert kit.get_with(kept.pop()).status_code == 200


class TestABlockThatIsLeftMeanwhile:
    """A thread that was begun in it may be in the middle of a login then."""

    def leave(self, waiting, monkeypatch):
        real = module.claims_of

        def slow(*args, **more):
            waiting.close()
            return real(*args, **more)

        monkeypatch.setattr(module, "claims_of", slow)

    def test_lets_a_login_begin_at_once(self, user, monkeypatch):
        with begun_at_the_end() as waiting:
            self.leave(waiting, monkeypatch)
            pair = contextvars.copy_context().run(sessions.start, user)

        assert [str(one.pk) for one in Session.objects.all()] == [claims_of(pair.access)["sid"]]

    def test_lets_a_block_inside_begin_its_logins(self, user):
        with begun_at_the_end() as outer, begun_at_the_end():
            sessions.start(user)
            outer.close()

        assert Session.objects.count() == 1
