"""A scope is authority: computed at every refresh, never more than at the login."""

import pytest
from django.contrib.auth.models import Group
from django.test import RequestFactory, override_settings
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory, force_authenticate

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from tests.conftest import NOON, Dropped, claims_of, forge
from tests.flows.test_adoption import refresh as token_of_simple_jwt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]
HERE = "tests.flows.test_scopes"


class ByGroups(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["scope"] = " ".join(sorted(user.groups.values_list("name", flat=True)))
        return token


class AsAList(ByGroups):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["scope"] = token["scope"].split()
        return token


class OfManagersOnly(TokenObtainPairSerializer):
    """Says nothing of a scope for everybody else."""

    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        if user.groups.exists():
            token["scope"] = "manage"
        return token


class ByItself(TokenObtainPairSerializer):
    """Makes its token without ours."""

    @classmethod
    def get_token(cls, user):
        token = RefreshToken.for_user(user)
        if user.groups.exists():
            token["scope"] = "manage"
        return token


class Inherits:
    """A mixin, as projects share them."""

    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        if user.groups.exists():
            token["scope"] = "manage"
        return token


class Mixed(Inherits, TokenObtainPairSerializer):
    pass


class Wider(ByGroups):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["scope"] += " profile"
        return token


class OfNoType(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["scope"] = None
        return token


class WithoutScope(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["tier"] = "gold"
        return token


def configured(cls):
    return override_settings(SIMPLE_JWT={"TOKEN_OBTAIN_SERIALIZER": f"{HERE}.{cls.__name__}"})


def adopting():
    return override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": NOON.replace(year=2099)})


def scope_of(tokens):
    return claims_of(tokens.access).get("scope")


def give(user, *names):
    user.groups.set([Group.objects.get_or_create(name=name)[0] for name in names])


class TestAScopeOfGetToken:
    @pytest.mark.parametrize("serializer", [ByGroups, AsAList])
    def test_is_computed_at_every_refresh(self, kit, user, serializer):
        give(user, "read", "write")
        with configured(serializer):
            tokens = kit.sign_in(user)
            give(user, "read")
            rotated = kit.rotate(tokens.refresh)

        assert (scope_of(tokens), scope_of(rotated)) == ("read write", "read")

    def test_never_grows_beyond_that_of_the_login(self, kit, user):
        give(user, "read")
        with configured(ByGroups):
            tokens = kit.sign_in(user)
            give(user, "read", "write")

            assert scope_of(kit.rotate(tokens.refresh)) == "read"

    def test_comes_back_with_the_role(self, kit, user, past_leeway):
        give(user, "read", "write")
        with configured(ByGroups):
            tokens = kit.sign_in(user)
            give(user, "read")
            fewer = kit.rotate(tokens.refresh)
            past_leeway()
            give(user, "read", "write")

            assert scope_of(kit.rotate(fewer.refresh)) == "read write"

    @pytest.mark.parametrize("serializer", [ByGroups, OfManagersOnly])
    def test_a_scope_of_which_nothing_is_left_is_a_limit_still(self, kit, user, serializer):
        give(user, "manage")
        with configured(serializer):
            tokens = kit.sign_in(user)
            give(user)
            rotated = kit.rotate(tokens.refresh)

            assert scope_of(rotated) == ""
            assert claims_of(rotated.refresh)["scope"] == ""
            assert kit.get_with(rotated.access, "/api/token/sessions/").status_code == 403

    def test_is_a_limit_where_it_is_empty_from_the_start(self, kit, user):
        with configured(ByGroups):
            tokens = kit.sign_in(user)

        assert scope_of(tokens) == ""

    def test_a_new_scope_limits_sessions_that_had_none(self, kit, user):
        with configured(OfManagersOnly):
            tokens = kit.sign_in(user)
            give(user, "manage")

            assert scope_of(tokens) is None
            assert scope_of(kit.rotate(tokens.refresh)) == "manage"

    def test_is_gone_with_the_serializer_that_computed_it(self, kit, user):
        give(user, "read")
        with configured(ByGroups):
            tokens = kit.sign_in(user)

        assert scope_of(kit.rotate(tokens.refresh)) == ""

    def test_is_computed_for_tokens_of_get_token_that_are_written_by_hand(self, kit, user):
        give(user, "manage")
        with configured(OfManagersOnly):
            refresh = str(OfManagersOnly.get_token(user))
            give(user)

            assert scope_of(kit.rotate(refresh)) == ""

    @pytest.mark.parametrize("serializer", [ByItself, Mixed])
    @pytest.mark.parametrize("start", [str, None], ids=["written out", "started"])
    def test_is_computed_whoever_made_the_token(self, kit, user, serializer, start, past_leeway):
        give(user, "manage")
        token = serializer.get_token(user)
        refresh = str(token) if start else sessions.start(user, token=token).refresh
        rotated = kit.rotate(refresh)
        past_leeway()
        give(user)

        assert scope_of(rotated) == "manage"
        assert scope_of(kit.rotate(rotated.refresh)) == ""

    def test_may_be_made_wider_by_a_subclass(self, kit, user):
        give(user, "read")
        with configured(Wider):
            tokens = kit.sign_in(user)

            assert scope_of(tokens) == "read profile"
            assert scope_of(kit.rotate(tokens.refresh)) == "read profile"

    def test_only_narrows_where_it_has_grown_too_long_to_be_stored(self, kit, user):
        give(user, "read")
        with configured(ByGroups):
            tokens = kit.sign_in(user)
            give(user, "read", *(f"group{n}" * 10 for n in range(30)))

            assert scope_of(kit.rotate(tokens.refresh)) == "read"

    def test_is_an_empty_limit_where_it_is_none(self, kit, user):
        with configured(OfNoType):
            tokens = kit.sign_in(user)

            assert scope_of(tokens) == ""
            assert scope_of(kit.rotate(tokens.refresh)) == ""

    def test_goes_with_the_role_also_where_less_was_given(self, kit, user):
        give(user, "manage")
        with configured(OfManagersOnly):
            pair = sessions.start(user, scope="manage")
            give(user)

            assert scope_of(kit.rotate(pair.refresh)) == ""

    @pytest.mark.parametrize("has_role", [True, False])
    def test_goes_with_the_role_in_a_token_of_simple_jwt(self, kit, user, past_leeway, has_role):
        """Also if the role had gone before the token came here."""
        give(user, *(["manage"] if has_role else []))
        with configured(OfManagersOnly), adopting():
            adopted = sessions.refresh(token_of_simple_jwt(user, scope="manage"))
            assert scope_of(adopted) == ("manage" if has_role else "")
            give(user)
            past_leeway()

            assert scope_of(kit.rotate(adopted.refresh)) == ""


class TestAScopeThatWasGiven:
    @pytest.mark.parametrize("serializer", [TokenObtainPairSerializer, WithoutScope])
    def test_stays_where_get_token_gives_none(self, kit, user, serializer):
        with override_settings(SIMPLE_JWT={"TOKEN_OBTAIN_SERIALIZER": serializer}):
            pair = sessions.start(user, scope="orders:read")

            assert scope_of(kit.rotate(pair.refresh)) == "orders:read"

    def test_is_limited_by_what_get_token_gives(self, kit, user):
        give(user, "read", "write")
        with configured(ByGroups):
            pair = sessions.start(user, scope="write delete")
            give(user, "read")

            assert scope_of(pair) == "write"
            assert scope_of(kit.rotate(pair.refresh)) == ""

    def test_stays_on_a_token_that_is_started(self, kit, user):
        token = RefreshToken.for_user(user)
        token["scope"] = "orders:read"
        pair = sessions.start(user, token=token)

        assert scope_of(pair) == "orders:read"
        assert scope_of(kit.rotate(pair.refresh)) == "orders:read"

    @pytest.mark.parametrize("serializer", [TokenObtainPairSerializer, WithoutScope])
    def test_stays_on_a_token_whose_get_token_set_none(self, kit, user, serializer):
        token = serializer.get_token(user)
        token["scope"] = "orders:read"

        assert scope_of(kit.rotate(str(token))) == "orders:read"

    def test_stays_in_a_token_of_simple_jwt_where_no_get_token_computes_one(self, user):
        with adopting():
            adopted = sessions.refresh(token_of_simple_jwt(user, scope="orders:read"))

        assert scope_of(adopted) == "orders:read"

    def test_is_an_empty_limit_where_it_is_none(self, user):
        token = RefreshToken.for_user(user)
        token["scope"] = None

        assert scope_of(sessions.start(user, token=token)) == ""

    def test_may_be_set_on_a_token_of_for_user(self, kit, user):
        token = RefreshToken.for_user(user)
        token["scope"] = "orders:read"
        access = str(token.access_token)

        assert claims_of(access)["scope"] == "orders:read"
        assert scope_of(kit.rotate(str(token))) == "orders:read"
        assert Session.objects.get().scope == "orders:read"

    def test_limits_the_tokens_that_are_written_after_it_was_set_too_late(self, user):
        token = RefreshToken.for_user(user)
        str(token)
        token["scope"] = "orders:read"

        assert claims_of(str(token.access_token))["scope"] == "orders:read"


OURS = [
    ("get", "sessions/"),
    ("post", "logout/all/"),
    ("post", "logout/all/?except=current"),
]


def ask(kit, method, path, access, body=None):
    headers = {"Authorization": f"Bearer {access}"}
    return getattr(kit, method)(f"/api/token/{path}", body, format="json", headers=headers)


class TestOurEndpoints:
    @pytest.mark.parametrize(("method", "path"), OURS)
    def test_refuse_a_token_with_a_scope(self, kit, user, method, path):
        answer = ask(kit, method, path, sessions.start(user, scope="orders:read").access)

        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
        assert (
            answer["WWW-Authenticate"]
            == 'Bearer realm="api", error="insufficient_scope", scope="sessions"'
        )

    @pytest.mark.parametrize(("method", "path"), OURS)
    def test_take_one_that_holds_the_scope(self, kit, user, method, path):
        pair = sessions.start(user, scope="orders:read sessions")

        assert ask(kit, method, path, pair.access).status_code == 200

    @pytest.mark.parametrize(("method", "path"), OURS)
    @pytest.mark.parametrize("name", ["devices", None])
    def test_ask_for_the_scope_of_the_settings(self, kit, user, method, path, name):
        pair = sessions.start(user, scope="devices")

        with override_settings(DRF_JWT_KIT={"SESSIONS_SCOPE": name}):
            assert ask(kit, method, path, pair.access).status_code == 200

    @pytest.mark.parametrize("scope", [[], ["orders:read"], "", None, 7, {"sessions": True}])
    def test_refuse_a_scope_of_whatever_type(self, kit, signed_in, scope):
        assert ask(kit, "get", "sessions/", forge(signed_in.access, scope=scope)).status_code == 403

    def test_take_a_token_without_a_scope(self, kit, signed_in):
        access = forge(signed_in.access, scope=Dropped)

        assert ask(kit, "get", "sessions/", access).status_code == 200

    @pytest.mark.parametrize(("method", "body"), [("delete", None), ("patch", {"name": "mine"})])
    def test_refuse_to_change_another_session(self, kit, user, signed_in, method, body):
        access = sessions.start(user, scope="orders:read").access

        answer = ask(kit, method, f"sessions/{signed_in.session.pk}/", access, body)

        assert answer.status_code == 403
        assert kit.refresh(signed_in.refresh).status_code == 200

    def test_refuse_to_rename_its_own_session(self, kit, user):
        pair = sessions.start(user, scope="orders:read")
        own = f"sessions/{claims_of(pair.access)['sid']}/"

        assert ask(kit, "patch", own, pair.access, {"name": "mine"}).status_code == 403

    @pytest.mark.parametrize("spelled", [str, str.upper, lambda text: text.replace("-", "")])
    def test_let_every_token_end_its_own_session(self, kit, user, spelled):
        pair = sessions.start(user, scope="orders:read")
        own = f"sessions/{spelled(claims_of(pair.access)['sid'])}/"

        assert ask(kit, "delete", own, pair.access).status_code == 204
        assert kit.refresh(pair.refresh).status_code == 401

    @pytest.mark.parametrize("sent", ["header", "body"])
    def test_let_every_token_log_out(self, kit, user, sent):
        pair = sessions.start(user, scope="orders:read")

        by_header = ask(kit, "post", "logout/", pair.access) if sent == "header" else None
        answer = by_header or kit.logout(pair.refresh)

        assert answer.status_code == 200
        assert kit.refresh(pair.refresh).status_code == 401

    def test_find_no_session_by_a_name_that_is_no_id(self, kit, user):
        access = sessions.start(user, scope="orders:read").access

        assert ask(kit, "delete", "sessions/mine/", access).status_code == 404


def by_request(access, how):
    """A request made with this token, in each form that a view may hand on."""
    token = AccessToken(access)
    raw = APIRequestFactory().get("/")
    force_authenticate(raw, token=token)
    wrapped = Request(raw)
    wrapped.auth = token
    if how == "rest framework":
        return wrapped
    if how == "django":
        return wrapped._request
    return Request(wrapped._request)


def begin_by(user, request, how):
    """A session begun with the token of ``request``."""
    if how == "grandchild":
        child = sessions.start(user, request)
        return sessions.start(user, by_request(child.access, "django"))
    token = RefreshToken.for_user(user) if how == "with a token" else None
    return sessions.start(user, request, scope="manage" * (how == "with less"), token=token)


HOW = ["rest framework", "django", "wrapped again"]


class TestASessionBegunWithAToken:
    @pytest.mark.parametrize("how", HOW)
    def test_may_do_no_more_than_the_token(self, kit, user, how):
        parent = sessions.start(user, scope="orders:read sessions")

        child = sessions.start(user, by_request(parent.access, how))

        assert scope_of(child) == "orders:read sessions"
        assert scope_of(kit.rotate(child.refresh)) == "orders:read sessions"

    @pytest.mark.parametrize("how", HOW)
    def test_may_do_less(self, user, how):
        parent = sessions.start(user, scope="orders:read sessions")

        child = sessions.start(user, by_request(parent.access, how), scope="admin orders:read")

        assert scope_of(child) == "orders:read"

    def test_may_do_all_with_a_token_that_may(self, user, signed_in):
        assert scope_of(sessions.start(user, by_request(signed_in.access, "django"))) is None

    def test_may_do_more_only_if_the_project_says_so(self, user):
        parent = sessions.start(user, scope="orders:read")
        request = by_request(parent.access, "django")

        assert scope_of(sessions.start(user, request, scope="admin", widen=True)) == "admin"
        assert scope_of(sessions.start(user, request, widen=True)) is None

    def test_has_the_scope_of_the_token_and_not_of_its_row(self, kit, user):
        give(user, "read", "write")
        with configured(ByGroups):
            tokens = kit.sign_in(user)
            give(user, "read")
            fewer = kit.rotate(tokens.refresh)
            give(user, "read", "write")

            assert scope_of(sessions.start(user, by_request(fewer.access, "django"))) == "read"

    def test_loses_with_the_role_what_its_parent_loses(self, kit, user):
        """The parent logged in at a view of its own, which the settings do not name."""
        give(user, "manage")
        refresh = OfManagersOnly.get_token(user)
        child = sessions.start(user, by_request(str(refresh.access_token), "django"))
        assert scope_of(child) == "manage"
        give(user)

        assert scope_of(kit.rotate(child.refresh)) == ""

    @pytest.mark.parametrize("how", ["bare", "with less", "with a token", "grandchild"])
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_loses_the_scope_with_the_role(self, kit, user, how, when):
        """Whether the role goes before or after it begins."""
        give(user, "manage")
        with configured(OfManagersOnly):
            request = by_request(kit.sign_in(user).access, "django")
            if when == "before":
                give(user)
            child = begin_by(user, request, how)
            give(user)

            assert scope_of(kit.rotate(child.refresh)) == ""

    def test_loses_the_scope_that_its_parent_got_after_the_login(self, kit, user):
        """The row of the parent knows of no scope."""
        with configured(OfManagersOnly):
            tokens = kit.sign_in(user)
            give(user, "manage")
            limited = kit.rotate(tokens.refresh)
            give(user)
            child = sessions.start(user, by_request(limited.access, "django"))

            assert scope_of(limited) == "manage"
            assert scope_of(kit.rotate(child.refresh)) == ""

    @pytest.mark.parametrize("how", ["bare", "with a token", "grandchild"])
    def test_gets_the_scope_that_its_parent_gets_after_both(self, kit, user, how):
        """The parent logged in at a view of its own, whose serializer gave no scope then."""
        request = by_request(str(OfManagersOnly.get_token(user).access_token), "django")
        child = begin_by(user, request, how)
        give(user, "manage")

        assert scope_of(kit.rotate(child.refresh)) == "manage"

    def test_keeps_a_serializer_of_its_own(self, kit, user):
        request = by_request(str(OfManagersOnly.get_token(user).access_token), "django")
        child = sessions.start(user, request, token=WithoutScope.get_token(user))

        assert claims_of(kit.rotate(child.refresh).access)["tier"] == "gold"

    def test_is_asked_of_its_parents_serializer_with_a_token_of_its_own(self, kit, user):
        give(user, "manage")
        request = by_request(str(OfManagersOnly.get_token(user).access_token), "django")
        child = sessions.start(user, request, token=RefreshToken.for_user(user))
        kept = kit.rotate(child.refresh)

        assert scope_of(kept) == "manage"

    @pytest.mark.parametrize("own", [True, False])
    def test_keeps_the_scope_that_was_given_to_its_parent(self, kit, user, own):
        parent = sessions.start(user, scope="orders:read")
        token = RefreshToken.for_user(user) if own else None
        with configured(WithoutScope):
            child = sessions.start(user, by_request(parent.access, "django"), token=token)

            assert scope_of(kit.rotate(child.refresh)) == "orders:read"

    def test_takes_as_much_of_a_long_scope_as_can_be_stored(self, user, signed_in):
        access = forge(signed_in.access, scope="read " * 200)

        child = sessions.start(user, by_request(access, "django"))

        assert set(scope_of(child).split()) == {"read"}
        assert len(Session.objects.get(pk=claims_of(child.refresh)["sid"]).scope) <= 512

    def test_asks_nobody_who_makes_the_request(self, user):
        request = Request(RequestFactory().get("/", headers={"Authorization": "Bearer x"}))

        sessions.start(user, request)

        assert not hasattr(request, "_auth")
