"""``manage.py jwtkit keys``: what whoever looks after the keys is told, and what then is so."""

import json
import re
import stat
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import override_settings

from drf_jwt_kit.jose.algorithms import ALGORITHMS
from drf_jwt_kit.jose.key_text import key_in, new_key_text
from drf_jwt_kit.keys import directory, get_ring
from drf_jwt_kit.keys.sources import forget_ring
from drf_jwt_kit.management.subcommands.keys import changing
from tests.keys.material import private_pem, public_pem

pytestmark = pytest.mark.django_db

REFRESH = timedelta(days=1)
AHEAD = timedelta(minutes=10)


def keys(*words):
    out = StringIO()
    call_command("jwtkit", "keys", *words, stdout=out, no_color=True)
    forget_ring()  # which a process does by itself after KEYS_RELOAD_INTERVAL
    return out.getvalue()


def states(folder):
    return [entry.state.value for entry in directory.read(folder)]


def the_one(folder, state):
    return next(entry.kid for entry in directory.read(folder) if entry.state.value == state)


def new_pem(*, begins_with_a_dash):
    """A new key of EdDSA whose name begins with a dash, or with anything else."""
    made = (new_key_text("EdDSA") for _ in count())
    named = ((text, key_in(text, where="a key", algorithm="EdDSA").kid) for text in made)
    return next(text for text, kid in named if kid.startswith("-") is begins_with_a_dash)


@pytest.fixture
def folder(tmp_path, clock):
    """A directory that KEYS names and that is not there yet, at noon."""
    path = tmp_path / "keys"
    with override_settings(DRF_JWT_KIT={"KEYS": path}):
        yield path


@pytest.fixture
def rotating(folder, clock):
    """With a signing key and a next one that may sign."""
    keys("generate")
    keys("generate")
    clock.shift(AHEAD)
    return folder


class TestGenerate:
    def test_makes_the_directory_and_the_first_key_which_signs(self, folder):
        said = keys("generate")

        assert states(folder) == ["signing"]
        assert said == (
            f"Made {get_ring().signing.kid} for ES256.\nIt is the first key, so it signs.\n"
        )

    def test_makes_a_later_key_the_next_one_and_says_when_it_may_sign(self, folder):
        keys("generate")
        said = keys("generate")

        assert states(folder) == ["next", "signing"]
        assert said == (
            f"Made {the_one(folder, 'next')} for ES256.\nIt is the next key. It verifies now, "
            f"and may sign from 2026-01-01 12:10:00+00:00 on: python manage.py jwtkit keys "
            f"rotate\n"
        )

    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    def test_makes_keys_of_every_algorithm(self, folder, kit, user, algorithm):
        keys("generate", "--algorithm", algorithm)

        assert get_ring().signing.algorithm == algorithm
        assert kit.get_with(kit.sign_in(user).access).status_code == 200

    def test_names_no_key_as_an_option_begins(self, folder, monkeypatch):
        made = iter([new_pem(begins_with_a_dash=True), new_pem(begins_with_a_dash=False)])
        monkeypatch.setattr(changing, "new_key_text", lambda algorithm: next(made))

        keys("generate", "--algorithm", "EdDSA")

        assert not the_one(folder, "signing").startswith("-")

    def test_lets_only_the_owner_read_what_it_writes(self, folder):
        keys("generate")

        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (folder / ".lock").read_bytes() == b""
        del modes[".lock"]  # whose mode does not matter, as it is empty
        assert list(modes.values()) == [0o600, 0o600]  # the list and the key

    def test_writes_a_key_elsewhere_when_told(self, tmp_path):
        path = tmp_path / "key.pem"

        said = keys("generate", "--algorithm", "EdDSA", "--output", str(path))

        assert said == (
            f"{path} holds a new key for EdDSA. Name it in KEYS: "
            f'{{"file": "{path}", "algorithm": "EdDSA"}}\n'
        )
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_generate_overwrites_nothing(self, tmp_path):
        path = tmp_path / "key.pem"
        path.write_text("precious")

        with pytest.raises(CommandError) as refused:
            keys("generate", "--output", str(path))

        assert str(refused.value) == f"{path} exists already. Nothing was written."
        assert path.read_text() == "precious"

    @pytest.mark.parametrize("mode", [0o777, 0o707])
    def test_writes_no_key_where_others_can_replace_it(self, tmp_path, mode):
        tmp_path.chmod(mode)

        with pytest.raises(CommandError) as refused:
            keys("generate", "--output", str(tmp_path / "key.pem"))

        assert str(refused.value) == (
            f"Nothing was written into {tmp_path}. Others could put a key of their own into it, "
            f"and log in as anybody: chmod go-w {tmp_path}"
        )
        assert not list(tmp_path.iterdir())

    def test_writes_a_key_where_others_can_only_add_files(self, tmp_path):
        tmp_path.chmod(0o1777)

        assert "holds a new key" in keys("generate", "--output", str(tmp_path / "key.pem"))

    def test_makes_no_second_next_key(self, rotating):
        with pytest.raises(CommandError) as refused:
            keys("generate")

        assert str(refused.value) == (
            "There is a next key already. Let it sign first: python manage.py jwtkit keys rotate"
        )
        assert len(list(rotating.glob("*.pem"))) == 2

    def test_needs_to_know_where(self):
        with pytest.raises(CommandError) as refused:
            keys("generate")

        assert str(refused.value) == (
            "DRF_JWT_KIT['KEYS'] names no directory. Name one with --directory; or, for generate, "
            "a file with --output."
        )

    def test_says_that_a_directory_cannot_be_written(self, tmp_path):
        (tmp_path / "file").touch()

        with pytest.raises(CommandError) as refused:
            keys("generate", "--directory", str(tmp_path / "file" / "keys"))

        assert str(refused.value) == (
            f"{tmp_path}/file/keys cannot be changed: Not a directory. Run this as the user that "
            "runs the server, who must own the directory."
        )

    def test_says_that_a_file_cannot_be_written(self, tmp_path):
        path = tmp_path / "nowhere" / "key.pem"

        with pytest.raises(CommandError) as refused:
            keys("generate", "--output", str(path))

        assert str(refused.value) == f"{path} cannot be written: No such file or directory."


class TestRotate:
    def test_lets_the_next_key_sign_and_tells_when_the_other_may_go(self, rotating, kit, user):
        kit.sign_in(user)
        old, new = the_one(rotating, "signing"), the_one(rotating, "next")

        said = keys("rotate")

        assert get_ring().signing.kid == new
        assert said == (
            f"{new} signs, in every process within 10 s.\n{old} is retiring. Sessions that "
            "need it: 1. It may be removed from 2026-01-02 12:10:00+00:00 on: "
            f"python manage.py jwtkit keys remove {old}\n"
        )

    def test_waits_until_everybody_has_read_the_next_key(self, folder, clock):
        keys("generate")
        keys("generate")
        clock.shift(AHEAD - timedelta(seconds=1))

        with pytest.raises(CommandError, match="may sign from 2026-01-01 12:10:00"):
            keys("rotate")
        assert states(folder) == ["next", "signing"]

    def test_waits_for_nobody_when_the_key_has_leaked(self, folder):
        keys("generate")
        keys("generate")
        keys("rotate", "--at-once")

        assert states(folder) == ["signing", "retiring"]

    def test_needs_a_next_key(self, folder):
        keys("generate")
        with pytest.raises(CommandError) as refused:
            keys("rotate")

        assert str(refused.value) == (
            "There is no next key. Make one, and rotate once every service has read it: python "
            "manage.py jwtkit keys generate"
        )

    def test_rotate_logs_nobody_out(self, rotating, kit, user):
        tokens = kit.sign_in(user)
        keys("rotate")

        assert kit.get_with(tokens.access).status_code == 200
        assert kit.refresh(tokens.refresh).status_code == 200

    def test_is_refused_while_somebody_else_changes_the_keys(self, rotating):
        with (
            directory.changing(rotating),
            pytest.raises(CommandError, match="Another process is changing the keys"),
        ):
            keys("rotate")


@pytest.fixture
def retiring(rotating, kit, user):
    """The kid of a key that retires, with one session that still needs it."""
    kit.tokens = kit.sign_in(user)
    keys("rotate")
    return the_one(rotating, "retiring")


class TestRemove:
    def test_waits_for_the_last_session_that_needs_the_key(self, retiring, rotating):
        with pytest.raises(CommandError) as refused:
            keys("remove", retiring)

        assert str(refused.value) == (
            f"{retiring} is retiring. Sessions that need it: 1. It may be removed from "
            f"2026-01-02 12:10:00+00:00 on: python manage.py jwtkit keys remove {retiring}\nIf the "
            "key has leaked, use --at-once: users of its tokens log in again."
        )
        assert states(rotating) == ["signing", "retiring"]

    def test_waits_for_access_tokens_when_every_session_has_gone_on(self, retiring, kit, clock):
        clock.shift(timedelta(seconds=11))
        kit.rotate(kit.tokens.refresh)

        with pytest.raises(
            CommandError, match=r"need it: 0\. It may be removed from 2026-01-01 12:25:10"
        ):
            keys("remove", retiring)

    def test_takes_it_away_when_nobody_needs_it(self, retiring, rotating, kit, clock):
        clock.shift(timedelta(seconds=11))
        kit.rotate(kit.tokens.refresh)
        clock.shift(timedelta(minutes=15))

        said = keys("remove", retiring)

        assert said == f"{retiring} is removed, from every process within 10 s.\n"
        assert states(rotating) == ["signing"]
        assert not (rotating / f"{retiring}.pem").exists()

    def test_takes_it_away_when_the_sessions_have_ended(self, retiring, rotating, clock):
        clock.shift(REFRESH)
        keys("remove", retiring[:8])

        assert states(rotating) == ["signing"]

    def test_takes_a_leaked_key_away_at_once_and_its_tokens_with_it(self, retiring, kit):
        keys("remove", retiring, "--at-once")

        assert kit.get_with(kit.tokens.access).status_code == 401
        assert kit.refresh(kit.tokens.refresh).status_code == 401

    def test_never_takes_the_key_that_signs(self, rotating):
        signing = the_one(rotating, "signing")

        with pytest.raises(CommandError) as refused:
            keys("remove", signing, "--at-once")

        assert str(refused.value) == (
            f"The key {signing} signs. Let another sign first: python manage.py jwtkit keys rotate"
        )

    def test_takes_a_next_key_away(self, rotating):
        keys("remove", the_one(rotating, "next"))

        assert states(rotating) == ["signing"]


@contextmanager
def no_database():
    def refuse(*_):
        raise OperationalError("the database is down")

    with connection.execute_wrapper(refuse):
        yield


class TestWithoutADatabase:
    def test_rotate_still_rotates_and_says_what_is_not_known(self, rotating):
        old, new = the_one(rotating, "signing"), the_one(rotating, "next")

        with no_database():
            said = keys("rotate")

        assert states(rotating) == ["signing", "retiring"]
        assert said == (
            f"{new} signs, in every process within 10 s.\n{old} is retiring. Its sessions are "
            f"not known: the database does not answer.\n"
        )

    def test_remove_takes_nothing_away(self, retiring, rotating):
        with no_database(), pytest.raises(CommandError, match="Its sessions are not known"):
            keys("remove", retiring)

        assert states(rotating) == ["signing", "retiring"]

    def test_list_says_what_is_not_known(self, retiring):
        with no_database():
            lines = keys("list").splitlines()

        assert lines[-1].endswith("not known: the database does not answer")

    def test_check_says_what_is_not_known(self, retiring):
        with no_database():
            said = keys("check")

        assert said.splitlines() == [
            f"warning: {retiring} is retiring. Its sessions are not known: the database does not "
            f"answer.",
            "Nothing is wrong with the keys.",
        ]


class TestList:
    def test_says_of_each_key_what_it_does_and_still_verifies(self, retiring, rotating, clock):
        clock.shift(timedelta(hours=1))
        keys("generate", "--algorithm", "EdDSA")
        new, signing = the_one(rotating, "next"), the_one(rotating, "signing")

        lines = keys("list").splitlines()

        assert [line.split(maxsplit=3) for line in lines[1:]] == [
            ["next", new, "EdDSA", "2026-01-01 13:10:00+00:00  0 s  nothing yet; may sign from "
             "2026-01-01 13:20:00+00:00"],
            ["signing", signing, "ES256", "2026-01-01 12:10:00+00:00  1 h  what it signs"],
            ["retiring", retiring, "ES256", "2026-01-01 12:10:00+00:00  1 h  until "
             "2026-01-02 12:10:00+00:00; sessions that need it: 1"],
        ]  # fmt: skip
        assert lines[0].split() == ["state", "key", "algorithm", "since", "age", "verifies"]

    def test_says_when_a_key_verifies_nothing_any_more(self, retiring, clock):
        clock.shift(REFRESH)

        assert keys("list").splitlines()[-1].endswith("1 d  no live token")

    def test_lists_keys_that_are_in_no_directory(self):
        pair = [{"key": private_pem()}, {"key": public_pem("EdDSA")}]
        with override_settings(DRF_JWT_KIT={"KEYS": pair}):
            lines = keys("list").splitlines()[1:]

        assert [line.split()[0] for line in lines] == ["signing", "retiring"]
        assert lines[1].endswith("…      …    what it has signed")

    def test_lists_the_key_of_secret_key(self):
        assert keys("list").splitlines()[1].split()[:3] == [
            "signing",
            get_ring().signing.kid,
            "HS256",
        ]

    def test_believes_what_the_project_says_of_a_time(self, kit, user, clock):
        old = {"key": public_pem("EdDSA"), "since": "2026-01-01T12:00:00+00:00"}
        with override_settings(DRF_JWT_KIT={"KEYS": [{"key": private_pem()}, old]}):
            clock.shift(timedelta(hours=2))

            assert keys("list").splitlines()[-1].endswith("2 h  no live token")

    def test_says_what_is_wrong_where_keys_cannot_be_read(self, folder):
        with pytest.raises(CommandError) as refused:
            keys("list")

        assert str(refused.value) == (
            f"The directory {folder} holds no keys. Make the first one: "
            "python manage.py jwtkit keys generate"
        )

    def test_the_list_shows_no_key(self, rotating):
        text = next(rotating.glob("*.pem")).read_text().splitlines()[1]

        assert text not in keys("list")


class TestCheck:
    def test_check_is_content_with_a_sound_directory(self, rotating):
        assert keys("check") == "Nothing is wrong with the keys.\n"

    def test_fails_where_others_can_read_a_key(self, rotating):
        path = next(rotating.glob("*.pem"))
        path.chmod(0o644)

        with pytest.raises(CommandError, match=f"Others can read or replace the key in {path}"):
            keys("check")

    def test_fails_where_a_key_cannot_be_used(self, rotating):
        next(rotating.glob("*.pem")).write_text("nonsense")

        with pytest.raises(CommandError, match="is neither a PEM nor a JWK"):
            keys("check")

    def test_warns_of_a_retiring_key_with_living_tokens(self, retiring):
        assert keys("check").splitlines() == [
            f"warning: {retiring} is retiring. Sessions that need it: 1. It may be removed from "
            f"2026-01-02 12:10:00+00:00 on: python manage.py jwtkit keys remove {retiring}",
            "Nothing is wrong with the keys.",
        ]

    def test_warns_of_a_retiring_key_that_nobody_needs(self, retiring, clock):
        clock.shift(REFRESH)

        assert keys("check").startswith(
            f"warning: {retiring} is retiring, and no session needs it. Remove it"
        )

    def test_warns_of_a_file_that_is_no_key_of_the_list(self, rotating):
        (rotating / "stray.pem").touch(mode=0o600)
        (rotating / "stray.pem").write_text(private_pem())

        assert keys("check").startswith(f"warning: {rotating}/stray.pem is not in the list of keys")

    def test_the_name_of_a_stray_file_moves_no_cursor(self, rotating):
        stray = rotating / "\x1b[2Jstray.pem"
        stray.touch(mode=0o600)
        stray.write_text(private_pem())

        assert f"{rotating}/?[2Jstray.pem is not in the list" in keys("check")


NAUGHTY, SHOWN = "a\x1b[2J\u202eb", "a?[2J?b"


class TestNamesOnATerminal:
    """Somebody else may have chosen them: root's terminal obeys none."""

    def test_a_key_file_that_is_missing_is_named_in_plain(self, tmp_path):
        missing = {"file": tmp_path / NAUGHTY, "algorithm": "ES256"}
        with (
            override_settings(DRF_JWT_KIT={"KEYS": missing}),
            pytest.raises(CommandError, match=re.escape(SHOWN)) as refusal,
        ):
            keys("list")

        assert not is_naughty(str(refusal.value))

    def test_a_file_that_is_made_is_named_in_plain(self, tmp_path):
        said = keys("generate", "--output", str(tmp_path / NAUGHTY))

        assert SHOWN in said
        assert not is_naughty(said)

    @pytest.mark.parametrize(
        "words",
        [
            ("generate", "--output", NAUGHTY),
            ("generate", "--output", f"{NAUGHTY}/no-folder/key"),
            ("generate", "--directory", NAUGHTY),
            ("rotate", "--directory", NAUGHTY),
            ("remove", "--directory", f"{NAUGHTY}s", NAUGHTY),
        ],
    )
    def test_a_refusal_names_it_in_plain(self, tmp_path, monkeypatch, words):
        monkeypatch.chdir(tmp_path)
        (tmp_path / NAUGHTY).write_text("no folder")

        with pytest.raises(CommandError, match=re.escape(SHOWN)) as refusal:
            keys(*words)

        assert not is_naughty(str(refusal.value))


class TestATimeAtTheEndOfTheCalendar:
    @pytest.mark.parametrize("state", ["next", "signing", "retiring"])
    @pytest.mark.parametrize("member", ["created", "since"])
    @pytest.mark.parametrize("words", [["list"], ["check"], ["rotate"], ["generate"]], ids=" ".join)
    def test_the_list_of_keys_is_damaged(self, rotating, state, member, words):
        index = rotating / "keyring.json"
        listed = json.loads(index.read_text())
        listed["keys"][0] |= {"state": state, member: "9999-12-31T23:59:59+00:00"}
        index.write_text(json.dumps(listed))

        with pytest.raises(CommandError, match="is damaged: it is not a list of keys"):
            keys(*words)


def is_naughty(text):
    return "\x1b" in text or "\u202e" in text
