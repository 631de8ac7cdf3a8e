"""Are tokens refused that nobody of the project has signed, or that are for something else?

The name of each function is what must be true, and its docstring what follows where it is not.
Sources: RFC 8725 sections 2 and 3, RFC 7515 section 4.1.
"""

from __future__ import annotations

from unittest import SkipTest

from rest_framework_simplejwt.tokens import AccessToken as PlainToken

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.testing import forgery, tokens

from .site import Site

_PATHS = ("../../../../../../dev/null", "/dev/null", "file:///dev/null", "C:\\nul")
_QUERIES = ("' UNION SELECT 'known' -- ", "1 OR 1=1", "x | whoami")
_ELSEWHERE = "https://attacker.example/keys.json"


def alg_none_is_refused(site: Site) -> None:
    """Anybody can write a token for anybody: a class there reads tokens without verifying them."""
    access = site.log_in().access
    site.require_refused(forgery.unsigned(access, alg) for alg in ("none", "None", "NONE", ""))


def a_token_without_its_signature_is_refused(site: Site) -> None:
    """Anybody can write a token for anybody: a class there reads tokens without verifying them."""
    site.require_refused([forgery.stripped(site.log_in().access)])


def a_changed_payload_is_refused(site: Site) -> None:
    """Whoever has a token can write another user into it: nobody verifies its signature."""
    access, other = site.log_in().access, site.new_user()
    settings = get_settings()
    named = {settings.USER_ID_CLAIM: str(getattr(other, settings.USER_ID_FIELD))}
    site.require_refused(forgery.with_claims(access, **one) for one in (named, {"is_staff": True}))


def a_token_of_another_key_is_refused(site: Site) -> None:
    """Somebody else's key opens the view: the key is taken from the token, or not asked at all."""
    site.require_refused([forgery.of_another_key(site.log_in().access)])


def a_public_key_as_a_secret_is_refused(site: Site) -> None:
    """The token's header chooses the algorithm, so the public key signs for everybody who reads it
    (key confusion, RS256 to HS256). Name the algorithm where tokens are read."""
    secrets = forgery.public_secrets()
    if not secrets:
        raise SkipTest("the project signs with a secret, and has no public key")
    access = site.log_in().access
    site.require_refused(forgery.by_secret(access, secret) for secret in secrets)


def an_empty_or_usual_secret_is_refused(site: Site) -> None:
    """The secret that signs can be guessed. Make another one."""
    access = site.log_in().access
    usual = (b"", b"secret", b"changeme", b"your-256-bit-secret", b"django-insecure")
    site.require_refused(forgery.by_secret(access, one) for one in usual)


def a_key_that_the_token_brings_is_refused(site: Site) -> None:
    """The token says which key verifies it (``jwk``, ``jku``, ``x5u``), so it may bring its own."""
    access = site.log_in().access
    brought = (
        {"jwk": {"kty": "oct", "k": ""}},
        {"jku": _ELSEWHERE},
        {"x5u": _ELSEWHERE},
        {"x5c": ["MIIB"]},
    )
    site.require_refused(forgery.of_another_key(access, **one) for one in brought)


def a_kid_that_is_a_path_or_a_query_is_refused(site: Site) -> None:
    """The ``kid`` of a token is read as a file, a query or a command. Look it up in a list."""
    access = site.log_in().access
    site.require_refused(forgery.by_secret(access, b"", kid=kid) for kid in _PATHS)
    site.require_refused(forgery.by_secret(access, b"known", kid=kid) for kid in _QUERIES)


def an_unknown_critical_header_is_refused(site: Site) -> None:
    """A token says that its reader must understand something, and this one does not (``crit``)."""
    header = {"crit": ["attack"], "attack": True}
    site.require_refused([forgery.of_own_key(site.log_in().access, header)])


def an_expired_token_is_refused(site: Site) -> None:
    """A token is good for ever: whoever reads it does not ask ``exp``."""
    site.require_refused([tokens.expired(site.new_user())])


def a_refresh_token_is_no_access_token(site: Site) -> None:
    """The token that lives for days opens views: ask for the kind of a token."""
    site.require_refused([tokens.of_another_kind(site.new_user())])


def a_token_of_plain_simple_jwt_is_refused(site: Site) -> None:
    """A class of Simple JWT's own reads tokens there. It knows no session, so no logout and no new
    password ends them. Name drf_jwt_kit.authentication.JWTAuthentication, or the mixin."""
    until = get_settings().ADOPT_SIMPLEJWT_TOKENS_UNTIL
    if until is not None and now() < until:
        raise SkipTest("ADOPT_SIMPLEJWT_TOKENS_UNTIL accepts such tokens")
    site.require_refused([str(PlainToken.for_user(site.new_user()))])


def a_malformed_token_is_refused(site: Site) -> None:
    """A token that is none is an error of the server, or is let in."""
    head, body, signature = site.log_in().access.split(".")
    broken = ("", ".", "..", "a.b.c", "a.b.c.d", head, f"{head}.{body}", "null", "{}", "[" * 2_000)
    bytes_ = ("\x00", f"{head}\x00.{body}.{signature}", "\xff\xfe.\xff.\xff", "%00.%00.%00")
    nested = "eyJ" + "W1tb" * 1_500
    shapes = (f"{nested}.{body}.{signature}", f"W10.{body}.{signature}", f"{head}.W10.{signature}")
    site.require_refused([*broken, *bytes_, *shapes])


def an_oversized_token_is_refused(site: Site) -> None:
    """A token of any length is parsed, or is an error of the server."""
    head, body, signature = site.log_in().access.split(".")
    long = "A" * 100_000
    site.require_refused([f"{head}.{long}.{signature}", f"{long}.{body}.{signature}"])
