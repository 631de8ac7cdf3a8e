"""Which classes of the project's extend one of Simple JWT's."""

import pytest
from django.test import override_settings
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer
from rest_framework_simplejwt.tokens import SlidingToken

from drf_jwt_kit.authentication import JWTAuthentication as OurAuthentication
from drf_jwt_kit.management.subcommands.migrate import classes
from drf_jwt_kit.management.subcommands.migrate.changes import Change
from drf_jwt_kit.management.subcommands.migrate.places import where_is

DEFAULTS = 'REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"]'
THEIRS = "rest_framework_simplejwt.authentication.JWTAuthentication"


class Login(TokenObtainPairSerializer):
    pass


class Moved(OurAuthentication):
    pass


OF_A_PACKAGE = type("ByCookie", (JWTAuthentication,), {"__module__": "dj_rest_auth.jwt"})
SLIDING = type("Sliding", (SlidingToken,), {"__module__": "another_package.tokens"})


class OnAPackage(OF_A_PACKAGE):
    pass


class OnSliding(SLIDING):
    pass


def found(cls):
    (one,) = [one for one in classes.extensions() if one.cls is cls]
    return one


def defaults(*paths):
    return override_settings(REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [*paths]})


def test_it_is_told_with_its_place_and_what_it_extends():
    assert found(Login).line() == (
        f"{__name__}.Login ({where_is(Login)}), extends "
        "rest_framework_simplejwt.serializers.TokenObtainPairSerializer"
    )


def test_one_that_extends_ours_has_moved():
    assert found(Moved).is_moved
    assert not found(Login).is_moved


def test_classes_of_packages_are_not_the_projects():
    assert OF_A_PACKAGE not in [one.cls for one in classes.extensions()]


def test_those_that_settings_name_are_imported(tmp_path, monkeypatch):
    text = (
        f"from {Login.__module__} import TokenObtainPairSerializer as Base\nclass A(Base): pass\n"
    )
    (tmp_path / "named_by_settings.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    chosen = {
        "TOKEN_OBTAIN_SERIALIZER": "named_by_settings.A",
        "TOKEN_REFRESH_SERIALIZER": "shop.nowhere.Serializer",
        "AUTH_TOKEN_CLASSES": ["rest_framework_simplejwt.tokens.AccessToken", object],
    }
    with override_settings(SIMPLE_JWT=chosen):
        names = [one.cls.__module__ for one in classes.extensions()]

    assert "named_by_settings" in names


@pytest.mark.parametrize(
    "old",
    [
        "from rest_framework_simplejwt.serializers import TokenObtainPairSerializer",
        "from rest_framework_simplejwt import serializers as jwt",
    ],
)
def test_what_an_import_changes_is_left_to_it(old):
    assert [*classes.changes_of([found(Login)], [Change("shop.py", 1, old)])] == []


def test_one_that_extends_ours_needs_no_change():
    assert [*classes.changes_of([found(Moved)], [])] == []


def test_one_whose_base_no_file_names_is_told():
    (change,) = classes.changes_of([found(Login)], [Change("shop.py", 1, "from x import y")])

    assert change.old == "rest_framework_simplejwt.serializers.TokenObtainPairSerializer"
    assert change.new == ("drf_jwt_kit.serializers.TokenObtainPairSerializer",)


def test_one_on_a_class_of_a_package_is_told_with_ours():
    (change,) = classes.changes_of([found(OnAPackage)], [])

    assert change.old == "dj_rest_auth.jwt.ByCookie"
    assert change.new == ("drf_jwt_kit.authentication.JWTAuthentication",)


def test_one_on_a_class_of_a_package_without_a_counterpart_is_told_alone():
    (change,) = classes.changes_of([found(OnSliding)], [])

    assert (change.old, change.new) == ("another_package.tokens.Sliding", ())


@override_settings(
    SIMPLE_JWT={
        "AUTH_TOKEN_CLASSES": [
            "rest_framework_simplejwt.tokens.AccessToken",
            "rest_framework_simplejwt.tokens.SlidingToken",
            "shop.tokens.Token",
        ],
        "SLIDING_TOKEN_OBTAIN_SERIALIZER": "shop.nowhere.Serializer",
        "TOKEN_USER_CLASS": "rest_framework_simplejwt.models.TokenUser",
    }
)
def test_a_setting_that_names_what_is_not_here_is_told():
    (change,) = classes.changes_of([], [])

    assert change.lines() == [
        'SIMPLE_JWT["AUTH_TOKEN_CLASSES"]',
        "  - rest_framework_simplejwt.tokens.SlidingToken",
        "    There are no sliding tokens: use an access and a refresh token.",
    ]


class TestDefaultClasses:
    def test_one_that_no_file_names_is_told(self):
        with defaults(THEIRS):
            (change,) = classes.changes_of([], [])

        assert change.lines() == [
            DEFAULTS,
            f"  - {THEIRS}",
            "  + drf_jwt_kit.authentication.JWTAuthentication",
        ]

    def test_one_that_a_file_names_is_told_there(self):
        with defaults(THEIRS):
            assert [*classes.changes_of([], [Change("settings.py", 1, THEIRS)])] == []

    def test_one_of_a_package_is_told(self, monkeypatch):
        monkeypatch.setattr(classes, "_default_classes", lambda: [OF_A_PACKAGE])
        (change,) = classes.changes_of([], [])

        assert (change.old, change.why) == (
            "dj_rest_auth.jwt.ByCookie",
            f"It extends {THEIRS}, which knows no session.",
        )

    def test_one_of_the_project_is_told_by_its_class(self, monkeypatch):
        monkeypatch.setattr(classes, "_default_classes", lambda: [OnAPackage, Moved])

        assert [*classes.changes_of([], [])] == []

    def test_ours_and_others_are_not_told(self):
        ours = "drf_jwt_kit.authentication.JWTAuthentication"
        with defaults(ours, "rest_framework.authentication.BasicAuthentication"):
            assert [*classes.changes_of([], [])] == []
            assert classes.unreadable_defaults() == []

    def test_one_that_cannot_be_imported_is_told(self):
        with defaults("shop.nowhere.Class"):
            assert [*classes.changes_of([], [])] == []
            (problem,) = classes.unreadable_defaults()

        assert problem.startswith(f"{DEFAULTS} cannot be imported: Could not import 'shop.nowhere")

    def test_classes_in_place_of_paths_are_told(self):
        with defaults(JWTAuthentication):
            assert [*classes.changes_of([], [])] == []
            assert classes.unreadable_defaults() == [
                f"{DEFAULTS} must be a list of dotted paths: REST Framework refuses it "
                "(AttributeError)."
            ]
