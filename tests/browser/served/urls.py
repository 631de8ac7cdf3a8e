from django.contrib.staticfiles.views import serve
from django.urls import include, path

from tests.servers.served.acts import act

from . import acts, views  # noqa: F401  # the acts register themselves

urlpatterns = [
    path("", views.page),
    path("blank/", views.blank),
    path("forgery/", views.forgery),
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/secure/", views.SecureView.as_view()),
    path("api/secure-by-header/", views.SecureHeaderView.as_view()),
    path("api/orders/", views.OrdersView.as_view()),
    path("api/public/", views.PublicView.as_view()),
    # Found as `runserver` finds it, in the package's own folder.
    path("static/<path:path>", serve, {"insecure": True}),
    path("acts/<name>/", act),
]
