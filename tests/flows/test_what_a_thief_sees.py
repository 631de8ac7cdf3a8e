"""The holder of an access token is not told when its owner refreshes; who follows is told of."""

import sys
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from drf_jwt_kit.conf.moments import aware
from drf_jwt_kit.models import Session
from drf_jwt_kit.signals import refresh_followed

REFRESH = sys.modules["drf_jwt_kit.sessions.refresh"]
"""The module; the package has the function under this name."""
MOMENTS = ("last_used_at", "expires_at")


@pytest.fixture
def look(kit):
    """What the list of devices says of a session to the holder of an access token."""

    def look(access, session):
        return next(row for row in kit.sessions(access) if row["id"] == str(session.pk))

    return look


@pytest.fixture
def rename(kit):
    """What naming a session answers to the holder of an access token."""

    def rename(access, session):
        headers = {"Authorization": f"Bearer {access}"}
        path = f"/api/token/sessions/{session.pk}/"
        return kit.patch(path, {"name": "x"}, format="json", headers=headers).json()

    return rename


@pytest.fixture(params=["look", "rename"])
def ask(request):
    return request.getfixturevalue(request.param)


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class TestTheOwnSession:
    def test_looks_the_same_before_and_after_a_refresh(self, clock, kit, user, ask):
        stolen = kit.sign_in(user)
        clock.shift(timedelta(minutes=5))
        ask(stolen.access, stolen.session)
        before = ask(stolen.access, stolen.session)

        kit.rotate(stolen.refresh)

        assert ask(stolen.access, stolen.session) == before

    @pytest.mark.parametrize("later", [0, 5, 10, 300])
    def test_was_used_now_and_ends_at_the_absolute_limit(self, clock, kit, user, ask, later):
        stolen = kit.sign_in(user)
        kit.rotate(stolen.refresh)
        clock.shift(timedelta(seconds=later))

        seen = ask(stolen.access, stolen.session)

        assert moment(seen["last_used_at"]) == datetime.now(moment(seen["created_at"]).tzinfo)
        assert moment(seen["expires_at"]) == aware(stolen.session.expires_at)


class TestAnotherSession:
    def test_shows_a_refresh_when_its_leeway_is_over_and_not_before(self, clock, kit, user, ask):
        owner, stolen = kit.sign_in(user), kit.sign_in(user)
        owner = kit.rotate(owner.refresh)
        clock.shift(timedelta(minutes=5))
        before = ask(stolen.access, owner.session)

        kit.rotate(owner.refresh)
        seen = [before]
        for _ in range(10):
            seen.append(ask(stolen.access, owner.session))
            clock.shift(timedelta(seconds=1))
        afterwards = ask(stolen.access, owner.session)

        assert all(one == before for one in seen)
        assert moment(afterwards["last_used_at"]) - moment(before["last_used_at"]) == timedelta(
            minutes=5
        )

    def test_shows_a_first_refresh_no_sooner(self, clock, kit, user, look):
        owner, stolen = kit.sign_in(user), kit.sign_in(user)
        clock.shift(timedelta(minutes=5))
        before = look(stolen.access, owner.session)

        kit.rotate(owner.refresh)

        assert look(stolen.access, owner.session) == before
        assert before["last_used_at"] is None

    def test_shows_nothing_finer_than_the_leeway(self, clock, kit, user, look):
        owner, stolen = kit.sign_in(user), kit.sign_in(user)
        clock.shift(timedelta(seconds=333, milliseconds=123))
        kit.rotate(owner.refresh)
        clock.shift(timedelta(minutes=1))

        seen = look(stolen.access, owner.session)

        assert [moment(seen[name]).timestamp() % 10 for name in MOMENTS] == [0, 0]


class TestWhoVerifies:
    def test_an_old_refresh_token_is_not_told_of_a_rotation_within_the_leeway(
        self, clock, kit, user
    ):
        owner = kit.sign_in(user)
        before = kit.verify(owner.refresh).content
        kit.rotate(owner.refresh)

        assert kit.verify(owner.refresh).content == before


@pytest.fixture
def told():
    """The generations at which a follower was told of."""
    heard = []
    receiver = lambda **facts: heard.append(facts["generation"])  # noqa: E731
    refresh_followed.connect(receiver)
    yield heard
    refresh_followed.disconnect(receiver)


@pytest.fixture
def ride(clock, kit, django_capture_on_commit_callbacks):
    """So many refreshes of the owner, each followed by one with the token of before."""

    def ride(tokens, times, followed=True):
        for _ in range(times):
            clock.shift(timedelta(minutes=10))
            with django_capture_on_commit_callbacks(execute=True):
                newest = kit.rotate(tokens.refresh)
                if followed:
                    kit.rotate(tokens.refresh)
                    kit.rotate(tokens.refresh)
            tokens = newest
        return tokens

    return ride


class TestASessionThatIsFollowed:
    def test_is_told_of_once_at_the_third_rotation_in_a_row(
        self, ride, user, signed_in, told, caplog
    ):
        ride(signed_in, 6)

        assert told == [3]
        lines = [line for line in caplog.messages if "event=refresh_followed" in line]
        key = signed_in.session.pk
        assert lines == [f"event=refresh_followed session={key} user={user.pk} generation=3"]
        assert {r.levelname for r in caplog.records if r.getMessage() in lines} == {"WARNING"}

    def test_goes_on(self, ride, kit, signed_in):
        newest = ride(signed_in, 5)

        assert kit.get_with(newest.access).status_code == 200
        assert signed_in.session.revoked_at is None

    def test_is_not_told_of_after_two(self, ride, signed_in, told):
        ride(signed_in, 2)

        assert told == []

    def test_is_counted_anew_after_a_rotation_that_nobody_followed(self, ride, signed_in, told):
        ride(ride(ride(signed_in, 2), 1, followed=False), 2)

        assert told == []

    def test_is_told_of_again_if_it_begins_again(self, ride, signed_in, told):
        ride(ride(ride(signed_in, 3), 1, followed=False), 3)

        assert told == [3, 7]

    def test_is_told_of_if_its_answers_are_collected_again_and_again(
        self, clock, kit, signed_in, told, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(5):
                kit.refresh(signed_in.refresh, Idempotency_Key="k" * 16)
                clock.shift(timedelta(hours=1))

        assert len(told) == 1

    def test_costs_a_query_for_the_first_duplicate_of_each_rotation(self, kit, signed_in, queries):
        counts = []
        for _ in range(4):
            with queries() as made:
                kit.rotate(signed_in.refresh)
            counts.append(len(made))

        assert counts == [2, 2, 1, 1]

    def test_is_answered_though_the_count_cannot_be_written(self, kit, signed_in, monkeypatch):
        kit.rotate(signed_in.refresh)

        def fail(*args, **kwargs):
            raise OperationalError("database is locked")

        monkeypatch.setattr(type(Session.objects.all()), "update", fail)

        assert kit.refresh(signed_in.refresh).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_counts_though_the_next_rotation_has_read_before_it(
    clock, kit, user, told, monkeypatch
):
    older = kit.sign_in(user)
    newer = kit.rotate(older.refresh)
    read = REFRESH.read_row

    def read_just_before_the_leeway_ends(token, *, again):
        row = read(token, again=again)
        monkeypatch.setattr(REFRESH, "read_row", read)
        kit.rotate(older.refresh)  # the thief
        clock.shift(timedelta(seconds=0.2))
        return row

    for _ in range(5):
        clock.shift(timedelta(seconds=9.9))
        monkeypatch.setattr(REFRESH, "read_row", read_just_before_the_leeway_ends)
        older, newer = newer, kit.rotate(newer.refresh)

    assert len(told) == 1
