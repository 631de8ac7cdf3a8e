"""Which sentences are Simple JWT's, in all of its languages, whether or not its app is installed?

Reads its catalogs, and imports nothing of it.
"""

from __future__ import annotations

import gettext as catalogs
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, to_locale


def _translated(sentence: str) -> str:
    """As Django has it, of an installed app or of the project; or else as Simple JWT has it."""
    found, language = gettext(sentence), get_language()
    return found if found != sentence or language is None else _in(language).gettext(sentence)


@lru_cache
def _in(language: str) -> catalogs.NullTranslations:
    package = find_spec("rest_framework_simplejwt")
    folder = Path(package.origin).parent / "locale" if package and package.origin else None
    return catalogs.translation("django", folder, [to_locale(language)], fallback=True)


of_simple_jwt = lazy(_translated, str)
