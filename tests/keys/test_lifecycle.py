"""The life of a key, step by step: next, signing, retiring, gone. No clock, no file."""

from datetime import datetime, timedelta, timezone

import pytest

from drf_jwt_kit.keys.lifecycle import (
    CannotRotate,
    Entry,
    added,
    as_text,
    is_sound,
    removed,
    rotated,
)
from drf_jwt_kit.keys.ring import KeyState

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
AHEAD = timedelta(minutes=10)


def entry(kid, state=KeyState.NEXT, since=NOON):
    return Entry(
        kid=kid, algorithm="ES256", file=f"{kid}.pem", state=state, created=NOON, since=since
    )


def states(entries):
    return {entry.kid: entry.state.value for entry in entries}


class TestAdding:
    def test_the_first_key_signs_at_once(self):
        assert states(added((), entry("a"))) == {"a": "signing"}

    def test_a_later_key_is_next(self):
        assert states(added(added((), entry("a")), entry("b"))) == {"b": "next", "a": "signing"}

    def test_there_is_one_next_key_at_most(self):
        two = added(added((), entry("a")), entry("b"))

        with pytest.raises(CannotRotate) as refused:
            added(two, entry("c"))

        assert str(refused.value) == (
            "There is a next key already. Let it sign first: python manage.py jwtkit keys rotate"
        )

    def test_no_key_comes_twice(self):
        with pytest.raises(CannotRotate, match=r"^There is a key a already\.$"):
            added(added((), entry("a")), entry("a"))


class TestRotating:
    two = added(added((), entry("a")), entry("b"))

    def test_makes_the_next_key_sign_and_the_signing_one_retire(self):
        after = rotated(self.two, now=NOON + AHEAD, ahead=AHEAD)

        assert states(after) == {"b": "signing", "a": "retiring"}
        assert {entry.since for entry in after} == {NOON + AHEAD}

    def test_waits_until_everybody_has_read_the_next_key(self):
        early = NOON + AHEAD - timedelta(seconds=1)

        with pytest.raises(CannotRotate) as refused:
            rotated(self.two, now=early, ahead=AHEAD)

        assert str(refused.value) == (
            "The next key b may sign from 2026-01-01 12:10:00+00:00 on, when every service has "
            "read it. If the signing key has leaked, use --at-once."
        )

    def test_waits_for_nobody_when_told(self):
        after = rotated(self.two, now=NOON, ahead=AHEAD, at_once=True)

        assert states(after) == {"b": "signing", "a": "retiring"}

    def test_needs_a_next_key(self):
        with pytest.raises(CannotRotate) as refused:
            rotated(added((), entry("a")), now=NOON, ahead=AHEAD)

        assert str(refused.value) == (
            "There is no next key. Make one, and rotate once every service has read it: python "
            "manage.py jwtkit keys generate"
        )

    def test_leaves_older_keys_as_they_are(self):
        three = (*self.two, entry("z", KeyState.RETIRING))

        after = rotated(three, now=NOON + AHEAD, ahead=AHEAD)

        assert states(after) == {"b": "signing", "a": "retiring", "z": "retiring"}
        assert [entry.since for entry in after if entry.kid == "z"] == [NOON]

    def test_lists_the_key_that_signed_last_before_older_ones(self):
        three = (*self.two, entry("z", KeyState.RETIRING))

        after = rotated(three, now=NOON + AHEAD, ahead=AHEAD)

        assert [entry.kid for entry in after] == ["b", "a", "z"]

    def test_leaves_exactly_one_that_signs(self):
        after = rotated(self.two, now=NOON + AHEAD, ahead=AHEAD)

        assert list(states(after).values()).count("signing") == 1


class TestRemoving:
    three = (entry("bb"), entry("aa", KeyState.SIGNING), entry("az", KeyState.RETIRING))

    def test_takes_a_retiring_key_away(self):
        assert states(removed(self.three, "az")) == {"bb": "next", "aa": "signing"}

    def test_takes_a_next_key_away(self):
        assert states(removed(self.three, "bb")) == {"aa": "signing", "az": "retiring"}

    def test_never_takes_the_key_that_signs(self):
        with pytest.raises(CannotRotate) as refused:
            removed(self.three, "aa")

        assert str(refused.value) == (
            "The key aa signs. Let another sign first: python manage.py jwtkit keys rotate"
        )

    def test_takes_the_beginning_of_a_name(self):
        assert states(removed(self.three, "b")) == {"aa": "signing", "az": "retiring"}

    def test_a_whole_name_is_that_of_its_key_where_others_begin_with_it(self):
        four = (*self.three, entry("azz", KeyState.RETIRING))

        assert states(removed(four, "az")) == {"bb": "next", "aa": "signing", "azz": "retiring"}

    @pytest.mark.parametrize(
        ("kid", "says"), [("a", "Several keys begin with a"), ("x", "There is no key x")]
    )
    def test_removing_needs_the_name_of_one_key(self, kid, says):
        with pytest.raises(CannotRotate) as refused:
            removed(self.three, kid)

        assert str(refused.value) == f"{says}. List them: python manage.py jwtkit keys list"


class TestATime:
    @pytest.mark.parametrize(
        ("year", "sound"), [(1969, False), (1970, True), (8999, True), (9000, False)]
    )
    def test_is_sound_from_the_first_year_to_the_last_one(self, year, sound):
        assert is_sound(NOON.replace(year=year)) is sound

    def test_needs_a_zone_to_be_sound(self):
        assert not is_sound(NOON.replace(tzinfo=None))

    def test_is_written_to_the_second(self):
        assert as_text(NOON.replace(microsecond=123456)) == "2026-01-01 12:00:00+00:00"
