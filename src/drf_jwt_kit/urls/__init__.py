"""Which URLs have the endpoints? Simple JWT's names: ``include("drf_jwt_kit.urls")``."""

from django.urls import path

from drf_jwt_kit import views

urlpatterns = [
    path("", views.TokenObtainPairView.as_view(), name="token_obtain_pair"),
    path("refresh/", views.TokenRefreshView.as_view(), name="token_refresh"),
    path("reauthenticate/", views.ReauthenticateView.as_view(), name="token_reauthenticate"),
    path("verify/", views.TokenVerifyView.as_view(), name="token_verify"),
    path("logout/", views.TokenLogoutView.as_view(), name="token_logout"),
    path("blacklist/", views.TokenLogoutView.as_view(), name="token_blacklist"),
    path("logout/all/", views.TokenLogoutAllView.as_view(), name="token_logout_all"),
    path("sessions/", views.SessionListView.as_view(), name="token_sessions"),
    path("sessions/<session_id>/", views.SessionDetailView.as_view(), name="token_session"),
    path("jwks/", views.JWKSView.as_view(), name="token_jwks"),
]
