from django.contrib import admin
from django.urls import path

from tests.flows.stateless_urls import SecureView
from tests.urls import urlpatterns as those_of_the_suite

from .acts import act

urlpatterns = [
    *those_of_the_suite,
    path("api/stateless/", SecureView.as_view()),
    path("acts/<name>/", act),
    path("admin/", admin.site.urls),
]
