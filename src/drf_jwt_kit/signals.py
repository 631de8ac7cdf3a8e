"""What happened to a session? Signals that are sent after the transaction has committed.

All are sent with ``send_robust`` by ``drf_jwt_kit.models.Session`` and carry keyword
arguments only:

``session_started``   ``session``, ``user``, ``request`` (or None)
``session_refreshed`` ``session_id``, ``user``, ``generation``, ``request`` (or None)
``refresh_reused``    ``session_id``, ``user``, ``presented`` and ``stored`` generation, ``request``
``refresh_followed``  ``session_id``, ``user``, ``generation``, ``request`` (or None)
``refresh_unproven``  ``session_id``, ``user``, ``proof`` (``missing`` or ``of_another``),
                      ``request`` (or None)
``refresh_repeated``  ``session_id``, ``user``, ``verdict``, ``request`` (or None)
``token_refused``     ``token`` (``access`` or ``refresh``), ``session_id`` (or None), ``user_id``,
                      ``verdict``
``session_revoked``   ``session_id`` (None if several of a user ended), ``user_id``, ``reason``,
                      ``count``
``all_sessions_revoked`` ``valid_after`` (a datetime: earlier logins have ended), ``reason``

``refresh_unproven``, ``refresh_repeated`` and ``token_refused`` tell of nothing that a rollback
could undo, and are sent at once. A ``verdict`` is the one of the log. A token that is not genuine,
or has expired, is no ``token_refused``: anybody can send such a one, as often as they like.

A changed password is sent as the end of all sessions of the user, also if ``sessions.keep`` then
keeps one of them: ``sessions.live_sessions(user)`` has those that are left.
"""

from django.dispatch import Signal

session_started = Signal()
session_refreshed = Signal()
refresh_reused = Signal()
refresh_followed = Signal()
refresh_unproven = Signal()
refresh_repeated = Signal()
token_refused = Signal()
session_revoked = Signal()
all_sessions_revoked = Signal()
