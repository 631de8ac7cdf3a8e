"""The list of sessions: what it shows, finds, filters and costs."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import rows as session_rows
from tests.conftest import NOON, make_user

from .conftest import SESSIONS, row

pytestmark = pytest.mark.django_db(databases="__all__")


def sid(tokens):
    return str(row(tokens).pk)


class TestWhatItShows:
    def test_is_how_it_stands_and_who_is_logged_in_where_since_when(self, clock, kit, user, staff):
        kit.sign_in(user, user_agent="Firefox")

        noon = "Jan. 1, 2026, noon"
        assert (
            f"live Jan. 2, 2026, noon {user.get_username()} Firefox 127.0.0.1 {noon} -"
        ) in staff.text(SESSIONS)

    def test_is_why_a_session_ended(self, kit, signed_in, staff):
        kit.logout(signed_in.refresh)

        assert "ended: logged out" in staff.text(SESSIONS)

    def test_is_what_the_next_refresh_would_find_out(self, signed_in, user, staff):
        get_user_model().objects.filter(pk=user.pk).update(is_active=False)

        assert "ended: the user was deactivated" in staff.text(SESSIONS)

    def test_the_list_shows_the_newest_session_first(self, clock, kit, user, staff):
        first = kit.sign_in(user)
        clock.shift(1)
        second = kit.sign_in(user)

        assert staff.listed() == [sid(second), sid(first)]

    def test_is_a_session_whose_user_is_gone(self, signed_in, user, staff):
        user.delete()

        assert staff.listed() == [sid(signed_in)]
        assert "ended: the user was deleted" in staff.text(SESSIONS)

    def test_is_a_session_whose_user_was_deleted_behind_djangos_back(self, signed_in, user, staff):
        get_user_model().objects.filter(pk=user.pk)._raw_delete("default")

        assert "ended: the user was deleted" in staff.text(SESSIONS)

    def test_is_text_that_a_client_made_up_as_text(self, kit, user, staff):
        kit.sign_in(user, user_agent="<script>alert(1)</script>")

        html = staff.html(SESSIONS)
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html

    def test_is_no_text_that_turns_round_what_stands_beside_it(self, kit, user, staff):
        tokens = kit.sign_in(user)
        hostile = {"name": "\u202ename", "revoked_reason": "\u202ewhy", "actor": "\u202eme"}
        session_rows.stored().update(**hostile, revoked_at=timezone.now())
        field = user.USERNAME_FIELD
        type(user)._base_manager.filter(pk=user.pk).update(**{field: "\u202eada"})

        pages = [staff.html(SESSIONS), staff.html(f"{SESSIONS}{sid(tokens)}/change/")]
        pages.append(staff.ask("end_selected", tokens).content.decode())

        assert [page.count("\u202e") for page in pages] == [0, 0, 0]
        assert [("?name" in page, "?ada" in page) for page in pages] == [(True, True)] * 3
        assert "ended: ?why" in pages[0]

    def test_is_nothing_that_a_cache_may_keep(self, signed_in, staff):
        for path in (SESSIONS, f"{SESSIONS}{sid(signed_in)}/change/"):
            assert {"private", "no-store"} <= set(staff.get(path)["Cache-Control"].split(", "))

    def test_is_who_acts_for_the_user(self, user, other_user, staff):
        sessions.start(user, actor=other_user, reason="Ticket 4711")

        told = f"{user.get_username()} acted for by {other_user.pk} "
        assert told in staff.text(SESSIONS)

    def test_is_nobody_who_acts_where_the_user_does(self, signed_in, staff):
        assert "acted for" not in staff.text(SESSIONS)

    def test_leads_from_a_user_to_all_of_its_sessions(self, kit, user, other_user, staff):
        mine = kit.sign_in(user)
        kit.sign_in(other_user)

        assert f'<a href="?user={user.pk}">'.encode() in staff.get(SESSIONS).content
        assert staff.listed(user=user.pk) == [sid(mine)]


class TestSearch:
    @pytest.fixture
    def two(self, kit, user, other_user):
        phone = kit.sign_in(user, user_agent="Firefox/1.0 (Android)")
        laptop = kit.sign_in(other_user, user_agent="Safari/2.0")
        session_rows.stored().filter(pk=row(phone).pk).update(ip="10.1.2.3", name="My phone")
        session_rows.stored().filter(pk=row(laptop).pk).update(device="Safari on macOS")
        return phone, laptop

    @pytest.mark.parametrize(
        "words",
        ["10.1.2.3", "10.1.", "android", "phone", '"my phone"', "firefox phone", "Firefox/1.0"],
    )
    def test_finds_a_device_by_address_name_or_agent(self, two, staff, words):
        assert staff.listed(q=words) == [sid(two[0])]

    @pytest.mark.parametrize("words", ["10.1.2.4", "opera", "phone safari", "'my phone", "a\\0b"])
    def test_finds_nothing_that_does_not_fit_every_word(self, two, staff, words):
        assert staff.listed(q=words) == []

    def test_finds_a_user_by_the_whole_name_or_its_beginning(self, two, user, staff):
        assert staff.listed(q=user.get_username()) == [sid(two[0])]
        assert staff.listed(q=user.get_username()[:2]) == [sid(two[0])]

    def test_finds_a_device_of_a_user(self, two, user, staff):
        assert staff.listed(q=f"{user.get_username()} phone") == [sid(two[0])]
        assert staff.listed(q=f"{user.get_username()} safari") == []

    def test_finds_a_session_by_its_id(self, two, staff):
        assert staff.listed(q=sid(two[1])) == [sid(two[1])]

    def test_finds_a_user_by_a_key_that_is_a_uuid(self, two, user, staff):
        if not isinstance(user.pk, uuid.UUID):
            pytest.skip("these keys are numbers, of which anything could be one")

        assert staff.listed(q=str(user.pk)) == [sid(two[0])]

    def test_a_search_for_a_user_reads_no_text_of_the_table(self, two, user, staff, all_queries):
        with all_queries() as made:
            listed = staff.listed(q=user.get_username())

        assert listed == [sid(two[0])]
        assert [query for query in made if "LIKE" in query] == []


class TestFilters:
    @pytest.fixture
    def live(self, clock, kit, user):
        return kit.sign_in(user)

    def both(self, staff):
        return staff.listed(state="live"), staff.listed(state="ended")

    def test_a_session_is_live(self, live, staff):
        assert self.both(staff) == ([sid(live)], [])

    def test_a_revoked_session_is_listed_as_ended(self, kit, live, staff):
        kit.logout(live.refresh)

        assert self.both(staff) == ([], [sid(live)])

    def test_a_session_not_refreshed_in_time_is_listed_as_ended(self, clock, kit, live, staff):
        clock.shift(timedelta(hours=23))
        kit.rotate(live.refresh)
        clock.shift(timedelta(hours=23))
        assert self.both(staff) == ([sid(live)], [])

        clock.shift(timedelta(hours=1))

        assert self.both(staff) == ([], [sid(live)])

    def test_a_session_past_its_greatest_age_is_listed_as_ended(self, live, staff):
        session_rows.stored().update(expires_at=timezone.now())

        assert self.both(staff) == ([], [sid(live)])

    def test_a_session_ended_with_all_others_is_listed_as_ended(self, clock, live, staff):
        clock.shift(1)
        sessions.revoke_all()

        assert self.both(staff) == ([], [sid(live)])

    def test_a_session_ended_by_the_setting_is_listed_as_ended(self, clock, live, staff, settings):
        clock.shift(1)
        now = timezone.now()
        settings.DRF_JWT_KIT = {
            "SESSIONS_VALID_AFTER": now if timezone.is_aware(now) else timezone.make_aware(now)
        }

        assert self.both(staff) == ([], [sid(live)])

    def test_the_filter_counts_from_the_same_whole_second_as_the_setting(
        self, live, staff, settings
    ):
        session_rows.stored().update(auth_time=NOON + timedelta(seconds=10.7))
        settings.DRF_JWT_KIT = {"SESSIONS_VALID_AFTER": NOON + timedelta(seconds=10.5)}

        assert "ended: all sessions were ended" in staff.text(SESSIONS)
        assert self.both(staff) == ([], [sid(live)])

    def test_sessions_can_be_filtered_by_reason(self, kit, live, user, staff):
        sessions.revoke(row(kit.sign_in(user)).pk)
        kit.logout(live.refresh)

        assert staff.listed(revoked_reason__exact="logout") == [sid(live)]

    def test_sessions_can_be_filtered_by_date(self, clock, live, staff):
        yesterday = timezone.now() - timedelta(days=1)

        assert staff.listed(created_at__gte=yesterday.isoformat()) == [sid(live)]
        assert staff.listed(created_at__lt=yesterday.isoformat()) == []


class TestBoundSessions:
    @pytest.fixture
    def two(self, settings, kit, user):
        """A session that is bound, and one that is not."""
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        bound, other = kit.sign_in(user), kit.sign_in(user)
        session_rows.stored().filter(pk=sid(bound)).update(bound_key="{}", bound_since=0)
        return bound, other

    def test_are_marked(self, two, staff):
        html = staff.html(SESSIONS)

        assert "Bound to its device" in html
        marks = re.findall(r'field-is_bound"><img src="[^"]*icon-(yes|no)\.svg"', html)
        assert sorted(marks) == ["no", "yes"]

    def test_are_found_by_a_filter(self, two, staff):
        assert staff.listed(bound="yes") == [sid(two[0])]
        assert staff.listed(bound="no") == [sid(two[1])]

    def test_are_no_matter_where_none_can_be(self, signed_in, staff):
        assert "bound to its device" not in staff.text(SESSIONS).lower()


class TestFiltersByWhatIsNotShown:
    """Whoever may filter by a secret can guess it, character by character."""

    @pytest.mark.parametrize(
        "column",
        [
            *("secret", "retry_key_hash", "password_fingerprint", "obtain_serializer"),
            *("user__password", "bound_key"),
        ],
    )
    def test_filters_by_columns_that_are_not_shown_are_refused(self, signed_in, staff, column):
        assert staff.get(SESSIONS, {f"{column}__startswith": "a"}).status_code == 400


class TestWhatItCosts:
    ROUTINE = 5  # the login of staff and its user, the sessions, their users, their number

    def test_is_five_queries_for_any_number_of_users(self, kit, staff, all_queries):
        for name in ("a", "b", "c", "d"):
            kit.sign_in(make_user(name))

        with all_queries() as made:
            assert len(staff.listed()) == 4

        assert len(made) == self.ROUTINE

    def test_is_the_same_with_filters(self, signed_in, staff, all_queries):
        with all_queries() as made:
            listed = staff.listed(state="live", revoked_reason__exact="")

        assert listed == [sid(signed_in)]
        assert len(made) == self.ROUTINE

    def test_is_a_count_that_has_an_end_and_needs_no_order(self, signed_in, staff, all_queries):
        with all_queries() as made:
            listed = staff.listed()

        assert listed == [sid(signed_in)]
        (count,) = [query for query in made if "COUNT(" in query]
        assert "LIMIT 10000" in count
        assert "ORDER BY" not in count

    def test_is_no_secret_loaded(self, signed_in, staff, all_queries):
        with all_queries() as made:
            listed = staff.listed()

        assert listed == [sid(signed_in)]
        columns = ('"secret"', "retry_key", "bound_key")
        assert [query for query in made if any(one in query for one in columns)] == []

    def test_is_said_where_there_are_more_than_are_counted(self, kit, user, staff, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.admin.changelist.MOST", 2)
        kit.sign_in(user), kit.sign_in(user), kit.sign_in(user)

        assert "The first 2 sessions. Search or filter to see others." in staff.text(SESSIONS)

    def test_is_no_sorting_by_a_column_without_an_index(self, signed_in, staff):
        html = staff.get(SESSIONS).content.decode()

        assert re.findall(r"sortable column-(\w+)", html) == ["created_at"]


@pytest.mark.parametrize("reason", RevokedReason)
def test_every_reason_can_be_filtered_by(signed_in, staff, reason):
    session_rows.stored().update(revoked_at=timezone.now(), revoked_reason=reason)

    assert staff.listed(revoked_reason__exact=reason.value) == [sid(signed_in)]
    assert Session._meta.get_field("revoked_reason").max_length >= len(reason.value)
