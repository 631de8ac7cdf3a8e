from django.contrib import admin
from django.urls import path

from tests.urls import urlpatterns as those_of_the_suite

from .acts import act

urlpatterns = [*those_of_the_suite, path("acts/<name>/", act), path("admin/", admin.site.urls)]
