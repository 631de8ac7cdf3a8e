"""Where in a request does a token travel, and does a browser send it for the project's own page?"""

from .cookie import (
    TokenCookie,
    access_cookie,
    access_in,
    is_same_generation,
    refresh_cookie,
    seconds_left,
    tell_if_dropped,
)
from .csrf import SAFE_METHODS, csrf_token, is_own_origin, require_own_page, send_csrf_cookie
from .header import challenge_of, header_of, is_read_after, token_in, vary

__all__ = [
    "SAFE_METHODS",
    "TokenCookie",
    "access_cookie",
    "access_in",
    "challenge_of",
    "csrf_token",
    "header_of",
    "is_own_origin",
    "is_read_after",
    "is_same_generation",
    "refresh_cookie",
    "require_own_page",
    "seconds_left",
    "send_csrf_cookie",
    "tell_if_dropped",
    "token_in",
    "vary",
]
