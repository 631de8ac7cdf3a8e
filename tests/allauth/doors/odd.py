"""What is no URL, and no view: Django says so, or nobody."""

from django.urls import path


class Odd:
    def __getattr__(self, name):
        raise RuntimeError(name)

    def __call__(self, request):
        raise NotImplementedError


urlpatterns = [path("odd/", Odd()), ("pair/", Odd()), "text"]
