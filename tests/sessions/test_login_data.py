"""What a project remembers of one login: kept through each refresh, bounded, told to nobody."""

import enum
import math

import pytest
from django.core.exceptions import ValidationError as DjangoError
from django.test import RequestFactory, override_settings
from django.urls import path
from rest_framework import serializers

from drf_jwt_kit import sessions, views
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.tokens import AccessToken, ClaimsSerializer, RefreshToken
from tests.conftest import PASSWORD, claims_of
from tests.urls import urlpatterns as usual_urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]
HERE = "tests.sessions.test_login_data"
SPOKEN = {"CLAIMS_SERIALIZER": f"{HERE}.OfThisLogin"}


class OfThisLogin(ClaimsSerializer):
    organization = serializers.SerializerMethodField()

    def get_organization(self, user):
        return self.context["session"].data.get("organization")


class WithOrganization(TokenObtainPairSerializer):
    organization = serializers.CharField(default="")
    more = serializers.JSONField(default=None)

    def login_data(self, attrs):
        if attrs["more"] is not None:
            return {"more": attrs["more"]}
        if attrs["organization"] not in {"", "engines"}:
            raise serializers.ValidationError({"organization": ["Not yours."]})
        return {"organization": attrs["organization"], "by": self.user.pk}


class WithOrganizationView(views.TokenObtainPairView):
    serializer_class = WithOrganization


class SetsClaimsLate(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["tier"] = "gold"
        return token

    def validate(self, attrs):
        super().validate(attrs)
        token = self.get_token(self.user)
        token["organization"] = "engines"
        return {"refresh": str(token), "access": str(token.access_token)}


class SetsClaimsLateView(views.TokenObtainPairView):
    serializer_class = SetsClaimsLate


urlpatterns = [
    *usual_urlpatterns,
    path("organization/", WithOrganizationView.as_view()),
    path("late/", SetsClaimsLateView.as_view()),
]


class Role(str, enum.Enum):
    ENGINEER = "engineer"


def nested(levels):
    data = {}
    for _ in range(levels):
        data = {"in": data}
    return data


@pytest.fixture
def spoken(settings):
    settings.DRF_JWT_KIT = SPOKEN


@pytest.mark.usefixtures("spoken")
class TestInClaims:
    def test_are_there_at_the_login_and_at_each_refresh(self, kit, user):
        pair = sessions.start(user, data={"organization": "engines"})
        second = kit.rotate(pair.refresh)
        third = kit.rotate(second.refresh)

        tokens = [pair.access, second.access, third.access]
        assert [claims_of(one)["organization"] for one in tokens] == ["engines"] * 3

    def test_a_login_without_any_has_an_empty_dict(self, kit, user):
        tokens = kit.sign_in(user)

        assert tokens.session.data == {}
        assert claims_of(kit.rotate(tokens.refresh).access)["organization"] is None

    def test_two_logins_of_one_user_have_their_own(self, kit, user):
        pairs = [sessions.start(user, data={"organization": name}) for name in ("a", "b")]

        again = [claims_of(kit.rotate(pair.refresh).access)["organization"] for pair in pairs]
        assert again == ["a", "b"]

    def test_a_refresh_asks_no_more_queries(self, kit, user, queries):
        pair = sessions.start(user, data={"organization": "engines"})

        with queries() as made:
            kit.rotate(pair.refresh)

        assert [sql.split()[0] for sql in made] == ["SELECT", "UPDATE"]

    def test_a_change_of_what_claims_were_given_is_not_stored(self, kit, user):
        given = {"organization": "engines", "amr": ["pwd"]}
        pair = sessions.start(user, data=given)
        given["amr"].append("otp")
        kit.rotate(pair.refresh)

        assert Session.objects.get().data == {"organization": "engines", "amr": ["pwd"]}

    def test_a_session_begun_with_a_token_has_none_of_its_data(self, user):
        pair = sessions.start(user, data={"organization": "engines"})

        request = RequestFactory().get("/")
        request.auth = AccessToken(pair.access)
        child = sessions.start(user, request)

        assert claims_of(child.access)["organization"] is None

    @pytest.mark.urls(HERE)
    def test_a_password_login_may_remember_what_was_chosen_there(self, kit, user):
        body = {"username": "ada", "password": PASSWORD, "organization": "engines"}
        answer = kit.post("/organization/", body, format="json").json()

        assert claims_of(kit.rotate(answer["refresh"]).access)["organization"] == "engines"
        assert Session.objects.get().data["by"] == user.pk

    @pytest.mark.urls(HERE)
    def test_a_password_login_may_be_refused_for_it(self, kit, user):
        body = {"username": "ada", "password": PASSWORD, "organization": "another"}
        answer = kit.post("/organization/", body, format="json")

        assert (answer.status_code, answer.json()["organization"]) == (400, ["Not yours."])
        assert not Session.objects.exists()


@pytest.mark.urls(HERE)
class TestWhatAClientCanSendTooMuchOf:
    @pytest.mark.parametrize("more", ["x" * 5000, "\0", 2**63, 1e17, nested(30)])
    def test_is_400_and_begins_nothing(self, kit, user, more, caplog):
        body = {"username": "ada", "password": PASSWORD, "more": more}
        answer = kit.post("/organization/", body, format="json")

        assert answer.status_code == 400
        assert answer.json() == {"detail": "Invalid input.", "code": "data_not_kept"}
        assert not Session.objects.exists()
        assert "event=data_not_kept" in caplog.text

    def test_the_log_says_why_and_shows_nothing_of_it(self, kit, user, caplog):
        body = {"username": "ada", "password": PASSWORD, "more": "hidden\0"}
        kit.post("/organization/", body, format="json")

        says = "data['more'] has a NUL or half of a surrogate pair, which not all keep."
        assert f'event=data_not_kept why="{says}"' in caplog.messages
        assert "hidden" not in caplog.text

    def test_a_mistake_of_the_project_is_an_error(self, kit, user, monkeypatch):
        monkeypatch.setattr(WithOrganization, "login_data", lambda self, attrs: {"a": {1}})

        with pytest.raises(TypeError, match="which JSON has not"):
            kit.post("/organization/", {"username": "ada", "password": PASSWORD}, format="json")


@pytest.mark.urls(HERE)
class TestAnErrorInLoginData:
    """As in any method of a serializer: REST Framework answers refusals, and errors are errors."""

    @pytest.fixture
    def raising(self, kit, user, monkeypatch):
        def log_in(error):
            def login_data(self, attrs):
                raise error

            monkeypatch.setattr(WithOrganization, "login_data", login_data)
            body = {"username": "ada", "password": PASSWORD}
            return kit.post("/organization/", body, format="json")

        return log_in

    @pytest.mark.parametrize("error", [serializers.ValidationError("No."), DjangoError("No.")])
    def test_a_refusal_is_400(self, raising, error):
        answer = raising(error)

        assert (answer.status_code, answer.json()["non_field_errors"]) == (400, ["No."])
        assert not Session.objects.exists()

    def test_any_other_is_the_projects_and_begins_nothing(self, raising):
        with pytest.raises(ValueError, match="invalid literal"):
            raising(ValueError("invalid literal for int() with base 10: 'x'"))

        assert not Session.objects.exists()

    def test_any_other_makes_no_login_younger(self, kit, signed_in, clock, monkeypatch):
        before = Session.objects.get().auth_time
        clock.shift(60)
        monkeypatch.setattr(TokenObtainPairSerializer, "login_data", lambda *_: int("x"))
        header = {"Authorization": f"Bearer {kit.rotate(signed_in.refresh).access}"}

        with pytest.raises(ValueError, match="invalid literal"):
            kit.post("/api/token/reauthenticate/", {"password": PASSWORD}, headers=header)

        assert Session.objects.get().auth_time == before


class TestNowhereElse:
    def test_no_token_has_them(self, user):
        pair = sessions.start(user, data={"organization": "engines"})

        assert "organization" not in {**claims_of(pair.access), **claims_of(pair.refresh)}

    def test_the_list_of_devices_has_none(self, kit, user):
        pair = sessions.start(user, data={"organization": "engines"})

        assert "engines" not in str(kit.sessions(pair.access))

    def test_a_request_does_not_read_them(self, kit, user, queries):
        pair = sessions.start(user, data={"organization": "engines"})

        with queries() as made:
            kit.get_with(pair.access)

        assert len(made) == 1
        assert '"data"' not in made[0]


class TestWhatIsKept:
    def test_comes_back_as_it_was(self, user):
        data = {"text": "Zoë", "none": None, "yes": True, "list": [1, 2.5, {"a": {}}], "": ""}
        sessions.start(user, data=data)

        assert Session.objects.get().data == data

    def test_is_plain_from_the_beginning(self, user):
        token = RefreshToken.for_user(user)
        sessions.start(user, token=token, data={"role": Role.ENGINEER})

        assert type(token.session.data["role"]) is str

    def test_may_be_asked_for_in_a_query(self, user):
        sessions.start(user, data={"organization": {"id": 7}})
        sessions.start(user)

        assert Session.objects.filter(data__organization__id=7).count() == 1

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (["a"], "data is a list, which is no JSON object."),
            ("a", "data is a str, which is no JSON object."),
            ({"a": {1}}, "data['a'] is a set, which JSON has not."),
            ({"a": [(1, 2)]}, "data['a'][0] is a tuple, which JSON has not."),
            ({"a": b"x"}, "data['a'] is a bytes, which JSON has not."),
            ({"a": {7: 1}}, "data['a'] has a key that is a int. JSON has strings there."),
        ],
    )
    def test_what_is_no_json_is_refused(self, user, data, says):
        with pytest.raises(TypeError) as refused:
            sessions.start(user, data=data)

        assert str(refused.value).startswith(says)
        assert not Session.objects.exists()

    def test_the_largest_numbers_come_back_as_they_were(self, user):
        data = {"whole": 2**63 - 1, "float": math.nextafter(1e16, 0), "small": 5e-324}
        sessions.start(user, data=data)

        assert repr(Session.objects.get().data) == repr(data)

    @pytest.mark.parametrize(
        "number", [math.nan, math.inf, -math.inf, 2**63, -(2**63), 1e16, -1e16]
    )
    def test_a_number_that_not_every_database_keeps_is_refused(self, user, number):
        with pytest.raises(ValueError, match=r"data\['a'\] is a number that not every database"):
            sessions.start(user, data={"a": number})

    @pytest.mark.parametrize("data", [{"a": "\0"}, {"a": "\ud800"}, {"\0": 1}])
    def test_a_text_that_not_every_database_keeps_is_refused(self, user, data):
        with pytest.raises(ValueError, match="has a NUL or half of a surrogate pair"):
            sessions.start(user, data=data)

    def test_four_kilobytes_are_kept_and_a_byte_more_is_refused(self, user):
        sessions.start(user, data={"a": "x" * (4096 - len('{"a": ""}'))})

        with pytest.raises(ValueError, match=r"data has 4097 bytes as JSON, and at most 4096"):
            sessions.start(user, data={"a": "x" * (4097 - len('{"a": ""}'))})

    def test_twenty_levels_are_kept_and_one_more_is_refused(self, user):
        sessions.start(user, data=nested(20))

        with pytest.raises(ValueError, match="lies more than 20 levels deep"):
            sessions.start(user, data=nested(21))

    def test_a_message_shows_no_value(self, user):
        with pytest.raises(TypeError) as refused:
            sessions.start(user, data={"a": {"hidden"}})

        assert "hidden" not in str(refused.value)


class TestClaimsThatNoRefreshKnows:
    def test_are_told_by_name_when_the_login_begins(self, user, caplog):
        token = RefreshToken.for_user(user)
        token["organization"], token["tier"] = "engines", "gold"
        str(token), str(token.access_token)

        told = [one for one in caplog.messages if "event=claims_not_kept" in one]
        sid, pk = token["sid"], user.pk
        says = f"event=claims_not_kept session={sid} user={pk} claims=organization,tier"
        assert told == [says]

    def test_are_told_where_a_login_is_started_with_the_token(self, user, caplog):
        token = RefreshToken.for_user(user)
        token["tier"] = "gold"
        sessions.start(user, token=token)

        assert "claims=tier" in caplog.text

    @pytest.mark.urls(HERE)
    def test_are_told_of_a_token_of_get_token_without_its_own(self, kit, user, caplog):
        body = {"username": "ada", "password": PASSWORD}
        answer = kit.post("/late/", body, format="json").json()

        assert "claims=organization" in caplog.text
        with override_settings(SIMPLE_JWT={"TOKEN_OBTAIN_SERIALIZER": f"{HERE}.SetsClaimsLate"}):
            claims = claims_of(kit.rotate(answer["refresh"]).access)
        assert (claims["tier"], claims.get("organization")) == ("gold", None)

    def test_are_told_once_beside_those_of_get_token(self, user, caplog):
        token = RefreshToken.for_user(user)
        token["tier"], token["organization"] = "gold", "engines"
        token.computed = frozenset({"tier"})

        token.handed_over(), token.handed_over()

        told = [one for one in caplog.messages if "event=claims_not_kept" in one]
        assert [one.rpartition(" ")[2] for one in told] == ["claims=organization"]

    def test_claims_of_get_token_are_not_told(self, kit, user, caplog):
        with override_settings(SIMPLE_JWT={"TOKEN_OBTAIN_SERIALIZER": f"{HERE}.SetsClaimsLate"}):
            sessions.start(user)

        assert "claims_not_kept" not in caplog.text
