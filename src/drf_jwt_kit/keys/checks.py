"""What is wrong with the project's keys, and what is unwise about them in production?"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from django.core.checks import CheckMessage, Error, Warning

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.disclosure import shown
from drf_jwt_kit.exceptions import UnusableKey

from . import configured, directory, secret_key
from .folder import HAS_MODES, read_regular
from .path import is_open_to_others
from .simplejwt import keys_of_simple_jwt_itself, uses_secret_key
from .sources import read_ring

EXPOSED_KEY = "drf_jwt_kit.E025"
ADOPTION_NEEDS_A_TYPE = "drf_jwt_kit.E027"
WRITABLE_KEYS = "drf_jwt_kit.E028"
REPLACEABLE_KEYS = "drf_jwt_kit.E029"
UNUSED_SIGNING_KEY = "drf_jwt_kit.W020"
ADOPTION_IS_OVER = "drf_jwt_kit.W021"
SIGNING_KEY_IS_SECRET_KEY = "drf_jwt_kit.W103"
KEY_READABLE_BY_GROUP = "drf_jwt_kit.W120"

_OWNER_ALONE = "Let only the server's user read it: chmod 600 {} (Kubernetes: defaultMode 0400)."


def check() -> Iterator[CheckMessage]:
    """What is wrong with the keys at start-up. Needs valid settings."""
    yield from _errors_of(read_ring)
    yield from check_files()
    yield from _check_simple_jwt()


def _errors_of(read: Callable[[], object]) -> Iterator[CheckMessage]:
    try:
        read()
    except UnusableKey as error:
        yield Error(error.problem, hint=error.hint, id=error.id)


def _check_simple_jwt() -> Iterator[CheckMessage]:
    settings = get_settings()
    until = settings.ADOPT_SIMPLEJWT_TOKENS_UNTIL
    if until is None:
        if settings.KEYS is not None and settings.SIGNING_KEY is not None:
            problem = "SIMPLE_JWT['SIGNING_KEY'] is not used, because DRF_JWT_KIT['KEYS'] is set."
            hint = "Remove it, or set ADOPT_SIMPLEJWT_TOKENS_UNTIL to accept its old tokens."
            yield Warning(problem, hint=hint, id=UNUSED_SIGNING_KEY)
        return
    if until <= now():
        problem = f"ADOPT_SIMPLEJWT_TOKENS_UNTIL is past ({until.isoformat()}): it has no effect."
        hint = "Remove it. If KEYS is set, remove SIGNING_KEY and VERIFYING_KEY of SIMPLE_JWT too."
        yield Warning(problem, hint=hint, id=ADOPTION_IS_OVER)
        return
    if settings.TOKEN_TYPE_CLAIM is None:
        problem = "TOKEN_TYPE_CLAIM is None, so adopted access and refresh tokens look the same."
        hint = "Remove TOKEN_TYPE_CLAIM or ADOPT_SIMPLEJWT_TOKENS_UNTIL."
        yield Error(problem, hint=hint, id=ADOPTION_NEEDS_A_TYPE)
    if settings.KEYS is not None or uses_secret_key():  # or the same key has been judged already
        yield from _errors_of(keys_of_simple_jwt_itself)


def check_files() -> Iterator[CheckMessage]:
    """Which private keys can other users of this machine read or replace?"""
    yield from _check_directories()
    for path in files():
        mode = _mode(path)
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            problem = f"Others can read or replace the key in {path}, and log in as anybody."
            hint = f"{_OWNER_ALONE.format(path)} Replace the key if others may have read it."
            yield Error(problem, hint=hint, id=EXPOSED_KEY)


def _check_directories() -> Iterator[CheckMessage]:
    for folder in configured.directories(get_settings().KEYS):
        for path in (folder, folder / directory.INDEX):
            if is_open_to_others(_mode(path)):
                problem = f"Others can put a key of their own into {path}, and log in as anybody."
                hint = f"Let only the user of the server write there: chmod go-w {path}"
                yield Error(problem, hint=hint, id=WRITABLE_KEYS)
        for above in folder.resolve().parents:
            # Groups are left to each project: a home often belongs to the group of its user.
            if is_open_to_others(_mode(above) & ~stat.S_IWGRP):
                problem = (
                    f"Others can put a directory of their own in the place of {shown(folder, str)}."
                )
                hint = f"Let not everybody write above it: chmod o-w {above}"
                yield Error(problem, hint=hint, id=REPLACEABLE_KEYS)


def check_deploy() -> Iterator[CheckMessage]:
    """What is unwise about the keys in production. Needs valid settings."""
    settings = get_settings()
    derives = settings.KEYS is None and uses_secret_key()
    if derives and settings.SIGNING_KEY is not None:
        why = "A key derived from it signs instead, so that one can be replaced without the other."
        problem = f"SIMPLE_JWT['SIGNING_KEY'] is SECRET_KEY. {why}"
        hint = "Leave SIGNING_KEY out of SIMPLE_JWT."
        yield Warning(problem, hint=hint, id=SIGNING_KEY_IS_SECRET_KEY)
    if derives or configured.names_secret_key(settings.KEYS):
        yield from secret_key.check_deploy()
    for path in files():
        if _mode(path) & stat.S_IRGRP:
            problem = f"The group of {path} can read the private key in it."
            hint = f"{_OWNER_ALONE.format(path)} If the server needs the group, silence this."
            yield Warning(problem, hint=hint, id=KEY_READABLE_BY_GROUP)


def files() -> Iterator[Path]:
    """Every existing file that should hold a private key or an HMAC key."""
    sources = get_settings().KEYS
    listed = configured.key_files(sources)
    for folder in configured.directories(sources):
        with suppress(OSError):  # what cannot be read is said already
            listed += [path for path in folder.iterdir() if path.suffix in {".pem", ".jwk"}]
    yield from (path for path in listed if stat.S_ISREG(_mode(path)) and not _is_public(path))


def _is_public(path: Path) -> bool:
    try:
        return b" PUBLIC KEY-----" in read_regular(path)[:100]
    except OSError:
        return False  # only a user who can read it needs the message, and this one cannot


def _mode(path: Path) -> int:
    """Type and permissions of a file; 0 if there is none, or none to be seen."""
    try:
        return path.stat().st_mode if HAS_MODES else 0
    except (OSError, ValueError):  # a ValueError is a null byte in the path
        return 0
