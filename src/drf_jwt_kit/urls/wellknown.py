"""Where do others look for the public keys? ``include`` this at the root of the site."""

from django.urls import path

from drf_jwt_kit import views

urlpatterns = [
    path(".well-known/jwks.json", views.JWKSView.as_view(), name="token_jwks_wellknown"),
]
