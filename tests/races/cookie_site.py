"""What the served project adds for browsers: both sets of endpoints, and the acts."""

from django.urls import path

from tests.flows import cookie_urls
from tests.servers.served.acts import act

urlpatterns = [*cookie_urls.urlpatterns, path("acts/<name>/", act)]
