"""Which routes lead to Simple JWT, however they are written; and URLs that cannot be read."""

import sys
from functools import partial, wraps
from types import ModuleType

import pytest
from django.test import override_settings
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.views import APIView
from rest_framework_simplejwt import views as theirs

from drf_jwt_kit import views as ours
from drf_jwt_kit.management.subcommands.migrate import routes
from drf_jwt_kit.management.subcommands.migrate.changes import Change
from drf_jwt_kit.management.subcommands.migrate.places import where_is


@method_decorator(never_cache, name="dispatch")
class Login(theirs.TokenObtainPairView):
    pass


class Refresh(ours.TokenRefreshView):
    pass


def logged(view):
    @wraps(view)
    def inner(*args, **kwargs):
        return view(*args, **kwargs)

    inner.__dict__.pop("cls")
    inner.__dict__.pop("view_class", None)
    return inner


class Odd:
    """A view that answers no question."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __call__(self, request):
        raise NotImplementedError


@pytest.fixture
def urls(monkeypatch):
    """What is found where these are the URLs of the project."""

    def of(*patterns, **more):
        module = ModuleType("shop_urls")
        vars(module).update({"urlpatterns": [*patterns], **more})
        monkeypatch.setitem(sys.modules, "shop_urls", module)
        with override_settings(ROOT_URLCONF="shop_urls"):
            return routes.found_routes()

    return of


def package(name, *patterns):
    """The URLs of a package that is installed."""
    module = ModuleType(name)
    module.__file__ = f"/venv/site-packages/{name.replace('.', '/')}.py"
    module.urlpatterns = [*patterns]
    return module


@pytest.mark.parametrize(
    "view",
    [
        theirs.TokenObtainPairView.as_view(),
        theirs.token_obtain_pair,
        csrf_exempt(Login.as_view()),
        logged(Login.as_view()),
        partial(Login.as_view(), extra=1),
    ],
    ids=["class", "function", "exempt", "decorated", "partial"],
)
def test_a_view_of_simple_jwts_is_found_however_it_is_written(urls, view):
    (route,), problems = urls(path("login/", view))

    assert issubclass(route.view, theirs.TokenObtainPairView)
    assert (route.address, route.is_ours, problems) == ("login/", False, [])


def test_addresses_are_told_with_what_includes_them(urls):
    tokens = [re_path(r"^new/$", Login.as_view(), name="new"), path(_("again/"), Refresh.as_view())]
    found, _problems = urls(path("<slug:tenant>/", include((tokens, "tokens"), namespace="t")))

    assert [one.line() for one in found] == [
        f"/<slug:tenant>/^new/$: {__name__}.Login ({where_is(Login)}), extends "
        "rest_framework_simplejwt.views.TokenObtainPairView",
        f"/<slug:tenant>/again/: {__name__}.Refresh ({where_is(Refresh)}), extends "
        "drf_jwt_kit.views.tokens.TokenRefreshView",
    ]


def test_a_view_that_nobody_has_extended_is_told_by_its_name(urls):
    (route,), _problems = urls(path("verify/", theirs.token_verify))

    assert route.line() == "/verify/: rest_framework_simplejwt.views.TokenVerifyView"


def test_other_views_are_not_told(urls):
    found, problems = urls(
        path("a/", APIView.as_view()),
        path("b/", lambda request: None),
        path("c/", Odd()),
        "no pattern",
    )

    assert (found, problems) == ([], [])


def test_an_include_that_cannot_be_read_hides_no_other_one(urls):
    broken = ModuleType("broken_urls")  # it has no urlpatterns
    found, problems = urls(path("a/", include(broken)), path("b/", Login.as_view()))

    assert [one.address for one in found] == ["b/"]
    assert problems == ["The URLs below /a/ cannot be read (ImproperlyConfigured)."]


def test_urls_that_cannot_be_imported_are_told_with_the_reason():
    with override_settings(ROOT_URLCONF="shop.nowhere"):
        found, problems = routes.found_routes()

    assert found == []
    assert problems == [
        "The URLs of ROOT_URLCONF cannot be read (ModuleNotFoundError: No module named 'shop')."
    ]


def test_urls_that_raise_are_told_without_what_they_say(tmp_path, monkeypatch):
    (tmp_path / "raising_urls.py").write_text('raise RuntimeError("hunter2")')
    monkeypatch.syspath_prepend(tmp_path)
    with override_settings(ROOT_URLCONF="raising_urls"):
        _found, problems = routes.found_routes()

    assert problems == ["The URLs of ROOT_URLCONF cannot be read (RuntimeError)."]


@pytest.mark.parametrize("value", [None, ""])
def test_a_project_without_urls_is_told(value):
    with override_settings(ROOT_URLCONF=value):
        assert routes.found_routes()[1] == ["ROOT_URLCONF is not set: there are no URLs to read."]


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("djoser.urls.jwt", 'include("drf_jwt_kit.urls")'),
        ("dj_rest_auth.urls", 'include("drf_jwt_kit.contrib.dj_rest_auth.urls")'),
    ],
)
def test_urls_of_a_package_are_replaced_whole(urls, name, new):
    found, _problems = urls(
        path("auth/", include(package(name, path("jwt/", theirs.token_verify))))
    )
    (change,) = routes.changes_of(found, [])

    assert (change.place, change.old, change.new) == ("/auth/jwt/", f'include("{name}")', (new,))


def test_a_view_of_a_package_among_own_urls_is_replaced(urls):
    other = type("RefreshView", (theirs.TokenRefreshView,), {"__module__": "dj_rest_auth.jwt"})
    found, _problems = urls(path("refresh/", other.as_view()))
    (change,) = routes.changes_of(found, [])

    assert change.old == "dj_rest_auth.jwt.RefreshView"
    assert change.new == ("drf_jwt_kit.views.TokenRefreshView",)


def test_a_view_of_a_package_without_a_counterpart_is_told_alone(urls):
    other = type("Sliding", (theirs.TokenRefreshSlidingView,), {"__module__": "dj_rest_auth.jwt"})
    found, _problems = urls(path("refresh/", other.as_view()))
    (change,) = routes.changes_of(found, [])

    assert change.new == ()
    assert "TokenRefreshSlidingView" in change.why


@pytest.mark.parametrize("name", ["views", "TokenObtainPairView"])
def test_views_that_an_import_changes_and_ours_are_left_to_it(urls, name):
    found, _problems = urls(path("a/", Login.as_view()), path("b/", Refresh.as_view()))
    others = [Change("shop.py", 1, f"from rest_framework_simplejwt import {name}")]

    assert len(found) == 2
    assert [*routes.changes_of(found, others)] == []


def test_a_view_that_no_file_names_is_told(urls):
    found, _problems = urls(path("a/", theirs.token_verify))
    (change,) = routes.changes_of(found, [])

    assert change.old == "rest_framework_simplejwt.views.TokenVerifyView"
    assert change.new == ("drf_jwt_kit.views.TokenVerifyView",)
