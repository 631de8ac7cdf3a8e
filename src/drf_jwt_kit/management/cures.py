"""What is to be done about each refusal? By its code, or by the reason of a refused token.

The page of codes in the documentation is made from this, and so is ``jwtkit doctor --explain``.
"""

from __future__ import annotations

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
