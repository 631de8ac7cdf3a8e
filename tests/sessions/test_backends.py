"""What Django passes over when it asks for a password is in the log."""

import logging

import pytest

from drf_jwt_kit.sessions.account import authenticated

pytestmark = pytest.mark.django_db
HERE = "tests.sessions.test_backends"
DJANGOS = "django.contrib.auth.backends.ModelBackend"


class ByUsername:
    """As many tutorials write it."""

    def authenticate(self, request, username=None, password=None):
        return None


@pytest.fixture
def lines(caplog, settings):
    """The log of a refused login by e-mail, with these backends."""

    def logged(*backends):
        settings.AUTHENTICATION_BACKENDS = backends
        with caplog.at_level(logging.INFO, logger="drf_jwt_kit"):
            assert authenticated(None, email="ada@example.com", password="wrong") is None
        return [(record.levelname, record.getMessage()) for record in caplog.records]

    return logged


PASSED_OVER = ("INFO", f"event=backend_passed_over backend={HERE}.ByUsername given=email,password")


def test_a_backend_that_takes_other_names_is_named_once_nobody_is_found(lines):
    assert lines(DJANGOS, f"{HERE}.ByUsername") == [PASSED_OVER]


def test_a_login_that_no_backend_looks_at_is_a_warning_with_the_cure(lines):
    cure = "'let authenticate() of a backend take these names, or **kwargs'"
    warning = ("WARNING", f"event=no_backend given=email,password cure={cure}")

    assert lines(f"{HERE}.ByUsername") == [PASSED_OVER, warning]


def test_a_backend_that_was_asked_is_not_in_the_log(lines):
    assert lines(DJANGOS) == []
