"""The page at ``/``, on which the API is tried: where things are. Its scripts do the rest."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.views.generic import TemplateView

from drf_jwt_kit.conf import get_settings


class PageView(TemplateView):
    """HTML without a user in it: who is logged in, the page asks the API like any front end."""

    template_name = "shop/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        leeway = get_settings().ROTATION_LEEWAY.total_seconds()
        known = {"demonstration": settings.DEBUG, "password": settings.DEMO_PASSWORD}
        return super().get_context_data(leeway=leeway, **known, **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        # Scripts and styles come from this site's files and from nowhere else: what somebody
        # manages to write into the page does not run. That is worth more than any place for tokens.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        return response
