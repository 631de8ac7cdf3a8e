"""What is to be done about each refusal? By its code, or by the reason of a refused token.

The page of codes in the documentation is made from this, and so is ``jwtkit doctor --explain``.
"""

from __future__ import annotations

from typing import NamedTuple

from rest_framework import exceptions as drf

from drf_jwt_kit.exceptions import Reason

OF_CODES = {
    "token_not_valid": "The field `reason` says what to do.",
    "bad_authorization_header": "Send `Authorization: Bearer TOKEN`: a word, a space, a token.",
    "no_active_account": "Ask for name and password again. An operator looks whether the user is "
    "active, and what `USER_AUTHENTICATION_RULE` says.",
    "insufficient_user_authentication": "Let the user prove it at `reauthenticate/`, or log "
    "in again; then repeat the request.",
    "insufficient_scope": "Ask for a token with the scope that the challenge names. Logging in "
    "again helps only if the user may have it.",
    "invalid_scope": "Ask for words of the scope that was granted at the login, or for none.",
    "acted_for": "Only the user may do this: whoever acts as the user cannot.",
    "csrf_failed": "Send the CSRF token and call from a page of this host, or of one of "
    "`CSRF_TRUSTED_ORIGINS`. `detail` says what was missing.",
    "data_not_kept": "Send less, and plain JSON. The log says which value cannot be kept.",
    "request_too_large": "Send less, or raise `DATA_UPLOAD_MAX_MEMORY_SIZE`.",
    "temporarily_unavailable": "Wait as long as `Retry-After` says, and send the same again. An "
    "operator reads the log: the database is away or not migrated, or a key cannot be read.",
}
"""By the code of an answer."""


class Meaning(NamedTuple):
    """Of a code that REST Framework has, what it says of our endpoints."""

    status: int
    when: str
    cure: str


OF_REST_FRAMEWORK = {
    "invalid_request": Meaning(
        drf.ValidationError.status_code,
        "a field is missing or wrong; the messages stand beside `detail`, by field",
        "Send the field again, as its messages say.",
    ),
    "parse_error": Meaning(
        drf.ParseError.status_code,
        "the body cannot be read, or stored",
        "Send what `Content-Type` says, well-formed. `detail` says what was wrong.",
    ),
    "not_authenticated": Meaning(
        drf.NotAuthenticated.status_code,
        "no token was sent, or one without `Bearer` before it",
        "Send `Authorization: Bearer TOKEN`, or the cookies. Log in, if there is no token.",
    ),
    "permission_denied": Meaning(
        drf.PermissionDenied.status_code,
        "a rule of the project refuses the login, or a permission of a subclass",
        "Logging in again does not help. An operator looks at the project's rules, backends and "
        "`permission_classes`.",
    ),
    "not_found": Meaning(
        drf.NotFound.status_code,
        "no live session of this user has that id",
        "Ask for the list of sessions again: it may have ended.",
    ),
    "method_not_allowed": Meaning(
        drf.MethodNotAllowed.status_code,
        "the endpoint has no such method",
        "Send one of those that `Allow` names. A bug in the client.",
    ),
    "not_acceptable": Meaning(
        drf.NotAcceptable.status_code,
        "the request accepts neither JSON nor a page",
        "Send `Accept: application/json`.",
    ),
    "unsupported_media_type": Meaning(
        drf.UnsupportedMediaType.status_code,
        "the project has no parser for that body",
        "Send JSON, with `Content-Type: application/json`.",
    ),
    "throttled": Meaning(
        drf.Throttled.status_code,
        "too many failed logins or refreshes, or a throttle of the project; with `Retry-After`",
        "Wait as long as `Retry-After` says. An operator looks at `THROTTLE_RATES`, and whether "
        "`NUM_PROXIES` is set: behind a proxy, all clients may have one address.",
    ),
}
"""By a code of REST Framework's that our endpoints answer, with its own sentence."""

OF_SOCKETS = {
    "4401": ("nobody is known by its token, or its session has ended", "log in again."),
    "1013": ("the database does not answer", "wait a moment, and open it again."),
    "1011": (
        "nobody can look any more whether sessions have ended",
        "open it again; an operator reads the log (`sockets_closed`).",
    ),
}
"""By the code that a socket is closed with."""

OF_REASONS = {
    Reason.EXPIRED: "refresh, and repeat the request. If it was the refresh token, log in again.",
    Reason.INVALID: "no token of ours, or not one that these settings accept (key, issuer, "
    "audience). Log in again.",
    Reason.WRONG_TYPE: "a refresh token where an access token belongs, or the reverse. A bug in "
    "the client.",
    Reason.NO_SESSION: "made with `AccessToken.for_user(user)`, which starts no session. A bug in "
    "the project.",
    Reason.SESSION_ENDED: "log in again. Why it ended is not told to the client; signals and log "
    "lines tell it.",
    Reason.PROOF_REQUIRED: "the session is bound to a key of its browser, and this request came "
    "without. At `bind/refresh/` (403) the browser answers the challenge by itself; anywhere "
    "else, log in again. The session goes on where it is bound.",
    Reason.NO_USER: "a token of another issuer whose user is not here. It is good, and logging in "
    "again does not help; make the user, if you mean to.",
}
"""By the reason of a refused token."""
