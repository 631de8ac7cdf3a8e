"""What happened to a session, told after the transaction that did it has committed.

All are sent with ``send_robust`` by ``drf_jwt_kit.models.Session`` and carry keyword
arguments only:

``session_started``   ``session``, ``user``, ``request`` (or None)
``session_refreshed`` ``session_id``, ``user``, ``generation``, ``request`` (or None)
``refresh_reused``    ``session_id``, ``user``, ``presented`` and ``stored`` generation, ``request``
``session_revoked``   ``session_id`` (None where several of a user's were), ``user_id``, ``reason``,
                      ``count``
``all_sessions_revoked`` ``valid_after`` (a datetime: earlier logins have ended), ``reason``

A changed password is told as all of the user's sessions, also where ``sessions.keep`` spares
one of them right after: ask ``sessions.live_sessions(user)`` which ones are left.
"""

from django.dispatch import Signal

session_started = Signal()
session_refreshed = Signal()
refresh_reused = Signal()
session_revoked = Signal()
all_sessions_revoked = Signal()
