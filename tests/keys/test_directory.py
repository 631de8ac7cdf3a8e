"""A directory of keys: what is read, what survives an interruption, who may change it."""

import errno
import json
import stat
from datetime import datetime, timedelta, timezone

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit.keys import checks, directory, get_ring
from drf_jwt_kit.keys.folder import Folder
from drf_jwt_kit.keys.lifecycle import CannotRotate, Entry
from drf_jwt_kit.keys.ring import KeyState
from tests.keys.material import kid_of, private_pem

pytestmark = pytest.mark.usefixtures("no_sockets")
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def entry(name="ES256", state=KeyState.SIGNING, **changes):
    listed = {"kid": kid_of(name), "algorithm": name, "file": f"{name}.pem", "state": state}
    return Entry(**{**listed, "created": NOON, "since": NOON, **changes})


def store(folder, *entries):
    with directory.changing(folder) as (opened, _):
        for one in entries:
            opened.create(one.file, private_pem(one.algorithm).encode())
        directory.write(opened, entries)


@pytest.fixture
def folder(tmp_path):
    """Empty, and named by KEYS."""
    path = tmp_path / "keys"
    path.mkdir(mode=0o700)
    with override_settings(DRF_JWT_KIT={"KEYS": path}):
        yield path


def said():
    return [(m.id, f"{m.msg} {m.hint}") for m in run_checks() if "drf_jwt_kit" in m.id]


class TestReading:
    def test_each_key_is_what_the_list_says(self, folder):
        next_one = entry("EdDSA", KeyState.NEXT)
        retiring = entry("PS256", KeyState.RETIRING, kid="an old one")
        store(folder, next_one, entry(), retiring)

        ring = get_ring()

        assert [key.kid for key in ring.published] == [kid_of("EdDSA"), kid_of(), "an old one"]
        assert ring.signing.kid == kid_of()

    def test_a_directory_may_be_named_by_text(self, folder):
        store(folder, entry())
        with override_settings(DRF_JWT_KIT={"KEYS": str(folder)}):
            assert get_ring().signing.kid == kid_of()

    def test_a_directory_may_be_answered_by_a_function(self, folder):
        store(folder, entry())
        with override_settings(DRF_JWT_KIT={"KEYS": lambda: folder}):
            assert get_ring().signing.kid == kid_of()

    def test_the_keys_behind_it_in_the_list_verify(self, folder):
        derived = derived_kid()
        store(folder, entry())
        with override_settings(DRF_JWT_KIT={"KEYS": [folder, "SECRET_KEY"]}):
            assert get_ring().signing.kid == kid_of()
            assert derived in get_ring().verifying

    def test_the_keys_before_it_in_the_list_sign(self, folder):
        derived = derived_kid()
        store(folder, entry())
        with override_settings(DRF_JWT_KIT={"KEYS": ["SECRET_KEY", folder]}):
            assert get_ring().signing.kid == derived
            assert kid_of() in get_ring().verifying


def derived_kid():
    with override_settings(DRF_JWT_KIT={}):
        return get_ring().signing.kid


class TestWriting:
    def test_only_the_owner_may_read_a_key(self, folder):
        store(folder, entry())

        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}

        assert modes["ES256.pem"] == modes["keyring.json"] == 0o600

    def test_writing_a_key_overwrites_nothing(self, folder):
        store(folder, entry())
        before = (folder / "ES256.pem").read_bytes()

        with directory.changing(folder) as (opened, _), pytest.raises(FileExistsError):
            opened.create("ES256.pem", b"another")
        assert (folder / "ES256.pem").read_bytes() == before

    def test_what_was_written_is_read_again(self, folder):
        entries = (entry("EdDSA", KeyState.NEXT), entry())
        store(folder, *entries)

        assert directory.read(folder) == entries

    def test_an_interruption_before_the_rename_leaves_the_list_as_it_was(self, folder, monkeypatch):
        store(folder, entry())
        monkeypatch.setattr(Folder, "replace", interrupted)

        with pytest.raises(KeyboardInterrupt):
            store(folder, entry("EdDSA"))
        assert directory.read(folder) == (entry(),)

    def test_an_interruption_does_not_stop_the_next_change(self, folder, monkeypatch):
        store(folder, entry())
        with monkeypatch.context() as patched:
            patched.setattr(Folder, "replace", interrupted)
            with pytest.raises(KeyboardInterrupt):
                store(folder, entry("EdDSA"))

        with directory.changing(folder) as (opened, entries):
            directory.write(opened, (*entries, entry("EdDSA", KeyState.NEXT)))

        assert len(directory.read(folder)) == 2

    def test_an_interruption_leaves_a_stray_that_is_found(self, folder):
        store(folder, entry())
        (folder / "EdDSA.pem").write_text(private_pem("EdDSA"))

        assert directory.strays(folder, directory.read(folder)) == ["EdDSA.pem"]

    def test_two_at_once_take_turns(self, folder):
        with (
            directory.changing(folder),
            pytest.raises(CannotRotate, match="Another process is changing the keys"),
            directory.changing(folder),
        ):
            pass

    def test_whoever_comes_later_has_the_turn(self, folder):
        with directory.changing(folder):
            pass
        with directory.changing(folder) as (_, entries):
            assert entries == ()


def interrupted(*_):
    raise KeyboardInterrupt


class TestWhatIsWrong:
    def test_a_directory_without_keys_says_how_to_make_one(self, folder):
        message = (
            f"The directory {folder} holds no keys. Make the first one: "
            "python manage.py jwtkit keys generate"
        )
        assert said() == [("drf_jwt_kit.E026", message)]
        with pytest.raises(ImproperlyConfigured) as refused:
            get_ring()
        assert str(refused.value) == message

    def test_a_directory_that_is_not_there_says_how_to_make_one(self, folder):
        folder.rmdir()

        assert [number for number, _ in said()] == ["drf_jwt_kit.E026"]

    @pytest.mark.parametrize(
        "text",
        [b"", b"[]", b"{", b'{"keys": [{}]}', b'{"keys": 7}', b'{"keys": [7]}', b"\0", b"\xff",
         b"[" * 100_000],
    )  # fmt: skip
    def test_a_list_that_is_none_is_said(self, folder, text):
        (folder / "keyring.json").write_bytes(text)

        assert said() == [
            (
                "drf_jwt_kit.E065",
                f"{folder}/keyring.json is damaged: it is not a list of keys as jwtkit writes it. "
                "Restore a backup, or move the directory away and make keys (users log in again).",
            )
        ]

    @pytest.mark.parametrize(
        "changes",
        [{"file": "../ES256.pem"}, {"file": ".."}, {"file": "a\0b"}, {"kid": "\x1b[2J"},
         {"state": "gone"}, {"since": "2026-01-01T12:00:00"},
         {"since": "9999-12-31T23:59:59+00:00"}, {"since": "0001-01-01T00:00:00+14:00"},
         {"created": "9999-12-31T23:59:59-12:00"}],
    )  # fmt: skip
    def test_an_entry_that_we_would_not_write_is_not_believed(self, folder, changes):
        store(folder, entry())
        index = folder / "keyring.json"
        listed = json.loads(index.read_text())
        listed["keys"][0].update(changes)
        index.write_text(json.dumps(listed))

        with pytest.raises(ImproperlyConfigured, match="not a list of keys as jwtkit writes it"):
            get_ring()

    def test_a_key_that_is_gone_is_said(self, folder):
        store(folder, entry())
        (folder / "ES256.pem").unlink()

        assert said() == [
            (
                "drf_jwt_kit.E064",
                f"The key {kid_of()} (the file {folder}/ES256.pem) cannot be read: No such file or "
                "directory. Let the user of the server read it. A directory of keys must belong to "
                "that user.",
            )
        ]

    @pytest.mark.parametrize("mode", [0o604, 0o666, 0o620])
    def test_a_key_that_others_can_read_or_replace_is_an_error(self, folder, mode):
        store(folder, entry())
        path = folder / "ES256.pem"
        path.chmod(mode)

        assert said() == [
            (
                "drf_jwt_kit.E025",
                f"Others can read or replace the key in {path}, and log in as anybody. "
                f"Let only the server's user read it: chmod 600 {path} (Kubernetes: defaultMode "
                "0400). Replace the key if others may have read it.",
            )
        ]

    @pytest.mark.parametrize("mode", [0o777, 0o772, 0o720])
    def test_a_directory_that_others_can_write_into_is_an_error(self, folder, mode):
        store(folder, entry())
        folder.chmod(mode)

        assert said() == [
            (
                "drf_jwt_kit.E028",
                f"Others can put a key of their own into {folder}, and log in as anybody. Let only "
                f"the user of the server write there: chmod go-w {folder}",
            )
        ]

    def test_a_directory_in_the_place_of_which_others_can_put_theirs_is_an_error(self, folder):
        store(folder, entry())
        folder.parent.chmod(0o777)

        assert said() == [
            (
                "drf_jwt_kit.E029",
                f"Others can put a directory of their own in the place of {folder}. Let not "
                f"everybody write above it: chmod o-w {folder.parent}",
            )
        ]

    def test_a_group_that_can_write_above_a_directory_is_none_of_ours(self, folder):
        store(folder, entry())
        folder.parent.chmod(0o775)

        assert said() == []

    def test_a_list_that_others_can_write_is_an_error(self, folder):
        store(folder, entry())
        (folder / directory.INDEX).chmod(0o646)

        assert [number for number, _ in said()] == ["drf_jwt_kit.E028"]

    def test_a_directory_where_others_can_replace_nothing_is_none(self, folder):
        store(folder, entry())
        folder.chmod(0o1777)  # as Kubernetes mounts secrets

        assert said() == []

    def test_a_file_of_the_list_that_others_can_read_is_an_error(self, tmp_path):
        path = tmp_path / "key.pem"
        path.write_text(private_pem())
        path.chmod(0o644)
        with override_settings(DRF_JWT_KIT={"KEYS": {"file": path}}):
            assert [number for number, _ in said()] == ["drf_jwt_kit.E025"]

    def test_a_directory_that_cannot_be_listed_stops_no_check(self, folder, monkeypatch):
        store(folder, entry())
        monkeypatch.setattr(type(folder), "iterdir", forbidden)

        assert said() == []

    def test_a_public_key_may_be_read_by_everybody(self, tmp_path):
        path = tmp_path / "key.pem"
        path.write_text(private_pem().replace("PRIVATE", "PUBLIC"))
        path.chmod(0o644)
        with override_settings(DRF_JWT_KIT={"KEYS": ["SECRET_KEY", {"file": path}]}):
            assert "drf_jwt_kit.E025" not in [number for number, _ in said()]

    def test_a_key_that_the_group_can_read_is_a_warning_of_the_deployment(self, folder):
        store(folder, entry())
        path = folder / "ES256.pem"
        path.chmod(0o640)

        warnings = [m for m in run_checks(include_deployment_checks=True) if m.id.endswith("W120")]

        assert said() == []
        assert [f"{m.msg} {m.hint}" for m in warnings] == [
            f"The group of {path} can read the private key in it. Let only the server's user "
            f"read it: chmod 600 {path} (Kubernetes: defaultMode 0400). If the server needs the "
            "group, silence this."
        ]

    def test_a_key_that_cannot_be_read_here_counts_as_private(self, folder, monkeypatch):
        store(folder, entry())
        path = folder / "ES256.pem"
        path.chmod(0o604)
        monkeypatch.setattr(checks, "read_regular", forbidden)

        assert "drf_jwt_kit.E025" in [number for number, _ in said()]


def forbidden(*_):
    raise PermissionError(errno.EACCES, "Permission denied")


class TestOfTime:
    def test_times_are_kept_to_the_second_with_their_zone(self, folder):
        since = NOON + timedelta(hours=3)
        store(folder, entry(since=since))

        assert directory.read(folder)[0].since == since
