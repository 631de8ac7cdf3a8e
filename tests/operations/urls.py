"""The endpoints, and a view that costs no query."""

from django.urls import path

from drf_jwt_kit.authentication import JWTStatelessAuthentication
from tests.urls import SecureView, urlpatterns


class StatelessView(SecureView):
    authentication_classes = (JWTStatelessAuthentication,)


urlpatterns = [*urlpatterns, path("api/stateless/", StatelessView.as_view())]
