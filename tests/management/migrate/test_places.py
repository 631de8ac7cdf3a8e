"""Which files are the project's own."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
import rest_framework_simplejwt
from django.test import override_settings

import drf_jwt_kit
from drf_jwt_kit.management.subcommands.migrate import places


@pytest.fixture
def module(monkeypatch):
    """A module of this name and file, loaded."""

    def load(name, file, **more):
        loaded = ModuleType(name)
        loaded.__file__ = file
        vars(loaded).update(more)
        monkeypatch.setitem(sys.modules, name, loaded)
        return loaded

    return load


class TestIsOwn:
    def test_a_module_of_the_project_is(self):
        assert places.is_own(__name__)

    @pytest.mark.parametrize(
        "other", [rest_framework_simplejwt, drf_jwt_kit, json, sys, None, "no"]
    )
    def test_what_is_installed_or_unknown_is_not(self, other):
        assert not places.is_own(other)

    @pytest.mark.parametrize("file", [None, 7, "/srv/shop/fast.so"])
    def test_a_module_without_source_is_not(self, module, file):
        assert not places.is_own(module("shop", file))

    def test_a_package_of_another_python_is_not(self, module):
        assert not places.is_own(module("shop", "/usr/lib/python3/dist-packages/shop.py"))

    @pytest.mark.parametrize("setting", ["SETTINGS_MODULE", "ROOT_URLCONF"])
    def test_the_package_of_settings_and_urls_is_where_the_project_is_installed(
        self, module, setting
    ):
        installed = module("shop.views", "/venv/site-packages/shop/views.py")
        with override_settings(**{setting: "shop.named"}):
            assert places.is_own(installed)
        assert not places.is_own(installed)

    def test_urls_of_ours_make_nothing_of_ours_the_projects(self):
        with override_settings(ROOT_URLCONF="drf_jwt_kit.urls"):
            assert not places.is_own(drf_jwt_kit)


class TestOwnFiles:
    def test_they_include_what_nobody_has_loaded(self, module, tmp_path):
        for name in ("__init__.py", "prod.py", "node_modules/x.py", ".git/y.py", "data.txt"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("")
        module("shop", str(tmp_path / "__init__.py"), __path__=[str(tmp_path)])

        found = [file for file in places.own_files() if file.is_relative_to(tmp_path)]
        assert [file.name for file in found] == ["__init__.py", "prod.py"]

    def test_a_module_of_no_package_is_its_file(self, module, tmp_path):
        (tmp_path / "beside.py").write_text("")
        module("shop", str(tmp_path / "shop.py"))

        found = [file for file in places.own_files() if file.is_relative_to(tmp_path)]
        assert [file.name for file in found] == ["shop.py"]

    def test_a_module_whose_package_is_not_loaded_is_its_file(self, module, tmp_path):
        module("shop_that_is_gone.urls", str(tmp_path / "urls.py"))

        assert tmp_path / "urls.py" in places.own_files()

    def test_none_is_installed(self):
        assert not [file for file in places.own_files() if "site-packages" in file.parts]


class TestSettingsFile:
    @pytest.fixture
    def settings_of(self, module, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        def write(**texts):
            for name, text in texts.items():
                (tmp_path / f"{name}.py").write_text(text)
            module("shop_settings", str(tmp_path / "dev.py"))
            with override_settings(SETTINGS_MODULE="shop_settings"):
                return places.settings_file(sorted(tmp_path.glob("*.py")))

        return write

    def test_it_is_the_one_in_which_the_apps_begin(self, settings_of):
        assert (
            settings_of(base="INSTALLED_APPS: list = []\n", dev="INSTALLED_APPS += [1]")
            == "base.py"
        )

    def test_it_is_the_module_itself_where_they_begin_there(self, settings_of):
        assert settings_of(base="INSTALLED_APPS = []", dev="INSTALLED_APPS = []") == "dev.py"

    def test_it_is_the_module_itself_where_they_come_from_elsewhere(self, settings_of):
        assert settings_of(dev="from elsewhere import *") == "dev.py"

    def test_settings_without_a_module_have_no_file(self):
        with override_settings(SETTINGS_MODULE=None):
            assert places.settings_file([]) == "the settings"


class TestPlaceOf:
    def test_it_is_file_and_line(self):
        assert places.where_is(TestPlaceOf) == f"{places.shown(Path(__file__))}:{_line()}"

    def test_a_class_that_was_made_is_in_its_module(self):
        made = type("Made", (), {"__module__": "shop.made"})

        assert places.where_is(made) == "shop.made"

    def test_a_file_outside_of_the_folder_is_told_whole(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        assert places.shown(Path("/srv/shop/urls.py")) == "/srv/shop/urls.py"


def _line():
    text = Path(__file__).read_text().splitlines()
    return text.index("class TestPlaceOf:") + 1
