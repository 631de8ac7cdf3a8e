"""JWT authentication for Django REST Framework, complete: two lines in a project.

The map, from what you already know to what this package is about:

    apps, urls, models, checks, signals     what Django finds by name
    views, serializers, authentication,
    permissions, mixins, exceptions,
    request                                 what REST Framework and Simple JWT users import
    resource_server                         what another service verifies our tokens with
    guards                                  how views of both stay closed
    conf                                    every setting, its type and its default
    keys        which keys are this project's: which one signs, which ones verify
    jose        what the RFCs say: keys, JWK, compact JWS in and out (PyJWT); no settings
    tokens      what a token says about a user; access and refresh tokens
    sessions    one row a login: start, refresh, end, and who may go on
    admin       sessions in Django's admin: to be looked at, searched and ended
    transports  where in a request a token travels
    management  manage.py jwtkit: what whoever runs the project does from a shell
    contrib     drf-spectacular

Requests run downwards through these lists: a view calls a serializer, the serializer
calls ``sessions``, which asks its pure judge (``sessions.rotation``) and writes tokens.
"""

__version__ = "0.1.0"
