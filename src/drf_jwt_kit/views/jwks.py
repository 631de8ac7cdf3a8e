"""Which public keys can others verify with? Needs no database and no authentication."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.asking import for_request
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.keys.by_request import depends_on_request

from .endpoint import NonAtomicMixin


@method_decorator(login_not_required, name="dispatch")  # whatever middleware the project has
@method_decorator(csrf_exempt, name="dispatch")  # it changes nothing: another method is 405
class JWKSView(NonAtomicMixin, View):
    """Read our public keys as a JWK Set, without authentication."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The keys; 304 if the reader has them already (``If-None-Match``)."""
        try:
            with for_request(request):
                published = get_ring().to_publish
        except ServiceUnavailable as error:
            return _unavailable(error)
        # A key is listed for KEYS_PUBLISHED_AHEAD before it signs. A cache between us and the
        # reader and the reader's own cache may each be a third of that old, and the reader still
        # knows the key of every token.
        max_age = get_settings().KEYS_PUBLISHED_AHEAD.total_seconds() / 3
        # A cache between us cannot know by what of the request a function has chosen them.
        whose = "private" if depends_on_request(get_settings().KEYS) else "public"
        headers = {"ETag": published.etag, "Cache-Control": f"{whose}, max-age={max_age:.0f}"}
        response = HttpResponse(published.body, content_type="application/json", headers=headers)
        answer = get_conditional_response(request, published.etag, response=response) or response
        answer.headers["Access-Control-Allow-Origin"] = "*"  # nothing is secret, no cookie is read
        return answer

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """405, in the form of our other refusals."""
        refused = MethodNotAllowed(str(request.method))
        body = {"detail": refused.detail, "code": refused.default_code}
        allowed = {"Allow": ", ".join(self.http_method_names).upper()}
        return JsonResponse(body, status=refused.status_code, headers=allowed)


def _unavailable(error: ServiceUnavailable) -> HttpResponse:
    """503: a reader goes on with the keys that it has, which it would drop for an empty set."""
    headers = {"Retry-After": str(error.wait), "Cache-Control": "no-store"}
    headers["Access-Control-Allow-Origin"] = "*"
    return JsonResponse(error.detail, status=error.status_code, headers=headers)
