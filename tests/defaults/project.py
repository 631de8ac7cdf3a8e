"""The classes that the project names for all its views."""

from rest_framework.parsers import JSONParser
from rest_framework.throttling import BaseThrottle


class NeverAsked:
    """Stands for a class that works for the project's own views and for no others."""

    def __getattr__(self, name):
        raise AssertionError(f"a class of the project's was asked for {name}")


class VendorParser(JSONParser):
    media_type = "application/vnd.api+json"


class Throttle(BaseThrottle):
    allows = True

    def allow_request(self, request, view):
        return self.allows

    def wait(self):
        return 7


class Guest:
    """Somebody without a token who counts as logged in."""

    pk = id = None
    is_authenticated = True
