"""Which steps does a key take in its life? Pure: no clock, no file.

A key is published before it signs, so that every verifier has read it by then. After it has
signed, it stays until the last token that it signed has expired:

    (made)  →  next  →  signing  →  retiring  →  (removed)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .ring import KeyState

KEYS_COMMAND = "python manage.py jwtkit keys"

_FIRST_YEAR, _LAST_YEAR = 1970, 8999


class CannotRotate(Exception):  # noqa: N818  # reads as what happened
    """A step that must not be taken now; the message says why, and the cure."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the list of a directory says about a key, without the key itself.

    ``since`` is when it entered its state. Both times are aware.
    """

    kid: str
    algorithm: str
    file: str
    state: KeyState
    created: datetime
    since: datetime


def added(entries: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    """With ``new`` as the next key; as the signing one where no key signs yet.

    Raises CannotRotate where there is a next key already, or the same one.
    """
    if any(entry.kid == new.kid for entry in entries):
        raise CannotRotate(f"There is a key {new.kid} already.")
    if in_state(entries, KeyState.NEXT):
        raise CannotRotate(f"There is a next key already. Let it sign first: {KEYS_COMMAND} rotate")
    state = KeyState.NEXT if in_state(entries, KeyState.SIGNING) else KeyState.SIGNING
    return _ordered((*entries, replace(new, state=state)))


def rotated(
    entries: tuple[Entry, ...], *, now: datetime, ahead: timedelta, at_once: bool = False
) -> tuple[Entry, ...]:
    """With the next key signing and the one that signed retiring.

    Raises CannotRotate where there is no next key, or where it has not been published for
    ``ahead``; ``at_once`` rotates all the same.
    """
    coming = in_state(entries, KeyState.NEXT)
    if not coming:
        cure = "Make one, and rotate once every service has read it"
        raise CannotRotate(f"There is no next key. {cure}: {KEYS_COMMAND} generate")
    ready = coming[0].since + ahead
    if now < ready and not at_once:
        why = "when every service has read it. If the signing key has leaked, use --at-once."
        raise CannotRotate(f"The next key {coming[0].kid} may sign from {as_text(ready)} on, {why}")
    following = {KeyState.NEXT: KeyState.SIGNING, KeyState.SIGNING: KeyState.RETIRING}
    moving = [entry for entry in entries if entry.state in following]
    moved = [replace(entry, state=following[entry.state], since=now) for entry in moving]
    return _ordered((*moved, *in_state(entries, KeyState.RETIRING)))


def removed(entries: tuple[Entry, ...], kid: str) -> tuple[Entry, ...]:
    """Without the key ``kid``. Raises CannotRotate where there is none, or where it signs."""
    entry = found(entries, kid)
    if entry.state is KeyState.SIGNING:
        raise CannotRotate(f"The key {kid} signs. Let another sign first: {KEYS_COMMAND} rotate")
    return tuple(other for other in entries if other is not entry)


def found(entries: tuple[Entry, ...], kid: str) -> Entry:
    """The one key whose name is ``kid`` or begins with it. Raises CannotRotate."""
    fitting = [entry for entry in entries if entry.kid.startswith(kid)]
    exact = [entry for entry in fitting if entry.kid == kid]
    if len(exact or fitting) != 1:
        many = "Several keys begin with" if fitting else "There is no key"
        raise CannotRotate(f"{many} {kid}. List them: {KEYS_COMMAND} list")
    return (exact or fitting)[0]


def in_state(entries: tuple[Entry, ...], state: KeyState) -> list[Entry]:
    """The entries of one state, the newest first."""
    chosen = [entry for entry in entries if entry.state is state]
    return sorted(chosen, key=lambda entry: entry.since, reverse=True)


def is_sound(moment: datetime) -> bool:
    """Whether a time has a zone, and times can be reckoned from it: the calendar ends in 9999."""
    return moment.tzinfo is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR


def as_text(moment: datetime) -> str:
    """A time as people and machines read it, to the second."""
    return moment.isoformat(sep=" ", timespec="seconds")


def _ordered(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(entry for state in KeyState for entry in in_state(entries, state))
