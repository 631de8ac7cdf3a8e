"""Both behind a prefix that captures, in a namespace of the project's."""

from django.urls import include, path

from .both import urlpatterns as both

urlpatterns = [path("<slug:tenant>/", include((both, "shop"), namespace="v1"))]
