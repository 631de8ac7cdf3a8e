"""JWT authentication for Django REST Framework, turned on by two lines in a project.

The map, from what you already know to what this package is about:

    apps, urls, models, checks, signals     what Django finds by name
    views, serializers, authentication,
    permissions, mixins, exceptions,
    request, throttling                     what REST Framework and Simple JWT users import
    asynchronous                            closes async views of plain Django
    scopes                                  which words are in a scope
    resource_server                         for another service that verifies our tokens
    guards                                  keeps views closed, here and there
    conf                                    every setting, its type and its default
    keys        which keys are this project's: which one signs, which ones verify
    jose        what the RFCs say: keys, JWK, compact JWS in and out (PyJWT); no settings
    tokens      what a token says about a user; access and refresh tokens
    sessions    one row for each login: start, refresh, end, and who may continue
    admin       sessions in Django's admin: look at them, search them, end them
    transports  where in a request a token travels
    management  manage.py jwtkit: commands for the operators of a project
    contrib     django-allauth, dj-rest-auth, django-axes, Channels, drf-spectacular, pytest,
                OpenTelemetry, Django's tasks
    testing     what projects test their views with, and attacks on their own URLs
    disclosure  what a message may show of a value that may be a secret
    logs        how a line of the log is written
    sentences   those of Simple JWT, in its languages

Requests run downwards through these lists: a view calls a serializer, the serializer
calls ``sessions``, which asks its pure judge (``sessions.life``) and writes tokens.
"""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Refuse ``include("drf_jwt_kit")`` with the cure, which Django's message does not name."""
    if name == "urlpatterns":
        raise ImportError(
            'include("drf_jwt_kit") names the package. Its URLs are in "drf_jwt_kit.urls", and '
            'those for browsers in "drf_jwt_kit.urls.cookie".'
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
