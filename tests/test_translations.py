"""Refusals are in the reader's language; codes and reasons are not translated."""

import gettext
import re
from pathlib import Path

import pytest
from django.test import modify_settings, override_settings

import drf_jwt_kit

LOCALES = Path(drf_jwt_kit.__file__).parent / "locale"
LANGUAGES = sorted(path.name for path in LOCALES.iterdir())


def marked_in_source():
    """Every text in ``_("…")`` and its siblings, strings that are split over lines joined."""
    marked = r"\b(?:_|n?gettext(?:_lazy)?)\(\s*((?:\"[^\"]*\"\s*)+)[,)]"
    for path in LOCALES.parent.rglob("*.py"):
        for call in re.findall(marked, path.read_text()):
            yield "".join(re.findall(r"\"([^\"]*)\"", call))


def translated(catalog):
    """The texts that ``catalog`` has; of a plural, the singular."""
    return {
        key[0] if isinstance(key, tuple) else key for key, text in catalog._catalog.items() if text
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_compiled(language):
    catalog = gettext.translation("django", LOCALES, [language])

    assert len(set(marked_in_source())) > 50
    assert set(marked_in_source()) - translated(catalog) == set()


@pytest.mark.django_db
@override_settings(
    MIDDLEWARE=["django.middleware.locale.LocaleMiddleware"], USE_I18N=True, LANGUAGE_CODE="en"
)
def test_a_german_reads_german_and_the_same_code(kit):
    answer = kit.post_json("refresh/", {"refresh": "x"}, Accept_Language="de").json()

    german = gettext.translation("django", LOCALES, ["de"])
    assert answer["detail"] == german.gettext("Token is invalid") != "Token is invalid"
    assert (answer["code"], answer["reason"]) == ("token_not_valid", "invalid")


@pytest.mark.django_db
@pytest.mark.parametrize("is_installed", [False, True])
def test_whoever_reads_none_of_our_languages_has_simple_jwts(kit, is_installed):
    app = {"append": "rest_framework_simplejwt"} if is_installed else {}
    with modify_settings(INSTALLED_APPS=app), override_settings(LANGUAGE_CODE="pt-br"):
        answer = kit.post_json("refresh/", {"refresh": "x"}).json()

    assert answer["detail"] == "O token é inválido"
    assert (answer["code"], answer["reason"]) == ("token_not_valid", "invalid")


@pytest.mark.django_db
@override_settings(LANGUAGE_CODE="ja")
def test_a_language_that_neither_has_reads_english(kit):
    assert kit.post_json("refresh/", {"refresh": "x"}).json()["detail"] == "Token is invalid"
