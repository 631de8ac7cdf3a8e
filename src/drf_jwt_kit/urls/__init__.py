"""Which URLs have the endpoints? Simple JWT's names: ``include("drf_jwt_kit.urls")``."""

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.urls import path

if not apps.is_installed("drf_jwt_kit"):
    raise ImproperlyConfigured(
        "drf_jwt_kit.urls is included, but the app is not installed. Add this line to your "
        'settings: INSTALLED_APPS += ["rest_framework", "drf_jwt_kit"]'
    )

# Views import models. Without the app, Django refuses that with a less helpful message.
from drf_jwt_kit import views

urlpatterns = [
    path("", views.TokenObtainPairView.as_view(), name="token_obtain_pair"),
    path("refresh/", views.TokenRefreshView.as_view(), name="token_refresh"),
    path("verify/", views.TokenVerifyView.as_view(), name="token_verify"),
    path("logout/", views.TokenLogoutView.as_view(), name="token_logout"),
    path("blacklist/", views.TokenLogoutView.as_view(), name="token_blacklist"),
    path("logout/all/", views.TokenLogoutAllView.as_view(), name="token_logout_all"),
    path("sessions/", views.SessionListView.as_view(), name="token_sessions"),
    path("sessions/<session_id>/", views.SessionDetailView.as_view(), name="token_session"),
    path("jwks/", views.JWKSView.as_view(), name="token_jwks"),
]
