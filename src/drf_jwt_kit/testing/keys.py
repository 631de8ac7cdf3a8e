"""Which keys does a test sign with, where the project's own are in files or at a key service?

They are made in this process, once for each algorithm, are nowhere stored, and hold only inside
``override_settings``: no other process knows them, so a server cannot come to use them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings as django_settings
from django.test.utils import override_settings

from drf_jwt_kit.jose.jwk import Key
from drf_jwt_kit.jose.key_text import key_in, new_key_text


class override_keys(override_settings):  # noqa: N801  # named as Django names its own
    """Sign and verify with a key of this process, in a block, a test or a class of tests.

    ``algorithm`` is any of the package's. The key costs its making once (RS256 a tenth of a second,
    others nothing to speak of).
    """

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        super().__init__()

    def enable(self) -> None:
        """Change KEYS alone, in the settings of this moment."""
        self._choose()
        super().enable()

    def decorate_class(self, cls: type) -> type:
        """The same for a class of tests, which takes the settings when it is defined."""
        self._choose()
        return super().decorate_class(cls)

    def _choose(self) -> None:
        given: dict[str, Any] = getattr(django_settings, "DRF_JWT_KIT", {})
        keys = [{"key": _text(self.algorithm), "algorithm": self.algorithm}]
        self.options = {"DRF_JWT_KIT": {**given, "KEYS": keys}}


def foreign_key(algorithm: str) -> Key:
    """A key for ``algorithm`` that is nobody's here, whatever keys a test has."""
    return key_in(_text(algorithm, foreign=True), where="a foreign key", algorithm=algorithm)


@cache
def _text(algorithm: str, *, foreign: bool = False) -> bytes:
    return new_key_text(algorithm)
