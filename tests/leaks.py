"""Reads everything that is logged while the tests run, and fails the test that leaked a secret.

What is known to be secret: every token that was signed here, answered by a served project or
sent by a client, with its ``jti`` and signature; every signing key, SECRET_KEY, password, retry
key and session secret. Besides, whatever looks like a token. Records are read whether or not a
logger's level lets them pass. One exception: Django's own SQL log, which is written while
queries are counted or DEBUG is on, shows what is stored, and so the secret of a session's row.
"""

from __future__ import annotations

import base64
import logging
import re
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

import jwt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_TOKEN = re.compile(r"eyJ[\w-]{5,}(?:\.[\w-]*){0,2}")
_WORD = re.compile(r"[\w-]{16,}")
_EVENT = re.compile(r"\bevent=(\w+)")
_SHORTEST = 8
"""What is shorter, such as ``wrong``, can be anything."""


@dataclass(frozen=True)
class Leak:
    """Who logged a secret, and which kind of secret it is; never the secret."""

    logger: str
    event: str
    kind: str


@dataclass
class Watch:
    """What is secret, and what was logged and not read yet."""

    words: dict[str, str] = field(default_factory=dict)
    """Secrets of one long word each, with their kind: found by looking words up."""
    phrases: dict[str, str] = field(default_factory=dict)
    """Those of any other shape: looked for one by one."""
    lines: list[tuple[str, str]] = field(default_factory=list)
    read: list[tuple[str, str]] = field(default_factory=list)

    def know(self, secret: str | bytes | None, kind: str) -> None:
        """Remember that ``secret`` is one."""
        if isinstance(secret, bytes):
            for written in (repr(secret)[2:-1], secret.hex(), base64.b64encode(secret).decode()):
                self.know(written, kind)
        elif isinstance(secret, str) and len(secret) >= _SHORTEST and not secret.isalpha():
            known = self.words if _WORD.fullmatch(secret) else self.phrases
            known.setdefault(secret, kind)

    def know_tokens(self, text: str) -> None:
        """Remember each token in ``text``, its signature and its jti."""
        for token in _TOKEN.findall(text):
            try:
                claims = jwt.decode(token, options={"verify_signature": False})
            except jwt.InvalidTokenError:
                continue
            self.know(token.rpartition(".")[2], "signature")
            self.know(claims.get("jti"), "jti")

    def add(self, logger: str, text: str) -> None:
        """Remember what was logged."""
        self.lines.append((logger, text))

    def add_file(self, path: Path) -> None:
        """Remember the lines of a log file."""
        for line in path.read_text(errors="replace").splitlines():
            self.add(str(path), line)

    def leaks(self) -> list[Leak]:
        """What was found in the lines that were added since this was asked last."""
        lines, self.lines = self.lines, []
        self.read += lines
        return list(self._found(lines))

    def leaks_of_the_run(self) -> list[Leak]:
        """What is found in all lines by all that is known now: some is learned after its use."""
        return list(dict.fromkeys(self._found([*self.read, *self.lines])))

    def _found(self, lines: Iterable[tuple[str, str]]) -> Iterator[Leak]:
        for logger, text in lines:
            event = _EVENT.search(text)
            for kind in self._kinds(text):
                if (logger, kind) != ("django.db.backends", "session secret"):
                    yield Leak(logger, event[1] if event else "", kind)

    def _kinds(self, text: str) -> Iterator[str]:
        yield from ("token" for _ in _TOKEN.findall(text)[:1])
        yield from (self.words[word] for word in _WORD.findall(text) if word in self.words)
        yield from (kind for phrase, kind in self.phrases.items() if phrase in text)


WATCH = Watch()


def _observing(cls: type, name: str, observe: Callable[..., None]) -> Callable[[], None]:
    """Let ``observe`` see each call of a method first; answers what takes it away again."""
    original = getattr(cls, name)

    @wraps(original)
    def observed(*args: Any, **kwargs: Any) -> Any:
        observe(*args, **kwargs)
        return original(*args, **kwargs)

    setattr(cls, name, observed)
    return lambda: setattr(cls, name, original)


def _see_record(_: Any, record: logging.LogRecord) -> None:
    if record.name == "drf_jwt_kit":  # its fields, which a formatter of JSON writes
        WATCH.add(record.name, f"event={vars(record).get('event')} {vars(record)}")
    try:
        WATCH.add(record.name, logging.Formatter().format(record))
    except (TypeError, ValueError):  # arguments that do not fit: logging reports that itself
        WATCH.add(record.name, f"{record.msg} {record.args}")


def _see_signing(_: Any, payload: bytes, key: Any, *args: Any, **kwargs: Any) -> None:
    if isinstance(key, (str, bytes)):
        WATCH.know(key, "key")


def _see_signed(_: Any, presented: Any, *args: Any, **kwargs: Any) -> None:
    text = presented.decode("latin-1") if isinstance(presented, bytes) else str(presented)
    WATCH.know_tokens(text)


def _see_password(_: Any, password: Any, *args: Any, **kwargs: Any) -> None:
    WATCH.know(password, "password")


def _see_request(_: Any, **environ: Any) -> None:
    WATCH.know_tokens(str(environ.get("HTTP_AUTHORIZATION", "")))
    WATCH.know(environ.get("HTTP_IDEMPOTENCY_KEY"), "retry key")


def _see_row(*, instance: Any, **_: Any) -> None:
    WATCH.know(instance.secret, "session secret")


def _everything_is_handled() -> Callable[[], None]:
    """Let records of every level be made and read; those below a logger's level go no further."""
    enabled, handle = logging.Logger.isEnabledFor, logging.Logger.handle

    def handle_what_is_enabled(logger: logging.Logger, record: logging.LogRecord) -> None:
        _see_record(logger, record)
        if enabled(logger, record.levelno):
            handle(logger, record)

    def undo() -> None:
        logging.Logger.isEnabledFor, logging.Logger.handle = enabled, handle

    logging.Logger.isEnabledFor = lambda self, level: True
    logging.Logger.handle = handle_what_is_enabled
    return undo


class Watching:
    """The plugin: begins with the run, asks after each test, and once more at the end."""

    def __init__(self) -> None:
        self.undo: list[Callable[[], None]] = []
        self.of_workers: list[str] = []

    def pytest_sessionstart(self) -> None:
        """Look at every door that a secret comes through, and at every record."""
        from django.conf import settings
        from django.contrib.auth.base_user import AbstractBaseUser
        from django.db.models.signals import post_save
        from django.test.client import RequestFactory

        from drf_jwt_kit.models import Session
        from drf_jwt_kit.tokens.access import KitTokenBackend

        WATCH.know(settings.SECRET_KEY, "key")
        post_save.connect(_see_row, sender=Session, dispatch_uid="tests.leaks")
        signed = jwt.PyJWS.encode

        def sign(*args: Any, **kwargs: Any) -> str:
            _see_signing(*args, **kwargs)
            token = signed(*args, **kwargs)
            WATCH.know_tokens(token)
            return token

        jwt.PyJWS.encode = sign
        self.undo = [
            lambda: setattr(jwt.PyJWS, "encode", signed),
            lambda: post_save.disconnect(sender=Session, dispatch_uid="tests.leaks"),
            _observing(AbstractBaseUser, "set_password", _see_password),
            _observing(AbstractBaseUser, "check_password", _see_password),
            _observing(KitTokenBackend, "decode", _see_signed),
            _observing(RequestFactory, "request", _see_request),
            _everything_is_handled(),
        ]

    @pytest.fixture(autouse=True)
    def nothing_secret_is_logged(self) -> Iterator[None]:
        """Fail the test in which a secret was logged."""
        yield
        leaks = WATCH.leaks()
        assert leaks == [], "\n".join(map(str, leaks))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """What another process of this run has found."""
        self.of_workers += getattr(node, "workeroutput", {}).get("leaks", [])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Ask once more, and fail the run."""
        for undo in reversed(self.undo):
            undo()
        found = [*map(str, WATCH.leaks_of_the_run()), *self.of_workers]
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["leaks"] = found
        elif found:
            self.of_workers = found
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say who logged a secret."""
        for leak in self.of_workers:
            terminalreporter.line(f"a secret was logged: {leak}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch this run."""
    config.pluginmanager.register(Watching(), "leaks")
