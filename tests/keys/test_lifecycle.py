"""The life of a key, step by step: next, signing, retiring, gone. No clock, no file."""

from datetime import datetime, timedelta, timezone

import pytest

from drf_jwt_kit.keys.lifecycle import CannotRotate, Entry, added, removed, rotated
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

        with pytest.raises(CannotRotate, match="There is a next key already"):
            added(two, entry("c"))

    def test_no_key_comes_twice(self):
        with pytest.raises(CannotRotate, match="There is a key a already"):
            added(added((), entry("a")), entry("a"))


class TestRotating:
    two = added(added((), entry("a")), entry("b"))

    def test_makes_the_next_key_sign_and_the_signing_one_retire(self):
        after = rotated(self.two, now=NOON + AHEAD, ahead=AHEAD)

        assert states(after) == {"b": "signing", "a": "retiring"}
        assert {entry.since for entry in after} == {NOON + AHEAD}

    def test_waits_until_everybody_has_read_the_next_key(self):
        early = NOON + AHEAD - timedelta(seconds=1)

        with pytest.raises(CannotRotate, match="b may sign from 2026-01-01 12:10:00"):
            rotated(self.two, now=early, ahead=AHEAD)

    def test_waits_for_nobody_when_told(self):
        after = rotated(self.two, now=NOON, ahead=AHEAD, at_once=True)

        assert states(after) == {"b": "signing", "a": "retiring"}

    def test_needs_a_next_key(self):
        with pytest.raises(CannotRotate, match="There is no next key"):
            rotated(added((), entry("a")), now=NOON, ahead=AHEAD)

    def test_leaves_older_keys_as_they_are(self):
        three = (*self.two, entry("z", KeyState.RETIRING))

        after = rotated(three, now=NOON + AHEAD, ahead=AHEAD)

        assert states(after) == {"b": "signing", "a": "retiring", "z": "retiring"}
        assert [entry.since for entry in after if entry.kid == "z"] == [NOON]

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
        with pytest.raises(CannotRotate, match="The key aa signs"):
            removed(self.three, "aa")

    def test_takes_the_beginning_of_a_name(self):
        assert states(removed(self.three, "b")) == {"aa": "signing", "az": "retiring"}

    @pytest.mark.parametrize(("kid", "says"), [("a", "Several keys begin"), ("x", "no key x")])
    def test_removing_needs_the_name_of_one_key(self, kid, says):
        with pytest.raises(CannotRotate, match=says):
            removed(self.three, kid)
