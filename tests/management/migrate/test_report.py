"""What ``jwtkit migrate`` prints."""

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from drf_jwt_kit.management.subcommands.migrate import classes, report

FROM = ("migrate", "--from", "simplejwt")
TITLES = [
    "WHAT IS THERE",
    "WHAT TO CHANGE",
    "WHAT CHANGES IN MEANING",
    "TOKENS THAT ARE OUT THERE",
]


@pytest.fixture(autouse=True)
def own_files(tmp_path, monkeypatch):
    """The project has these files alone, and no class of its own."""
    monkeypatch.chdir(tmp_path)
    files = []
    monkeypatch.setattr(report, "own_files", lambda: files)
    monkeypatch.setattr(classes, "extensions", list)

    def write(name, text):
        (tmp_path / name).write_text(text)
        files.append(tmp_path / name)

    return write


def titles(told):
    return [line for line in told.splitlines() if line.isupper()]


@pytest.mark.parametrize("words", [["migrate"], ["migrate", "--from"]])
def test_an_origin_must_be_named(words):
    with pytest.raises(CommandError, match="--from"):
        call_command("jwtkit", *words)


def test_another_origin_is_an_error_that_names_the_choices():
    with pytest.raises(CommandError, match=r"'djoser' \(choose from '?simplejwt'?\)"):
        call_command("jwtkit", "migrate", "--from", "djoser")


@override_settings(ROOT_URLCONF="drf_jwt_kit.urls")
def test_one_line_says_that_nothing_is_left(jwtkit):
    assert jwtkit(*FROM) == "Nothing of Simple JWT is left to change.\n"


def test_what_is_to_do_is_told_in_this_order(jwtkit, own_files):
    own_files("shop.py", "from rest_framework_simplejwt.tokens import RefreshToken\n")
    told = jwtkit(*FROM)

    assert titles(told) == TITLES
    assert told.startswith("What this project has to change to move from Simple JWT. Nothing has")
    assert told.endswith("Then: python manage.py migrate, and python manage.py check --deploy\n")


def test_a_change_is_told_with_place_old_and_new(jwtkit, own_files):
    own_files("shop.py", "from rest_framework_simplejwt.tokens import RefreshToken\n")

    assert (
        "  shop.py:1\n"
        "    - from rest_framework_simplejwt.tokens import RefreshToken\n"
        "    + from drf_jwt_kit.tokens import RefreshToken\n"
    ) in jwtkit(*FROM)


def test_the_same_is_told_each_time(jwtkit, own_files):
    own_files("shop.py", "import rest_framework_simplejwt.tokens\nBlacklistedToken\n")

    assert jwtkit(*FROM) == jwtkit(*FROM)


@override_settings(SIMPLE_JWT={"LEEWAY": 120, "SIGNING_KEY": "hunter2"})
def test_settings_that_are_refused_are_told_and_no_key(jwtkit):
    told = jwtkit(*FROM)

    assert "WHAT CANNOT BE READ, OR IS REFUSED HERE\n  SIMPLE_JWT['LEEWAY'] must be " in told
    assert "hunter2" not in told


@override_settings(SIMPLE_JWT={"SIGNING_KEY": "hunter2"})
def test_keys_that_are_refused_are_told_without_them(jwtkit):
    told = jwtkit(*FROM)

    assert "SIMPLE_JWT['SIGNING_KEY'] cannot be used with HS256" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("chosen", [None, ["a list"], ({},), {"SIGNING_KEY": 7}])
def test_settings_of_another_type_are_no_traceback(jwtkit, chosen):
    with override_settings(SIMPLE_JWT=chosen, DRF_JWT_KIT={}):
        assert jwtkit(*FROM)


@override_settings(ROOT_URLCONF="shop.nowhere")
def test_broken_urls_are_told_and_the_rest_as_well(jwtkit, own_files):
    own_files("shop.py", "from rest_framework_simplejwt.tokens import RefreshToken\n")
    told = jwtkit(*FROM)

    assert "The URLs of ROOT_URLCONF cannot be read (ModuleNotFoundError" in told
    assert titles(told)[-3:] == TITLES[-3:]


def test_control_characters_of_an_address_are_not_printed(jwtkit, own_files, monkeypatch):
    own_files("shop.py", "from rest_framework_simplejwt.tokens import RefreshToken\n")
    problem = "The URLs below /\x1b[2J cannot be read."
    monkeypatch.setattr(report.routes, "found_routes", lambda: ([], [problem]))

    assert "The URLs below /?[2J cannot be read." in jwtkit(*FROM)


@pytest.mark.django_db
def test_no_row_is_read_or_written(jwtkit, own_files, queries):
    own_files("shop.py", "from rest_framework_simplejwt.tokens import RefreshToken\n")
    with queries() as made:
        jwtkit(*FROM)

    assert made == []
