"""What a cache may keep of a closed view: nothing that outlives a session or reaches another user.

Django's own cache of whole pages answers before anybody is authenticated. That of older versions
heeds ``private`` alone and knows nothing of tokens, so the oldest and the newest are tried.
"""

import uuid

import pytest
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.http import condition
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import (
    JWTAuthentication,
    JWTCookieAuthentication,
    JWTStatelessAuthentication,
)
from drf_jwt_kit.mixins import SecureViewMixin
from tests.conftest import Kit

from .browser import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.test_caches")]


class Mixed(SecureViewMixin, APIView):
    def get(self, request):
        return Response({"user": str(request.user.pk)})


class MixedByCookie(Mixed):
    authentication_classes = (JWTCookieAuthentication,)


class SaysItself(SecureViewMixin, APIView):
    def get(self, request):
        return Response({}, headers={"Cache-Control": "max-age=60"})


class SaysItselfByItsHeaders(SecureViewMixin, APIView):
    def get(self, request):
        self.headers["Cache-Control"] = "max-age=60"
        return Response({})


class SaysItselfByDecorator(SecureViewMixin, APIView):
    @method_decorator(cache_control(private=True, max_age=60))
    def get(self, request):
        return Response({})


class Strict(APIView):
    authentication_classes = (JWTAuthentication,)

    def get(self, request):
        return Response({"user": str(request.user.pk)})


class Stateless(Strict):
    authentication_classes = (JWTStatelessAuthentication,)


class ByCookie(Strict):
    authentication_classes = (JWTCookieAuthentication,)


class Both(Strict):
    authentication_classes = (JWTAuthentication, JWTCookieAuthentication)


class Closed(Strict):
    permission_classes = (IsAuthenticated,)


class Missing(Strict):
    def get(self, request):
        raise Http404


class Plain(Strict):
    def get(self, request):
        return HttpResponse(str(request.user.pk))


class Stream(Strict):
    def get(self, request):
        return StreamingHttpResponse([str(request.user.pk).encode()])


class Unchanged(Strict):
    @method_decorator(condition(etag_func=lambda request: '"1"'))
    def get(self, request):
        return Response({})


class AsksLate(APIView):
    """A view that leaves the authentication to whoever touches the user, and so to its template."""

    authentication_classes = (JWTAuthentication,)
    renderer_classes = (TemplateHTMLRenderer,)

    def perform_authentication(self, request):
        pass

    def get(self, request):
        return Response({"request": request}, template_name="whose.html")


VIEWS = [Mixed, MixedByCookie, SaysItself, SaysItselfByItsHeaders, SaysItselfByDecorator,
         Strict, Stateless, ByCookie, Both, Closed, Missing, Plain, Stream, Unchanged,
         AsksLate]  # fmt: skip
urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),
    path("cached/Mixed/", cache_page(60)(Mixed.as_view())),
    path("cached/Strict/", cache_page(60)(Strict.as_view())),
    *(path(f"{view.__name__}/", view.as_view()) for view in VIEWS),
]

PAGE_CACHE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
FACES = ["Strict", "Stateless", "ByCookie", "Plain", "Mixed"]
PATHS = ["", "refresh/", "verify/", "logout/", "blacklist/", "logout/all/", "sessions/",
         "sessions/00000000-0000-0000-0000-000000000000/"]  # fmt: skip


@pytest.fixture(autouse=True)
def _an_empty_cache():
    memory = "django.core.cache.backends.locmem.LocMemCache"
    with override_settings(CACHES={"default": {"BACKEND": memory, "LOCATION": uuid.uuid4().hex}}):
        yield


@pytest.fixture
def _cached_pages():
    with override_settings(MIDDLEWARE=PAGE_CACHE):
        yield


def varies_by(answer):
    return [name.strip() for name in answer.get("Vary", "").split(",")]


class TestOurAnswers:
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("set_", ["token", "auth"])
    @pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "head"])
    def test_an_endpoint_lets_nobody_keep_an_answer(self, kit, set_, path, method):
        answer = getattr(kit, method)(f"/api/{set_}/{path}")

        assert answer["Cache-Control"] == "private, no-store"
        assert "Authorization" in varies_by(answer)

    def test_the_token_of_the_csrf_check_is_not_kept(self, browser):
        answer = browser.get("/api/auth/csrf/")

        assert answer["Cache-Control"] == "private, no-store"
        assert "Cookie" in varies_by(answer)

    def test_everybody_may_keep_the_public_keys(self, kit):
        assert kit.get("/api/token/jwks/")["Cache-Control"].startswith("public, max-age=")

    @pytest.mark.parametrize("method", ["get", "post", "options", "head"])
    @pytest.mark.parametrize("where", ["Mixed", "MixedByCookie"])
    def test_a_view_with_the_mixin_lets_nobody_keep_an_answer(self, kit, signed_in, where, method):
        headers = {"Authorization": f"Bearer {signed_in.access}"}

        answers = [getattr(kit, method)(f"/{where}/"),
                   getattr(kit, method)(f"/{where}/", headers=headers)]  # fmt: skip

        assert [answer["Cache-Control"] for answer in answers] == ["private, no-store"] * 2

    @pytest.mark.parametrize("where", ["SaysItself", "SaysItselfByItsHeaders"])
    def test_a_view_that_says_something_has_the_last_word(self, kit, signed_in, where):
        assert kit.get_with(signed_in.access, f"/{where}/")["Cache-Control"] == "max-age=60"

    def test_a_decorator_of_its_method_has_the_last_word(self, kit, signed_in):
        said = kit.get_with(signed_in.access, "/SaysItselfByDecorator/")["Cache-Control"]

        assert set(said.split(", ")) == {"private", "max-age=60"}


class TestVary:
    @pytest.mark.parametrize("where", [*FACES, "Both", "Closed", "Missing", "Stream", "Unchanged"])
    @pytest.mark.parametrize("method", ["get", "head", "options", "post"])
    @pytest.mark.parametrize("token", ["good", "bad", "none"])
    def test_names_the_header_once_whatever_the_answer_is(
        self, kit, signed_in, where, method, token
    ):
        sent = {"good": f"Bearer {signed_in.access}", "bad": "Bearer x"}
        headers = {"Authorization": sent[token]} if token in sent else {}

        answer = getattr(kit, method)(f"/{where}/", headers=headers)

        assert varies_by(answer).count("Authorization") == 1

    def test_names_the_header_of_an_answer_that_has_not_changed(self, kit, signed_in):
        headers = {"Authorization": f"Bearer {signed_in.access}", "If-None-Match": '"1"'}

        answer = kit.get("/Unchanged/", headers=headers)

        assert answer.status_code == 304
        assert "Authorization" in varies_by(answer)

    def test_names_the_header_that_the_project_has_chosen(self, kit, db):
        with override_settings(DRF_JWT_KIT={"AUTH_HEADER_NAME": "HTTP_X_TOKEN"}):
            assert "X-Token" in varies_by(kit.get("/Strict/"))

    @pytest.mark.parametrize("where", ["ByCookie", "Both", "MixedByCookie"])
    def test_names_the_cookie_where_one_is_read(self, kit, db, where):
        assert varies_by(kit.get(f"/{where}/")).count("Cookie") == 1

    @override_settings(
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {"whose.html": "{{ request.user.pk }}"},
                        )
                    ]
                },
            }
        ]
    )
    def test_names_the_header_where_a_template_asks_for_the_user(self, kit, signed_in, user):
        answer = kit.get_with(signed_in.access, "/AsksLate/")

        assert answer.content.decode() == str(user.pk)
        assert "Authorization" in varies_by(answer)


@pytest.mark.usefixtures("_cached_pages")
class TestDjangosCacheOfPages:
    @pytest.mark.parametrize("where", ["Mixed", "MixedByCookie", "cached/Mixed"])
    def test_a_closed_view_is_closed_after_the_logout(self, kit, signed_in, where):
        assert kit.get_with(signed_in.access, f"/{where}/").status_code == 200

        kit.logout(signed_in.refresh)

        assert kit.get_with(signed_in.access, f"/{where}/").status_code == 401

    def test_a_view_closed_by_cookie_is_closed_after_the_logout(self, logged_in):
        cookies = "; ".join(f"{n}={m.value}" for n, m in logged_in.cookies.items())
        assert logged_in.get("/MixedByCookie/").status_code == 200

        logged_in.send("post", "/api/auth/logout/")

        stale = Browser().get("/MixedByCookie/", headers={"Cookie": cookies})
        assert stale.status_code == 401

    @pytest.mark.parametrize("where", [*FACES, "Both", "cached/Strict", "SaysItself"])
    def test_no_user_gets_the_answer_of_another(self, kit, signed_in, other_user, where):
        theirs = kit.sign_in(other_user)
        kit.get_with(signed_in.access, f"/{where}/")

        second = kit.get_with(theirs.access, f"/{where}/")

        assert "Age" not in second, "it came from the cache"
        assert str(signed_in.session.user_id).encode() not in second.content
        assert b"user" not in second.content or str(other_user.pk).encode() in second.content

    @pytest.mark.parametrize("where", FACES)
    def test_a_stranger_gets_the_answer_of_no_user(self, kit, signed_in, user, where):
        kit.get_with(signed_in.access, f"/{where}/")

        assert str(user.pk).encode() not in kit.get(f"/{where}/").content

    def test_no_user_gets_the_answer_of_another_by_a_header_of_the_projects(
        self, kit, signed_in, user, other_user
    ):
        theirs = kit.sign_in(other_user)
        with override_settings(DRF_JWT_KIT={"AUTH_HEADER_NAME": "HTTP_X_TOKEN"}):
            kit.get("/Strict/", headers={"X-Token": f"Bearer {signed_in.access}"})

            second = kit.get("/Strict/", headers={"X-Token": f"Bearer {theirs.access}"})

        assert second.json() == {"user": str(other_user.pk)}

    def test_no_browser_gets_the_answer_of_another(self, logged_in, other_user):
        second = Browser()
        second.log_in(other_user)
        logged_in.get("/ByCookie/")

        assert second.get("/ByCookie/").json() == {"user": str(other_user.pk)}

    def test_no_browser_gets_the_csrf_token_of_another(self, browser):
        tokens = [Browser().get("/api/auth/csrf/").cookies["csrftoken"].value for _ in range(2)]

        assert tokens[0] != tokens[1]

    def test_a_list_of_devices_is_never_an_old_one(self, kit, signed_in, user):
        assert len(kit.sessions(signed_in.access)) == 1

        kit.sign_in(user)

        assert len(kit.sessions(signed_in.access)) == 2

    def test_public_keys_come_from_the_cache(self, kit, db):
        kit.get("/api/token/jwks/")

        assert "Expires" in kit.get("/api/token/jwks/")


class TestConditionalRequests:
    @pytest.mark.parametrize("where", ["Strict", "Mixed", "SaysItself"])
    @override_settings(MIDDLEWARE=["django.middleware.http.ConditionalGetMiddleware"])
    def test_an_ended_session_is_not_told_that_nothing_has_changed(self, signed_in, where):
        kit = Kit(headers={"Authorization": f"Bearer {signed_in.access}"})
        etag = kit.get(f"/{where}/").get("ETag", '"none"')
        kit.logout(signed_in.refresh)

        answer = kit.get(f"/{where}/", headers={"If-None-Match": etag})

        assert answer.status_code == 401
        assert "Authorization" in varies_by(answer)

    @override_settings(MIDDLEWARE=["django.middleware.http.ConditionalGetMiddleware"])
    def test_an_answer_that_has_not_changed_is_kept_apart_as_before(self, signed_in):
        kit = Kit(headers={"Authorization": f"Bearer {signed_in.access}"})
        etag = kit.get("/Strict/")["ETag"]

        answer = kit.get("/Strict/", headers={"If-None-Match": etag})

        assert answer.status_code == 304
        assert "Authorization" in varies_by(answer)
