"""Which URLs have dj-rest-auth's endpoints, with our tokens? Include this in place of its own.

``logout/``, ``token/refresh/`` and ``token/verify/`` are ours, under its names. All others are its
own, three of them closer.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from dj_rest_auth.urls import urlpatterns as theirs
from django.urls import URLPattern, re_path

from drf_jwt_kit import views
from drf_jwt_kit.conf.asking import for_request

from .views import LoginView, LogoutView, PasswordChangeView, UserDetailsView

_OURS = [
    re_path(r"^logout/?$", LogoutView.as_view(), name="rest_logout"),
    re_path(r"^token/verify/?$", views.TokenVerifyView.as_view(), name="token_verify"),
    re_path(r"^token/refresh/?$", views.TokenRefreshView.as_view(), name="token_refresh"),
]
_CLOSER = {
    "rest_login": LoginView,
    "rest_password_change": PasswordChangeView,
    "rest_user_details": UserDetailsView,
}
"""Theirs, which heed our hook after the password, and whoever acts as a user."""


def _of_its_request(pattern: URLPattern) -> URLPattern:
    """``pattern`` whose view begins sessions of the device that asks."""
    closer = _CLOSER.get(pattern.name or "")
    view = pattern.callback if closer is None else closer.as_view()

    @wraps(view)
    def asked(request: Any, *args: Any, **kwargs: Any) -> Any:
        with for_request(request):
            return view(request, *args, **kwargs)

    return URLPattern(pattern.pattern, asked, pattern.default_args, pattern.name)


_NAMES = {one.name for one in _OURS}
urlpatterns = [*_OURS, *(_of_its_request(one) for one in theirs if one.name not in _NAMES)]
