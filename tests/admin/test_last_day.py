"""The page of the last 24 hours, beside the list of sessions."""

import re

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.sessions import last_day as module
from drf_jwt_kit.sessions import rows
from tests.conftest import claims_of

from .conftest import SESSIONS

pytestmark = pytest.mark.django_db(databases="__all__")
PAGE = f"{SESSIONS}last-day/"


def test_the_list_leads_to_it(staff):
    assert f'<a href="{PAGE}">The last 24 hours</a>' in staff.html(SESSIONS)


def test_it_tells_what_happened(clock, kit, user, staff):
    tokens = kit.sign_in(user)
    kit.rotate(tokens.refresh)
    clock.shift(60)
    kit.refresh(tokens.refresh)
    kit.logout(kit.sign_in(user).refresh)

    told = staff.text(PAGE)
    assert "Sessions that have begun 2 2" in told
    assert "Those of them that were refreshed 1 1" in told
    assert "Rotations of their refresh tokens 1 -" in told
    assert "Thefts found: a refresh token was used by two 1 1" in told
    assert "Logged out 1 1" in told


def test_no_theft_is_told_as_none(staff):
    assert "Thefts found: a refresh token was used by two 0 0" in staff.text(PAGE)


def test_a_number_of_ends_leads_to_their_list(kit, signed_in, staff):
    kit.logout(signed_in.refresh)

    (link,) = re.findall(r'href="([^"]+)">Logged out', staff.html(PAGE))
    query = dict([link.partition("?")[2].split("=")])
    assert len(staff.listed(**query)) == 1


def test_an_end_for_a_reason_of_the_projects_own_is_told(signed_in, staff):
    sessions.revoke(claims_of(signed_in.refresh)["sid"], reason="moved away")

    assert "A reason of this project&#x27;s own 1 1" in staff.text(PAGE)


def test_it_says_what_the_table_cannot_know(staff):
    assert "refusals by verdict are not in the table" in staff.text(PAGE)


@pytest.fixture
def binding(settings):
    settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}


def test_it_tells_how_many_sessions_are_bound(binding, kit, user, staff):
    kit.sign_in(user), kit.sign_in(user)
    rows.stored().filter(pk=claims_of(kit.sign_in(user).refresh)["sid"]).update(bound_since=0)

    assert "Those of them that are bound to their device 1 1" in staff.text(PAGE)


def test_it_says_where_refreshes_without_the_key_are_told(binding, staff):
    assert "event=refresh_unproven in the log" in staff.text(PAGE)


def test_it_tells_nothing_of_bound_sessions_where_none_can_be(staff):
    text = staff.text(PAGE)

    assert "bound" not in text
    assert "refresh_unproven" not in text


def test_more_than_it_counts_is_said(kit, signed_in, staff, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)

    told = staff.text(PAGE)
    assert "Only the newest 100000 logins and ends are counted." in told


@pytest.mark.parametrize("permission", ["view", "change"])
def test_whoever_may_see_sessions_may_see_it(staff_who_may, permission):
    assert staff_who_may(permission).get(PAGE).status_code == 200


def test_nobody_else_may(staff_who_may, client):
    assert staff_who_may().get(PAGE).status_code == 403
    assert client.get(PAGE).status_code == 302


def test_it_names_nobody(kit, user, staff):
    kit.sign_in(user, user_agent="Firefox")

    html = staff.html(PAGE)
    assert user.get_username() not in html
    assert "127.0.0.1" not in html
