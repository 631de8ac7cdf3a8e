"""Who is logged in proves anew who it is: the session stays, and its login is younger."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory, override_settings
from django.urls import path
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ActedFor, DataNotKept, InvalidToken, NoActiveAccount
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.sessions import reauthentication
from drf_jwt_kit.tokens import AccessToken, LoginClaims, RefreshToken
from tests.conftest import NOON, PASSWORD, claims_of
from tests.urls import urlpatterns as usual_urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

ADDRESS = "/api/token/reauthenticate/"
AGO = timedelta(minutes=10)


class RecentView(SecureViewMixin, APIView):
    max_auth_age = timedelta(minutes=5)

    def get(self, request):
        return Response({})


urlpatterns = [*usual_urlpatterns, path("recent/", RecentView.as_view())]


class AskingForACode(TokenObtainPairSerializer):
    code = serializers.CharField(required=False)

    def validate(self, attrs):
        self.code = attrs.get("code")
        return super().validate(attrs)

    def password_accepted(self, user):
        if self.code != "111111":
            raise AuthenticationFailed("Enter the code.", code="code_required")

    def login_data(self, attrs):
        return {"acr": "mfa", "amr": ["pwd", "otp"], "organization": attrs.get("organization")}


class Refusing(TokenObtainPairSerializer):
    def validate(self, attrs):
        super().validate(attrs)
        raise ValidationError("Not today.")


class BeginningAnother(TokenObtainPairSerializer):
    """As many projects of Simple JWT's write it."""

    def validate(self, attrs):
        super().validate(attrs)
        refresh = self.get_token(self.user)
        return {"refresh": str(refresh), "access": str(refresh.access_token)}


class OnItsOwn(serializers.Serializer):
    def validate(self, attrs):
        return {}


class ByOtherFields(TokenObtainPairSerializer):
    username_field = "email"


class ByEmail:
    """A backend that asks for an e-mail address, as projects have it."""

    def authenticate(self, request, email=None, password=None):
        found = get_user_model().objects.filter(email=email).first()
        return found if found is not None and found.check_password(password) else None


class AnybodyWill:
    """A backend that answers another user than was asked for."""

    def authenticate(self, request, password=None, **named):
        return get_user_model()._base_manager.exclude(**named).first()


class OwnToken(RefreshToken):
    pass


class ByRole(TokenObtainPairSerializer):
    token_class = OwnToken

    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["scope"] = "read write" if user.is_active else ""
        return token


def obtaining_with(cls):
    theirs = getattr(settings, "SIMPLE_JWT", {})
    named = f"{__name__}.{cls.__name__}"
    return override_settings(SIMPLE_JWT={**theirs, "TOKEN_OBTAIN_SERIALIZER": named})


def reauthenticate(kit, access, body=None, address=ADDRESS):
    headers = {"Authorization": f"Bearer {access}"}
    return kit.post(address, body or {"password": PASSWORD}, format="json", headers=headers)


def request_with(token):
    request = RequestFactory().get("/")
    request.auth = token
    return request


def auth_time_of(token):
    return claims_of(token)["auth_time"]


@pytest.fixture
def signed_in(kit, user, clock):
    """A login of ten minutes ago."""
    tokens = kit.sign_in(user)
    clock.shift(AGO)
    return tokens


LATER = int((NOON + AGO).timestamp())


class TestThePassword:
    def test_makes_the_login_of_the_same_session_younger(self, kit, signed_in):
        answer = reauthenticate(kit, signed_in.access)

        assert answer.status_code == 200
        assert list(answer.json()) == ["access"]
        access = answer.json()["access"]
        assert claims_of(access)["sid"] == claims_of(signed_in.access)["sid"]
        assert auth_time_of(access) == LATER
        assert Session.objects.count() == 1

    def test_opens_a_view_that_asks_for_a_recent_login(self, kit, signed_in):
        assert kit.get_with(signed_in.access, "/recent/").status_code == 401

        access = reauthenticate(kit, signed_in.access).json()["access"]

        assert kit.get_with(access, "/recent/").status_code == 200

    def test_leaves_the_token_of_before_as_old_as_it_is(self, kit, signed_in):
        reauthenticate(kit, signed_in.access)

        assert kit.get_with(signed_in.access, "/recent/").status_code == 401

    def test_renews_what_a_refresh_answers_from_then_on(self, kit, signed_in):
        reauthenticate(kit, signed_in.access)
        rotated = kit.rotate(signed_in.refresh)

        assert auth_time_of(rotated.access) == auth_time_of(rotated.refresh) == LATER

    def test_changes_nothing_else_of_the_session(self, kit, signed_in, rows):
        (before,) = rows()
        reauthenticate(kit, signed_in.access)
        (after,) = rows()

        assert after.pop("auth_time") > before.pop("auth_time")
        assert after == before

    def test_costs_four_queries(self, kit, signed_in, queries):
        """Who asks, the row, the user by its name, and the write."""
        kit.get_with(signed_in.access)
        with queries() as made:
            reauthenticate(kit, signed_in.access)

        assert len(made) == 4

    def test_logs_one_line(self, kit, signed_in, caplog, django_capture_on_commit_callbacks):
        with (
            caplog.at_level("INFO", "drf_jwt_kit"),
            django_capture_on_commit_callbacks(execute=True),
        ):
            reauthenticate(kit, signed_in.access)

        sid, user_id = claims_of(signed_in.access)["sid"], signed_in.session.user_id
        assert f"event=reauthenticated session={sid} user={user_id}" in caplog.messages

    @pytest.mark.parametrize("is_newer", [True, False])
    def test_never_makes_a_login_older(self, kit, signed_in, clock, is_newer):
        """Another machine's clock may be ahead."""
        access = reauthenticate(kit, signed_in.access).json()["access"]
        clock.shift(timedelta(minutes=1) if is_newer else timedelta(minutes=-1))
        again = reauthenticate(kit, signed_in.access).json()["access"]

        assert auth_time_of(again) - auth_time_of(access) == (60 if is_newer else 0)

    def test_is_renewed_in_its_hash_without_ending_the_session(self, kit, signed_in, monkeypatch):
        monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 2)
        hashers = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
        with override_settings(PASSWORD_HASHERS=[*hashers]):
            user = get_user_model().objects.get()
            user.set_password(PASSWORD)
            user.save()
            tokens = kit.sign_in(user)
            monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 3)

            access = reauthenticate(kit, tokens.access).json()["access"]

            assert kit.get_with(access).status_code == 200
            assert kit.rotate(tokens.refresh)


class TestAWrongPassword:
    def test_is_answered_as_at_login(self, kit, user, signed_in):
        wrong = {user.USERNAME_FIELD: user.get_username(), "password": "wrong"}
        at_login = kit.post_json("", wrong)
        answer = reauthenticate(kit, signed_in.access, {"password": "wrong"})

        assert answer.status_code == at_login.status_code == 401
        assert answer.json() == at_login.json()
        assert answer["WWW-Authenticate"] == at_login["WWW-Authenticate"] == 'Bearer realm="api"'

    def test_writes_nothing(self, kit, signed_in, rows):
        before = rows()
        reauthenticate(kit, signed_in.access, {"password": "wrong"})

        assert rows() == before

    @pytest.mark.parametrize("body", [[], "text", {"password": ""}, {"password": [PASSWORD]}])
    def test_is_a_400_where_it_is_none(self, kit, signed_in, body):
        answer = kit.post(
            ADDRESS, body, format="json", headers={"Authorization": f"Bearer {signed_in.access}"}
        )

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")

    def test_a_form_will_do_for_a_right_one(self, kit, signed_in):
        headers = {"Authorization": f"Bearer {signed_in.access}"}

        assert kit.post(ADDRESS, {"password": PASSWORD}, headers=headers).status_code == 200


class TestSomebodyElse:
    def test_cannot_be_named_in_the_body(self, kit, user, other_user, signed_in):
        """The other one's password, and name."""
        other_user.set_password("another one")
        other_user.save()
        named = {user.USERNAME_FIELD: other_user.get_username(), "password": "another one"}

        assert reauthenticate(kit, signed_in.access, named).status_code == 401

    def test_is_refused_where_a_backend_answers_it(self, kit, user, other_user, signed_in, rows):
        before = rows()
        with override_settings(AUTHENTICATION_BACKENDS=[f"{__name__}.AnybodyWill"]):
            answer = reauthenticate(kit, signed_in.access)

        assert (answer.status_code, answer.json()["code"]) == (401, "no_active_account")
        assert rows() == before

    def test_who_acts_as_the_user_is_refused(self, kit, user, other_user, rows):
        pair = sessions.start(user, actor=other_user, reason="Ticket 4711")
        before = rows()
        answer = reauthenticate(kit, pair.access)

        assert (answer.status_code, answer.json()["code"]) == (403, "acted_for")
        assert rows() == before

    def test_who_acts_as_the_user_is_refused_in_python_too(self, user, other_user):
        pair = sessions.start(user, actor=other_user, reason="Ticket 4711")

        with pytest.raises(ActedFor):
            sessions.reauthenticate(user, request_with(AccessToken(pair.access)))


class TestWithoutAnAccessToken:
    def test_nobody_is_let_in(self, kit, user):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        answer = kit.post(ADDRESS, body, format="json")

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

    def test_a_refresh_token_is_refused(self, kit, signed_in):
        answer = reauthenticate(kit, signed_in.refresh)

        assert (answer.status_code, answer.json()["reason"]) == (401, "wrong_type")
        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'

    def test_a_refresh_token_is_refused_in_python_too(self, user, signed_in):
        with pytest.raises(InvalidToken) as refused:
            sessions.reauthenticate(user, request_with(RefreshToken(signed_in.refresh)))

        assert refused.value.reason == "wrong_type"

    def test_there_is_no_session_to_renew(self, user):
        with pytest.raises(InvalidToken) as refused:
            sessions.reauthenticate(user, RequestFactory().get("/"))

        assert refused.value.reason == "no_session"


class TestAnEndedSession:
    def test_is_refused(self, kit, signed_in):
        kit.logout(signed_in.refresh)
        answer = reauthenticate(kit, signed_in.access)

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")

    @pytest.mark.parametrize("end", ["logout", "revoke_all", "delete", "deactivate"])
    def test_never_lives_again_if_it_ends_while_the_password_is_checked(
        self, kit, signed_in, monkeypatch, clock, end
    ):
        user = get_user_model().objects.get()
        ends = {
            "logout": lambda: sessions.logout(signed_in.refresh),
            "revoke_all": lambda: (sessions.revoke_all(), clock.shift(timedelta(seconds=5))),
            "delete": lambda: Session.objects.all().delete(),
            "deactivate": lambda: (setattr(user, "is_active", False), user.save()),
        }
        prepare = reauthentication.Renewal.prepare

        def overtaken(*args, **kwargs):
            ends[end]()
            return prepare(*args, **kwargs)

        monkeypatch.setattr(reauthentication.Renewal, "prepare", overtaken)
        answer = reauthenticate(kit, signed_in.access)

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
        assert kit.get_with(signed_in.access).status_code == 401
        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_is_refused_in_python_too(self, user, signed_in):
        token = AccessToken(signed_in.access)
        sessions.revoke(user=user)

        with pytest.raises(InvalidToken):
            sessions.reauthenticate(user, request_with(token))


class TestTheSerializerOfTheLogin:
    def test_asks_for_more_here_too(self, kit, signed_in, rows):
        before = rows()
        with obtaining_with(AskingForACode):
            answer = reauthenticate(kit, signed_in.access)

        assert (answer.status_code, answer.json()["detail"]) == (401, "Enter the code.")
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
        assert rows() == before

    def test_says_how_the_user_has_proved_who_it_is(self, kit, user, clock):
        tokens = sessions.start(user, data={"organization": "engines", "acr": "pwd", "amr": ["x"]})
        with (
            obtaining_with(AskingForACode),
            override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": LoginClaims}),
        ):
            body = {"password": PASSWORD, "code": "111111"}
            access = reauthenticate(kit, tokens.access, body).json()["access"]

        assert claims_of(access)["acr"] == "mfa"
        assert claims_of(access)["amr"] == ["pwd", "otp"]
        assert Session.objects.get().data == {
            "organization": "engines",
            "acr": "mfa",
            "amr": ["pwd", "otp"],
        }

    def test_a_password_alone_takes_a_stronger_login_back(self, kit, user):
        """Or it would pass for a second factor of this moment."""
        tokens = sessions.start(user, data={"organization": "engines", "acr": "mfa"})
        reauthenticate(kit, tokens.access)

        assert Session.objects.get().data == {"organization": "engines"}

    def test_renews_nothing_if_it_refuses_late(self, kit, signed_in, rows):
        before = rows()
        with obtaining_with(Refusing):
            assert reauthenticate(kit, signed_in.access).status_code == 400

        assert rows() == before

    def test_counts_as_failed_if_it_refuses_late(self, kit, signed_in, settings):
        """Or whoever has password and token could guess codes."""
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_user": "2/min"}}
        with obtaining_with(Refusing):
            tried = [reauthenticate(kit, signed_in.access).status_code for _ in range(3)]

        assert tried == [400, 400, 429]

    def test_counts_for_nothing_if_it_is_right(self, kit, signed_in, settings):
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_user": "2/min"}}

        assert [reauthenticate(kit, signed_in.access).status_code for _ in range(3)] == [200] * 3

    def test_is_not_replaced_by_another_if_it_is_gone(self, kit, signed_in, rows):
        """Which may ask for less."""
        Session.objects.update(obtain_serializer=f"{__name__}:Renamed")
        before = rows()

        answer = reauthenticate(kit, signed_in.access)

        assert (answer.status_code, answer.json()["code"]) == (
            401,
            "insufficient_user_authentication",
        )
        assert rows() == before

    @pytest.mark.parametrize(("amr", "kept"), [(None, None), ("pwd", "pwd"), (("a",), ["a"])])
    def test_may_name_its_proof_in_one_word_or_not_at_all(self, user, signed_in, amr, kept):
        sessions.reauthenticate(user, request_with(AccessToken(signed_in.access)), amr=amr)

        assert Session.objects.get().data.get("amr") == kept

    def test_begins_no_other_session(self, kit, signed_in):
        with obtaining_with(BeginningAnother):
            answer = reauthenticate(kit, signed_in.access)

        assert list(answer.json()) == ["access"]
        assert claims_of(answer.json()["access"])["sid"] == claims_of(signed_in.access)["sid"]
        assert Session.objects.count() == 1

    def test_is_told_if_it_asks_for_no_password(self, kit, signed_in, rows):
        before = rows()
        with obtaining_with(OnItsOwn), pytest.raises(ImproperlyConfigured, match="super"):
            reauthenticate(kit, signed_in.access)

        assert rows() == before

    def test_is_that_which_the_session_began_with(self, kit, user, signed_in):
        Session.objects.update(obtain_serializer=f"{__name__}:AskingForACode")

        assert reauthenticate(kit, signed_in.access).json()["detail"] == "Enter the code."

    def test_may_know_users_by_another_field(self, kit, user, signed_in):
        backends = [f"{__name__}.ByEmail"]
        with obtaining_with(ByOtherFields), override_settings(AUTHENTICATION_BACKENDS=backends):
            assert reauthenticate(kit, signed_in.access).status_code == 200

    def test_may_have_tokens_of_its_own(self, kit, user, clock):
        with obtaining_with(ByRole):
            tokens = kit.sign_in(user)
            clock.shift(AGO)
            access = reauthenticate(kit, tokens.access).json()["access"]

        assert claims_of(access)["scope"] == "read write"
        assert auth_time_of(access) == LATER


class TestAScope:
    def test_is_no_wider_than_that_of_the_token(self, kit, user):
        with obtaining_with(ByRole):
            tokens = kit.sign_in(user)
            narrow = kit.refresh_for(tokens.refresh, scope="read")["access"]
            access = reauthenticate(kit, narrow).json()["access"]

        assert claims_of(access)["scope"] == "read"

    def test_may_be_any_to_prove_who_the_user_is(self, kit, user):
        pair = sessions.start(user, scope="orders:read")
        answer = reauthenticate(kit, pair.access)

        assert claims_of(answer.json()["access"])["scope"] == "orders:read"

    def test_stays_with_a_token_on_which_it_was_set_too_late(self, kit, user):
        token = RefreshToken.for_user(user)
        str(token)
        token["scope"] = "orders:read"
        access = reauthenticate(kit, str(token.access_token)).json()["access"]

        assert claims_of(access)["scope"] == "orders:read"


class TestAProofOfTheProjectsOwn:
    def test_renews_the_login(self, user, signed_in):
        request = request_with(AccessToken(signed_in.access))
        pair = sessions.reauthenticate(user, request, acr="mfa", amr=["otp"])

        assert auth_time_of(pair.access) == LATER
        assert pair.refresh is None
        assert Session.objects.get().data == {"acr": "mfa", "amr": ["otp"]}

    def test_costs_two_queries(self, user, signed_in, queries):
        request = request_with(AccessToken(signed_in.access))
        with queries() as made:
            sessions.reauthenticate(user, request)

        assert len(made) == 2

    def test_is_refused_as_that_of_another_user(self, user, other_user, signed_in):
        with pytest.raises(NoActiveAccount):
            sessions.reauthenticate(other_user, request_with(AccessToken(signed_in.access)))

    def test_is_refused_where_the_user_may_not_log_in(self, user, signed_in):
        user.is_active = False

        with pytest.raises(NoActiveAccount):
            sessions.reauthenticate(user, request_with(AccessToken(signed_in.access)))

    def test_is_refused_if_it_cannot_be_kept(self, user, signed_in):
        with pytest.raises(DataNotKept):
            sessions.reauthenticate(
                user, request_with(AccessToken(signed_in.access)), acr="x" * 5000
            )
