"""Which URLs have the endpoints for browsers? ``include("drf_jwt_kit.urls.cookie")``.

The names are the same, in the namespace ``cookie``, so that a project can include both.
"""

from django.urls import path

from drf_jwt_kit import views

app_name = "cookie"
urlpatterns = [
    path("", views.CookieObtainView.as_view(), name="token_obtain_pair"),
    path("refresh/", views.CookieRefreshView.as_view(), name="token_refresh"),
    path("reauthenticate/", views.CookieReauthenticateView.as_view(), name="token_reauthenticate"),
    path("verify/", views.CookieVerifyView.as_view(), name="token_verify"),
    path("logout/", views.CookieLogoutView.as_view(), name="token_logout"),
    path("blacklist/", views.CookieLogoutView.as_view(), name="token_blacklist"),
    path("logout/all/", views.CookieLogoutAllView.as_view(), name="token_logout_all"),
    path("sessions/", views.CookieSessionListView.as_view(), name="token_sessions"),
    path("sessions/<session_id>/", views.CookieSessionDetailView.as_view(), name="token_session"),
    path("bind/", views.BindView.as_view(), name="token_bind"),
    path("bind/refresh/", views.BoundRefreshView.as_view(), name="token_bound_refresh"),
    path("csrf/", views.CSRFView.as_view(), name="token_csrf"),
    path("jwks/", views.JWKSView.as_view(), name="token_jwks"),
]
