"""What is served in each place: views of both kinds, and what a test lets a worker do."""

from django.urls import path

from tests.flows import stateless_urls
from tests.servers.served.acts import act
from tests.urls import SecureView

urlpatterns = [
    *stateless_urls.urlpatterns,
    path("api/strict/", SecureView.as_view()),
    path("acts/<name>/", act),
]
