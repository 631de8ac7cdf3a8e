"""What keeps browsers from binding a session is said before anybody logs in."""

import pytest
from django.core.checks import run_checks
from django.test import override_settings
from django.urls import include, path

from drf_jwt_kit import views
from drf_jwt_kit.transports import bound
from drf_jwt_kit.urls import cookie
from tests.flows import cookie_urls

pytestmark = pytest.mark.usefixtures("no_sockets")
ON = {"DEVICE_BOUND": True}
HERE = ("drf_jwt_kit.E035", "drf_jwt_kit.E036", "drf_jwt_kit.W07")
LOGIN = path("login/", views.CookieObtainView.as_view(), name="token_obtain_pair")
REFRESH = path("refresh/", views.CookieRefreshView.as_view(), name="token_refresh")
BIND = path("bind/", views.BindView.as_view(), name="token_bind")
RENEW = path("bind/refresh/", views.BoundRefreshView.as_view(), name="token_bound_refresh")


def found(urls=cookie_urls, **settings):
    with override_settings(ROOT_URLCONF=urls, DRF_JWT_KIT=settings):
        return [one for one in run_checks() if one.id.startswith(HERE)]


def said(urls=cookie_urls, **settings):
    return [(one.id[-4:], one.msg, one.hint) for one in found(urls, **ON, **settings)]


def test_the_include_for_browsers_is_in_order():
    assert said() == []


@pytest.mark.parametrize(
    "settings",
    [
        {"COOKIE_SECURE": False},
        {"COOKIE_REFRESH_ONLY": True},
        {"ROTATE_REFRESH_TOKENS": False},
        {"COOKIE_DOMAIN": "example.com"},
    ],
)
def test_nothing_is_said_where_nothing_is_bound(settings):
    assert found((LOGIN,), **settings) == []


def test_cookies_over_plain_http_are_an_error():
    assert said(COOKIE_SECURE=False) == [
        (
            "E035",
            "DEVICE_BOUND is True and COOKIE_SECURE is False: browsers bind Secure cookies over "
            "HTTPS alone, and would renew none.",
            "Remove COOKIE_SECURE. Or remove DEVICE_BOUND, where pages come over plain HTTP.",
        )
    ]


def test_an_access_token_that_is_in_no_cookie_is_an_error():
    assert said(COOKIE_REFRESH_ONLY=True) == [
        (
            "E036",
            "DEVICE_BOUND and COOKIE_REFRESH_ONLY are True: there is no access cookie that a "
            "browser could renew.",
            "Remove one of them: pages that hold the access token cannot be bound.",
        )
    ]


def test_tokens_that_are_not_rotated_are_a_warning():
    assert said(ROTATE_REFRESH_TOKENS=False) == [
        (
            "W072",
            "DEVICE_BOUND is True and ROTATE_REFRESH_TOKENS is False: a browser is asked once, at "
            "the login, and never again. Sessions that have begun before stay as they are.",
            "Remove ROTATE_REFRESH_TOKENS: a session is then offered anew at each rotation.",
        )
    ]


def test_cookies_for_several_hosts_are_a_warning():
    assert said(COOKIE_DOMAIN="example.com") == [
        (
            "W073",
            "DEVICE_BOUND is True and COOKIE_DOMAIN is 'example.com': a browser renews the access "
            "cookie for requests to the host of the login alone. Those to other hosts go out "
            "without it once it has expired.",
            "Remove COOKIE_DOMAIN, and serve the API from the host of the login.",
        )
    ]


class TestAddresses:
    @pytest.mark.parametrize("urls", [(), (BIND, RENEW)])
    def test_bind_nothing_without_a_login_or_refresh(self, urls):
        assert said(urls) == [
            (
                "W070",
                "DEVICE_BOUND is True, and no URL leads to a login or refresh by cookie: nothing "
                "is bound.",
                'Write into the URLs: path("api/auth/", include("drf_jwt_kit.urls.cookie"))',
            )
        ]

    @pytest.mark.parametrize("offering", [LOGIN, REFRESH])
    def test_may_lack_where_to_bind(self, offering):
        assert said((offering, RENEW)) == [
            (
                "W071",
                "DEVICE_BOUND is True, and no URL named token_bind leads to our BindView: no "
                "session is bound that begins beside it.",
                "Include drf_jwt_kit.urls.cookie, or write beside the login: "
                'path("bind/", views.BindView.as_view(), name="token_bind"). '
                "https://drf-jwt-kit.readthedocs.io/page/docs/how-to/bind-to-a-device.html says "
                "what it is for.",
            )
        ]

    def test_may_lack_where_to_renew(self):
        assert said((LOGIN, BIND)) == [
            (
                "W071",
                "DEVICE_BOUND is True, and no URL named token_bound_refresh leads to our "
                "BoundRefreshView: no session is bound that begins beside it.",
                "Include drf_jwt_kit.urls.cookie, or write beside the login: "
                'path("bind/refresh/", views.BoundRefreshView.as_view(), '
                'name="token_bound_refresh"). '
                "https://drf-jwt-kit.readthedocs.io/page/docs/how-to/bind-to-a-device.html says "
                "what it is for.",
            )
        ]

    def test_may_all_be_written_by_hand(self):
        assert said((LOGIN, BIND, RENEW)) == []

    def test_are_not_beside_it_in_another_namespace(self):
        urls = (path("shop/", include(([LOGIN], "shop"))), BIND, RENEW)

        assert [msg.partition(" leads")[0] for _, msg, _ in said(urls)] == [
            "DEVICE_BOUND is True, and no URL named shop:token_bind",
            "DEVICE_BOUND is True, and no URL named shop:token_bound_refresh",
        ]

    def test_are_found_among_ours_by_a_login_of_the_projects(self):
        assert said((LOGIN, path("api/auth/", include("drf_jwt_kit.urls.cookie")))) == []

    def test_are_ours_in_the_namespace_that_they_have(self):
        assert cookie.app_name == bound.NAMESPACE

    def test_are_not_found_by_another_name(self):
        bind = path("bind/", views.BindView.as_view(), name="bind")

        assert [id for id, *_ in said((LOGIN, bind, RENEW))] == ["W071"]

    def test_do_not_count_that_lead_elsewhere(self):
        bind = path("bind/", views.CSRFView.as_view(), name="token_bind")

        assert [id for id, *_ in said((LOGIN, bind, RENEW))] == ["W071"]

    def test_are_as_good_with_views_that_extend_ours(self):
        class Bind(views.BindView):
            pass

        bind = path("bind/", Bind.as_view(), name="token_bind")

        assert said((LOGIN, bind, RENEW)) == []
