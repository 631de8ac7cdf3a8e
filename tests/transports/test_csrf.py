"""Whose page has sent a request: asked with Django's own request, as a middleware does."""

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from drf_jwt_kit.exceptions import CSRFFailed
from drf_jwt_kit.transports import SAFE_METHODS, is_own_origin, require_own_page

NO_ORIGIN = (
    "It has neither 'Sec-Fetch-Site: same-origin' nor an Origin. Browsers send one of them. "
    "Clients other than browsers should send the token in the Authorization header."
)


def posted(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RequestFactory().post("/", headers=named)


class TestARequestOfNoPage:
    @pytest.mark.parametrize("read", [lambda request: request, Request])
    def test_is_refused_and_told_why(self, read, caplog):
        with pytest.raises(CSRFFailed):
            require_own_page(read(posted()))

        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert caplog.messages == [f'event=csrf_refused path=/ why="{NO_ORIGIN}"']

    @pytest.mark.parametrize("method", sorted(SAFE_METHODS))
    def test_passes_where_it_changes_nothing(self, method):
        assert require_own_page(RequestFactory().generic(method, "/")) is None

    def test_passes_where_djangos_test_client_says_so(self):
        request = posted()
        request._dont_enforce_csrf_checks = True

        assert require_own_page(request) is None


class TestAPageOfOursWithoutACsrfToken:
    def test_is_refused_and_no_proxy_is_suspected(self, caplog):
        with pytest.raises(CSRFFailed):
            require_own_page(posted(sec_fetch_site="same-origin"))

        assert caplog.messages == ["event=csrf_refused path=/ why='CSRF cookie not set.'"]


class TestAFormThatCannotBeRead:
    def test_is_told_whole(self):
        request = RequestFactory().post(
            "/", b"broken", content_type="multipart/form-data", headers={"origin": "http://a"}
        )

        with pytest.raises(ParseError) as refusal:
            require_own_page(request)
        assert str(refusal.value) == "The request cannot be read."


class TestTheOriginOfASocket:
    def test_is_ours_or_not(self):
        assert is_own_origin(posted(origin="http://testserver"))
        assert not is_own_origin(posted(origin="http://other.example"))

    def test_is_never_left_out(self):
        assert not is_own_origin(posted())
