"""Which key of its device is a session bound to, and does a request prove that it has it?

A browser makes the key in hardware, so that whoever copies its cookies does not have it. No
challenge is stored: it is computed from the refresh token and the time. What follows from a proof,
or from none, is decided in ``life``, and ``binding`` stores the key. Source: the W3C draft Device
Bound Session Credentials.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.jose.possession import challenge_in
from drf_jwt_kit.models import Session

from . import rows
from .life import Proof

_SALT = "drf_jwt_kit.sessions.bound"
_TO_BIND, _TO_RENEW = "bind", "renew"
"""What a challenge is for. Whoever has the cookies may ask for one to renew; one to bind stands
only in the answer that has brought the token, so that a copy of the cookies binds nothing."""
_SHORTEST = timedelta(seconds=10)
"""How long a challenge is good at least: a chip may take seconds to make a key."""


def is_offered() -> bool:
    """Whether browsers are asked to bind their sessions. Where the access token is in no cookie,
    there is none that they could renew."""
    settings = get_settings()
    return settings.DEVICE_BOUND and not settings.COOKIE_REFRESH_ONLY


def is_required(session: Session) -> bool:
    """Whether ``session`` is refreshed only with a proof. Reads no key."""
    return is_offered() and session.bound_since is not None


@sensitive_variables()
def challenge_to_bind(refresh_token: str) -> str:
    """What a device is to sign so that the session of ``refresh_token``, one of ours, is bound to
    it. For nobody but the browser that is answered this token now."""
    return _challenge(_TO_BIND, _jti_of(refresh_token), _bucket(now()))


@sensitive_variables()
def challenge_to_renew(refresh_token: str) -> str:
    """What the device of ``refresh_token`` is to sign now. For whoever asks: it binds nothing."""
    return _challenge(_TO_RENEW, _jti_of(refresh_token), _bucket(now()))


@sensitive_variables()
def is_fresh(proof: str, refresh_token: str) -> bool:
    """Whether ``proof``, which nobody has verified, answers a challenge that is still good."""
    with suppress(InvalidToken):
        given = str(read_unverified(proof).get("jti"))
        return _answers(given, _TO_RENEW, _jti_of(refresh_token))
    return False


def answers_offer(challenge: str, jti: str) -> bool:
    """Whether ``challenge`` is the one that came with the token of this ``jti``, still good."""
    return _answers(challenge, _TO_BIND, jti)


def proof_of(session: Session, generation: int, proof: str | None) -> Proof:
    """What a request proves that presents the token of ``generation``.

    ``proof`` is None for a request that was not asked for any.
    """
    if not is_offered():
        return Proof.UNASKED
    if not session.bound_key:
        return Proof.UNASKED if proof is None else Proof.OF_ANOTHER
    if not proof:
        return Proof.MISSING
    try:
        challenge = challenge_in(proof, session.bound_key)
    except InvalidToken:
        return Proof.OF_ANOTHER
    answers = _answers(challenge, _TO_RENEW, session.jti_of(generation))
    return Proof.FITS if answers else Proof.MISSING


def forget(session: Session) -> None:
    """Take the key from a session that was refreshed without proof, because none is asked any
    more: its browser has forgotten the key as well by the time that proofs are asked again."""
    row = rows.stored().filter(pk=session.pk, bound_key=session.bound_key)
    row.update(bound_key="", bound_since=None)


def _jti_of(refresh_token: str) -> str:
    """That of a token which is verified, or has just been made."""
    return str(read_unverified(refresh_token)[get_settings().JTI_CLAIM])


def _answers(challenge: str, purpose: str, jti: str) -> bool:
    """Whether ``challenge`` is one for ``purpose`` of the token with this ``jti``, still good."""
    latest = _bucket(now())
    good = (_challenge(purpose, jti, bucket) for bucket in (latest, latest - 1))
    given = challenge.encode(errors="replace")  # JSON may hold half of a character
    return any(hmac.compare_digest(one.encode(), given) for one in good)


def _challenge(purpose: str, jti: str, bucket: int) -> str:
    """The ``jti`` names the session and the generation, and who has it cannot compute this."""
    return salted_hmac(_SALT, f"{purpose}:{jti}:{bucket}", algorithm="sha256").hexdigest()


def _bucket(at: datetime) -> int:
    good_for = max(get_settings().ROTATION_LEEWAY, _SHORTEST)
    return int(at.timestamp() // good_for.total_seconds())
