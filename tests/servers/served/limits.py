"""So many sessions at once as a login's body asks for, which only a test believes."""

from drf_jwt_kit.sessions import SessionLimits


def as_the_client_asks(user, request):
    """``max_sessions`` in the body."""
    asked = None if request is None else request.data.get("max_sessions")
    return SessionLimits(max_sessions=asked)
