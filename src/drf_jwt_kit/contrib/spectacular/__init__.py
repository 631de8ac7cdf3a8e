"""How does drf-spectacular describe our views, and a project's with our mixin or classes?

To import it is enough, and the app does so where ``drf_spectacular`` is installed. ``schemes`` says
how a token is sent, ``views`` which view is described by what, ``operations`` what each of our
endpoints takes and answers, ``refusals`` what it answers where it refuses; ``public_keys`` has the
view that is none of REST Framework's.
"""

from . import public_keys, schemes, serializers, views

__all__ = ["public_keys", "schemes", "serializers", "views"]
