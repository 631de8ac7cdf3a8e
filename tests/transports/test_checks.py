"""Cookies that a browser drops are an error; those that are unwise, a warning in production."""

import sys

import pytest
from django.core.checks import run_checks
from django.middleware.cache import FetchFromCacheMiddleware
from django.test import override_settings

pytestmark = pytest.mark.usefixtures("no_sockets")
HERE = (
    "drf_jwt_kit.E03",
    "drf_jwt_kit.E047",
    "drf_jwt_kit.E13",
    "drf_jwt_kit.W13",
    "drf_jwt_kit.W006",
    "drf_jwt_kit.W007",
    "drf_jwt_kit.W045",
)


def said(*, deploy=False, django=None, **settings):
    with override_settings(DRF_JWT_KIT=settings, **django or {}):
        messages = run_checks(include_deployment_checks=deploy)
    return [(one.id[-4:], one.msg) for one in messages if one.id.startswith(HERE)]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"COOKIE_DOMAIN": "example.com"},
        {"COOKIE_DOMAIN": ".example.com"},
        {"COOKIE_DOMAIN": "localhost"},
        {"COOKIE_SECURE": False},
        {"COOKIE_ACCESS_SAMESITE": "None", "COOKIE_REFRESH_SAMESITE": "None"},
        {"COOKIE_ACCESS_NAME": "__Secure-a", "COOKIE_DOMAIN": "example.com"},
        {"COOKIE_ACCESS_NAME": "__Host-a"},
    ],
)
def test_what_browsers_keep_is_in_order(settings):
    assert said(**settings) == []


@pytest.mark.parametrize("name", ["COOKIE_ACCESS_SAMESITE", "COOKIE_REFRESH_SAMESITE"])
def test_samesite_none_needs_secure(name):
    assert said(COOKIE_SECURE=False, **{name: "None"}) == [
        ("E030", f"{name} is 'None' and COOKIE_SECURE is False: browsers drop such a cookie.")
    ]


def test_the_host_prefix_excludes_a_domain():
    assert said(COOKIE_REFRESH_NAME="__Host-r", COOKIE_DOMAIN="example.com") == [
        (
            "E047",
            "COOKIE_REFRESH_NAME is '__Host-r' and COOKIE_DOMAIN is 'example.com': browsers drop "
            "such a cookie.",
        )
    ]


@pytest.mark.parametrize("prefix", ["__Host-", "__Secure-", "__HOST-"])
def test_a_prefix_needs_secure(prefix):
    assert said(COOKIE_ACCESS_NAME=f"{prefix}a", COOKIE_SECURE=False) == [
        (
            "E031",
            f"COOKIE_ACCESS_NAME is '{prefix}a' and COOKIE_SECURE is False: browsers drop such a "
            "cookie.",
        )
    ]


def test_both_cookies_need_names_of_their_own():
    assert said(COOKIE_ACCESS_NAME="token", COOKIE_REFRESH_NAME="token") == [
        ("E032", "Two cookies are named '__Host-token': one would overwrite the other.")
    ]


@pytest.mark.parametrize("name", ["csrftoken", "sessionid"])
def test_a_cookie_named_like_one_of_djangos_is_refused(name):
    assert said(COOKIE_ACCESS_NAME=name, COOKIE_SECURE=False) == [
        ("E032", f"Two cookies are named {name!r}: one would overwrite the other.")
    ]


def test_a_token_must_fit_into_4096_bytes():
    audience = [f"https://service-{number}.example.com" for number in range(80)]

    assert [id for id, _ in said(AUDIENCE=audience)] == ["E033"]


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a=b", "ü", "a" * 129, None, 3])
def test_a_name_must_be_one_that_a_cookie_can_have(name):
    with override_settings(DRF_JWT_KIT={"COOKIE_ACCESS_NAME": name}):
        (problem,) = [one for one in run_checks() if one.id == "drf_jwt_kit.E001"]

    assert "COOKIE_ACCESS_NAME" in problem.msg


@pytest.mark.parametrize(
    "value", ["", "https://example.com", "example.com:8000", "example.com/", "*.example.com", "a b"]
)
def test_a_domain_has_no_scheme_and_no_port(value):
    with override_settings(DRF_JWT_KIT={"COOKIE_DOMAIN": value}):
        (problem,) = [one for one in run_checks() if one.id == "drf_jwt_kit.E001"]

    assert problem.msg == (
        "DRF_JWT_KIT['COOKIE_DOMAIN'] must be a domain such as 'example.com', without scheme and "
        f"port, or None, not {value!r}."
    )


@pytest.mark.parametrize("value", ["lax", "", None, False])
def test_samesite_is_one_of_three_words(value):
    with override_settings(DRF_JWT_KIT={"COOKIE_ACCESS_SAMESITE": value}):
        (problem,) = [one for one in run_checks() if one.id == "drf_jwt_kit.E001"]

    assert "'Strict', 'Lax' or 'None'" in problem.msg


class TestInProduction:
    def test_what_we_set_is_in_order(self):
        assert said(deploy=True) == []

    def test_cookies_over_plain_http_are_an_error(self):
        assert [id for id, _ in said(deploy=True, COOKIE_SECURE=False)] == ["E130"]

    def test_a_domain_is_a_warning(self):
        assert [id for id, _ in said(deploy=True, COOKIE_DOMAIN="example.com")] == ["W130"]

    def test_a_name_that_error_reports_do_not_hide_is_a_warning(self):
        assert [id for id, _ in said(deploy=True, COOKIE_REFRESH_NAME="sid")] == ["W135"]

    @pytest.mark.parametrize(
        ("cache", "found"),
        [
            ("locmem.LocMemCache", ["W136"]),
            ("dummy.DummyCache", ["W136"]),
            ("db.DatabaseCache", []),
        ],
    )
    def test_tickets_in_a_cache_that_is_not_shared_are_a_warning(self, monkeypatch, cache, found):
        monkeypatch.setitem(sys.modules, "drf_jwt_kit.contrib.channels.tickets", None)
        backend = {"BACKEND": f"django.core.cache.backends.{cache}", "LOCATION": "caches"}

        with override_settings(CACHES={"default": backend}):
            assert [id for id, _ in said(deploy=True)] == found

    @pytest.mark.parametrize("name", ["COOKIE_ACCESS_SAMESITE", "COOKIE_REFRESH_SAMESITE"])
    def test_samesite_none_is_a_warning(self, name):
        assert [id for id, _ in said(deploy=True, **{name: "None"})] == ["W131"]


WITH_THE_ENDPOINTS = {
    "ROOT_URLCONF": "tests.flows.cookie_urls",
    "CSRF_COOKIE_SECURE": True,
    "REST_FRAMEWORK": {
        "DEFAULT_AUTHENTICATION_CLASSES": ["drf_jwt_kit.authentication.JWTCookieAuthentication"]
    },
}


class TestWithTheEndpoints:
    def test_a_cookie_that_no_view_reads_is_said_before_the_first_login(self):
        assert said(django={**WITH_THE_ENDPOINTS, "REST_FRAMEWORK": {}}) == [
            (
                "W006",
                "drf_jwt_kit.urls.cookie is included, but no class in "
                "REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] reads the cookie: a user who "
                "logs in there is anonymous at other views.",
            )
        ]

    @pytest.mark.parametrize("prefix", ["__Host-", "__Secure-", "__HOST-"])
    def test_a_csrf_cookie_with_a_prefix_needs_secure(self, prefix):
        own = {"CSRF_COOKIE_NAME": f"{prefix}csrftoken", "CSRF_COOKIE_SECURE": False}

        assert said(django={**WITH_THE_ENDPOINTS, **own}) == [
            (
                "E031",
                f"CSRF_COOKIE_NAME is '{prefix}csrftoken' and CSRF_COOKIE_SECURE is False: "
                "browsers drop such a cookie, and nobody can log in.",
            )
        ]

    def test_a_csrf_cookie_with_the_host_prefix_excludes_a_domain(self):
        own = {"CSRF_COOKIE_NAME": "__Host-csrftoken", "CSRF_COOKIE_DOMAIN": "example.com"}

        assert said(django={**WITH_THE_ENDPOINTS, **own}) == [
            (
                "E047",
                "CSRF_COOKIE_NAME is '__Host-csrftoken' and CSRF_COOKIE_DOMAIN is 'example.com': "
                "browsers drop such a cookie, and nobody can log in.",
            )
        ]

    @pytest.mark.parametrize("own", [{}, {"CSRF_USE_SESSIONS": True, "CSRF_COOKIE_SECURE": False}])
    def test_a_csrf_cookie_that_is_kept_or_never_set_is_in_order(self, own):
        own = {"CSRF_COOKIE_NAME": "__Host-csrftoken", **own}

        assert said(django={**WITH_THE_ENDPOINTS, **own}) == []

    def test_a_project_without_addresses_can_be_checked(self):
        assert said(deploy=True, django={"ROOT_URLCONF": None}) == []


class TestInProductionWithTheEndpoints:
    def ids(self, **django):
        return [id for id, _ in said(deploy=True, django={**WITH_THE_ENDPOINTS, **django})]

    def test_a_project_that_heeds_the_docs_is_in_order(self):
        assert self.ids() == []

    def test_cookies_for_every_origin_are_a_warning(self):
        cors = {
            "CORS_ALLOW_ALL_ORIGINS": True,
            "CORS_ALLOW_CREDENTIALS": True,
            "CORS_ALLOW_HEADERS": ["x-csrftoken", "Idempotency-Key"],
        }

        assert self.ids(**cors) == ["W133"]

    def test_every_origin_without_cookies_is_in_order(self):
        assert self.ids(CORS_ALLOW_ALL_ORIGINS=True) == []

    def test_a_header_of_client_js_that_cors_forbids_is_a_warning(self):
        assert self.ids(CORS_ALLOW_CREDENTIALS=True) == ["W007"]

    def test_a_csrf_cookie_over_plain_http_is_a_warning(self):
        assert self.ids(CSRF_COOKIE_SECURE=False) == ["W134"]


class ShopCache(FetchFromCacheMiddleware):
    pass


class TestDjangosCacheOfPages:
    @pytest.mark.parametrize(
        "path",
        [
            "django.middleware.cache.UpdateCacheMiddleware",
            "django.middleware.cache.FetchFromCacheMiddleware",
            "tests.transports.test_checks.ShopCache",
        ],
    )
    def test_is_warned_of_beside_our_authentication(self, path):
        assert said(django={"MIDDLEWARE": [path]}) == [
            (
                "W045",
                f"MIDDLEWARE has {path}: it keeps what a view with our authentication answers, "
                "and gives it to the same token for CACHE_MIDDLEWARE_SECONDS, also after a "
                "logout, a new password or the end of the user.",
            )
        ]

    @pytest.mark.parametrize(
        "path",
        [
            "django.middleware.http.ConditionalGetMiddleware",
            "django.views.decorators.cache.cache_page",
            "nobody.has.This",
        ],
    )
    def test_other_middleware_is_in_order(self, path):
        assert said(django={"MIDDLEWARE": [path]}) == []
