"""Users whom the default manager hides (soft deletion) are refused everywhere."""

import pytest
from django.contrib.auth import get_user_model

from tests.flows.browser import ACCESS, REFRESH, Browser, cleared

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden(user, signed_in):
    get_user_model()._base_manager.filter(pk=user.pk).update(hidden=True)
    return signed_in


def test_a_request_of_a_hidden_user_is_refused(kit, hidden):
    assert kit.get_with(hidden.access).json()["reason"] == "session_ended"


def test_a_refresh_of_a_hidden_user_ends_the_session_for_good(kit, hidden):
    assert kit.refresh(hidden.refresh).json()["reason"] == "session_ended"
    get_user_model()._base_manager.update(hidden=False)

    assert kit.refresh(hidden.refresh).json()["reason"] == "session_ended"


def test_verify_refuses_the_tokens_of_a_hidden_user(kit, hidden):
    assert kit.verify(hidden.access).status_code == 401
    assert kit.verify(hidden.refresh).status_code == 401


def test_their_logout_still_works(kit, hidden):
    assert kit.logout(hidden.refresh).status_code == 200
    assert hidden.session.revoked_at is not None


@pytest.mark.urls("tests.flows.cookie_urls")
def test_a_refusal_clears_the_cookies_whatever_else_they_have(user, signed_in):
    browser = Browser()
    browser.log_in(user)
    get_user_model()._base_manager.update(hidden=True)

    assert cleared(browser.refresh()) == {ACCESS, REFRESH}
