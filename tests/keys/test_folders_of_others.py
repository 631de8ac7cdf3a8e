"""Root runs ``jwtkit keys`` in a folder of the server's user, who may be somebody else by now.

Whatever that user has prepared there, or does meanwhile, no file of root's is given away, written
or followed, and nothing waits.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from drf_jwt_kit.keys import directory, get_ring
from drf_jwt_kit.keys import path as paths
from drf_jwt_kit.keys.folder import HAS_MODES, Folder
from drf_jwt_kit.keys.path import opened
from tests.child import environment
from tests.keys.material import private_pem

THEIRS = 65534
SWAPPING = Path(__file__).with_name("swapping.py")
ATTEMPTS = 50
AS_OWNER = f"Run this as its owner: sudo -u '#{THEIRS}'."

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_root():
    if not HAS_MODES or os.geteuid() != 0:
        pytest.skip("root in folders of other users. `make as-root` runs these, and asks sudo.")


@pytest.fixture(autouse=True)
def never_waiting():
    def stop(*_):
        raise AssertionError("It waits for somebody.")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def home():
    """A folder of another user, which everybody may enter."""
    path = Path(tempfile.mkdtemp(prefix="jwt-kit-"))
    path.chmod(0o755)
    (path / "app").mkdir(mode=0o755)
    os.chown(path / "app", THEIRS, THEIRS)
    yield path / "app"
    shutil.rmtree(path)


@pytest.fixture
def folder(home):
    """Theirs, named by KEYS."""
    path = home / "keys"
    path.mkdir(mode=0o700)
    os.chown(path, THEIRS, THEIRS)
    with override_settings(DRF_JWT_KIT={"KEYS": path}):
        yield path


@pytest.fixture
def precious(home):
    """A file of root's, which the other user may read."""
    path = home.parent / "precious"
    path.write_text("root's")
    path.chmod(0o644)
    return path


@pytest.fixture
def roots_folder(home):
    path = home.parent / "of-root"
    path.mkdir(mode=0o755)
    return path


def keys(*words):
    out = StringIO()
    call_command("jwtkit", "keys", *words, stdout=out, no_color=True)
    return out.getvalue()


def refused(*words):
    with pytest.raises(CommandError) as refusal:
        keys(*words)
    return str(refusal.value)


def state(path):
    found = path.lstat()
    return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode), found.st_size, found.st_mtime_ns


@contextmanager
def another_user(act, folder, victim):
    words = [sys.executable, SWAPPING, act, folder, victim, str(THEIRS)]
    words = [*map(str, words)]
    process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.communicate()


def generate_often(folder):
    for _ in range(ATTEMPTS):
        with suppress(CommandError):
            keys("generate", "--directory", str(folder))
        with suppress(OSError):
            for path in folder.iterdir():
                path.unlink()


class TestARace:
    def test_root_gives_no_file_of_its_own_away_to_whoever_swaps_names(self, folder, precious):
        before = state(precious)

        with another_user("watch", folder, precious):
            generate_often(folder)

        assert state(precious) == before

    def test_root_gives_no_file_away_that_it_writes_elsewhere(self, home, precious):
        before = state(precious)

        with another_user("watch", home, precious):
            for number in range(ATTEMPTS):
                with suppress(CommandError):
                    keys("generate", "--output", str(home / f"{number}.pem"))

        assert state(precious) == before

    def test_root_writes_nothing_where_a_swapped_folder_leads(self, folder, roots_folder):
        before = state(roots_folder)

        with another_user("swap", folder, roots_folder):
            generate_often(folder)

        assert list(roots_folder.iterdir()) == []
        assert state(roots_folder) == before

    def test_root_makes_no_folder_of_its_own_that_somebody_else_gets(self, home, roots_folder):
        before = state(roots_folder)

        with another_user("swap", home / "keys", roots_folder):
            for _ in range(ATTEMPTS):
                with suppress(CommandError):
                    keys("generate", "--directory", str(home / "keys" / "deeper"))

        assert list(roots_folder.iterdir()) == []
        assert state(roots_folder) == before


class TestAPlantedLock:
    """The lock file is opened by whoever changes the keys."""

    NOT_OURS = "is not jwtkit's. It is a link, no file, or of another user, so somebody may have"

    def test_a_lock_that_is_a_link_makes_no_file_where_it_leads(self, folder, roots_folder):
        (folder / ".lock").symlink_to(roots_folder / "made")

        assert self.NOT_OURS in refused("generate")
        assert list(roots_folder.iterdir()) == []

    def test_a_lock_that_is_one_more_name_of_a_file_of_roots_is_refused(self, folder, precious):
        before = state(precious)
        os.link(precious, folder / ".lock")

        assert self.NOT_OURS in refused("generate")
        assert state(precious) == before

    @pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
    def test_a_lock_that_is_a_pipe_or_a_folder_is_refused_without_waiting(self, folder, make):
        make(folder / ".lock")

        assert self.NOT_OURS in refused("generate")

    def test_a_lock_that_is_a_device_is_refused_without_opening_it(self, folder):
        device = stat.S_IFCHR | 0o666
        os.mknod(folder / ".lock", device, os.makedev(1, 7))  # /dev/full

        assert self.NOT_OURS in refused("generate")

    def test_a_lock_put_in_the_place_of_a_sound_one_meanwhile_is_refused(
        self, folder, precious, monkeypatch
    ):
        (folder / ".lock").touch()
        os.chown(folder / ".lock", THEIRS, THEIRS)
        sound = os.stat(folder / ".lock", follow_symlinks=False)
        (folder / ".lock").unlink()
        os.link(precious, folder / ".lock")
        monkeypatch.setattr(os, "stat", lambda *_, **__: sound)

        with pytest.raises(Exception, match=self.NOT_OURS), opened(folder) as found:
            found._lock_file(".lock")


class TestPlantedFiles:
    @pytest.mark.parametrize("name", ["keyring.json", "x.pem"])
    def test_files_that_are_links_are_not_read_by_root(self, folder, precious, name):
        keys("generate")
        path = next(folder.glob("*.pem")) if name == "x.pem" else folder / name
        path.unlink()
        path.symlink_to(precious)

        said = refused("list")

        assert "It is a link, which root does not follow in others' folders." in said
        assert "root's" not in said.replace("root's server", "")

    @pytest.mark.parametrize("name", ["keyring.json", "x.pem"])
    @pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
    def test_files_that_are_pipes_or_folders_are_not_waited_for(self, folder, name, make):
        keys("generate")
        path = next(folder.glob("*.pem")) if name == "x.pem" else folder / name
        path.unlink()
        make(path)

        assert "It is not a regular file." in refused("list")

    def test_files_without_an_end_are_not_read_to_it(self, folder):
        keys("generate")
        with (folder / "keyring.json").open("r+b") as file:
            file.truncate(10**12)

        assert "It is longer than 1048576 bytes." in refused("rotate")

    def test_a_link_in_the_place_of_the_new_list_is_replaced(self, folder, precious):
        before = state(precious)
        (folder / ".keyring.json.new").symlink_to(precious)

        keys("generate")

        assert state(precious) == before
        assert [entry.state.value for entry in directory.read(folder)] == ["signing"]

    def test_a_link_in_the_place_of_a_removed_key_is_removed_and_not_what_it_names(
        self, folder, precious
    ):
        keys("generate")
        keys("generate")
        following = directory.read(folder)[0]
        (folder / following.file).unlink()
        (folder / following.file).symlink_to(precious)

        keys("remove", following.kid)

        assert precious.read_text() == "root's"
        assert not (folder / following.file).is_symlink()

    def test_a_link_where_a_key_is_to_be_written_is_left_alone(self, home, precious):
        (home / "key.pem").symlink_to(precious)

        said = refused("generate", "--output", str(home / "key.pem"))

        assert said == f"{home}/key.pem exists already. Nothing was written."
        assert precious.read_text() == "root's"


class TestTheWayThere:
    def test_a_link_of_theirs_into_a_folder_of_roots_is_refused(self, home, roots_folder):
        (home / "keys").symlink_to(roots_folder)

        said = refused("generate", "--directory", str(home / "keys"))

        assert said == (
            f"Nothing was written into {home}/keys. {home} is on the way there, and others than "
            "root and its owner can replace what it leads to. Name a folder that "
            "only root can reach."
        )
        assert list(roots_folder.iterdir()) == []

    def test_a_link_of_theirs_to_a_folder_of_theirs_is_followed(self, home, folder):
        (home / "current").symlink_to("keys")

        keys("generate", "--directory", str(home / "current"))

        assert [entry.state.value for entry in directory.read(folder)] == ["signing"]

    def test_an_absolute_link_of_theirs_is_followed_as_well(self, home, folder):
        (home / "current").symlink_to(folder)

        keys("generate", "--directory", str(home / "current"))

        assert [entry.state.value for entry in directory.read(folder)] == ["signing"]

    def test_links_that_lead_round_and_round_are_refused(self, home):
        (home / "keys").symlink_to("keys")

        assert "Too many levels of symbolic links" in refused(
            "generate", "--directory", str(home / "keys")
        )

    def test_a_way_through_a_folder_that_everybody_may_write_to_is_refused(self, home, folder):
        home.chmod(0o777)

        assert f"{home} is on the way there" in refused("generate")
        assert list(folder.iterdir()) == []

    def test_a_way_through_a_folder_that_another_group_may_write_to_is_refused(self, home, folder):
        os.chown(home, THEIRS, 12345)
        home.chmod(0o775)

        assert f"{home} is on the way there" in refused("generate")

    def test_a_way_through_a_folder_that_the_group_of_its_owner_may_write_to_is_gone(
        self, home, folder
    ):
        home.chmod(0o775)

        keys("generate")

        assert [entry.state.value for entry in directory.read(folder)] == ["signing"]

    def test_a_folder_that_everybody_may_write_to_is_refused(self, folder):
        folder.chmod(0o777)

        assert refused("generate") == (
            f"Nothing was written into {folder}. Others could put a key of their own into it, and "
            f"log in as anybody: chmod go-w {folder}"
        )

    def test_the_way_to_a_file_that_is_written_elsewhere_is_looked_at_too(self, home, roots_folder):
        (home / "conf").symlink_to(roots_folder)

        said = refused("generate", "--output", str(home / "conf" / "key.pem"))

        assert "is on the way there" in said
        assert list(roots_folder.iterdir()) == []


class TestWhatRootMakes:
    def test_every_file_belongs_to_the_owner_of_the_folder(self, folder):
        keys("generate")

        owners = {path.name: path.stat().st_uid for path in folder.iterdir()}
        assert set(owners.values()) == {THEIRS}
        assert {".lock", "keyring.json"} <= set(owners)

    def test_every_file_is_for_its_owner_alone_whatever_the_umask(self, folder):
        before = os.umask(0o777)
        try:
            keys("generate")
        finally:
            os.umask(before)

        modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert modes == {0o600}

    def test_keys_that_root_made_can_be_used_by_the_server(self, folder):
        keys("generate")

        assert get_ring().signing.kid == directory.read(folder)[0].kid

    def test_a_folder_made_in_a_folder_of_another_user_is_that_users(self, home):
        keys("generate", "--directory", str(home / "new" / "keys"))

        made = home / "new", home / "new" / "keys"
        assert [path.stat().st_uid for path in made] == [THEIRS, THEIRS]
        assert stat.S_IMODE(made[1].stat().st_mode) == 0o700
        assert os.geteuid() == 0

    def test_a_file_that_cannot_be_given_away_does_not_stay(self, folder, monkeypatch):
        def refuse(*_):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "fchown", refuse)

        assert "Operation not permitted" in refused("generate")
        assert list(folder.iterdir()) == []

    def test_a_file_that_cannot_be_written_does_not_stay(self, folder, monkeypatch):
        def refuse(*_):
            raise OSError(28, "No space left on device")

        with opened(folder) as found:
            monkeypatch.setattr(os, "fsync", refuse)
            with pytest.raises(OSError, match="No space left"):
                found.create("key.pem", b"x")

        assert list(folder.iterdir()) == []


class TestAnotherUser:
    def test_another_user_does_not_write_what_the_owner_could_not_read(self, folder, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        assert refused("generate") == (
            f"Nothing was written into {folder}. It belongs to another user, whose server could "
            f"not read what this one writes. {AS_OWNER}"
        )
        assert list(folder.iterdir()) == []

    def test_the_owner_gives_nothing_away(self, folder, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: THEIRS)

        keys("generate")

        assert [entry.state.value for entry in directory.read(folder)] == ["signing"]

    def test_links_are_followed_by_whoever_is_not_root_as_kubernetes_mounts_secrets(
        self, folder, monkeypatch
    ):
        keys("generate")
        kid = directory.read(folder)[0].kid
        (folder / "..data").mkdir()
        for path in [*folder.glob("*.pem"), folder / "keyring.json"]:
            path.rename(folder / "..data" / path.name)
            path.symlink_to(f"..data/{path.name}")
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        assert get_ring().signing.kid == kid


class TestWithoutDescriptors:
    """As on Windows, where names are joined."""

    def test_files_are_written_and_read_all_the_same(self, tmp_path):
        folder = Folder(tmp_path, None)

        folder.create("new", b"content")
        folder.replace("new", "name")

        assert folder.read("name") == b"content"
        assert folder.names() == ["name"]

    def test_a_source_that_is_a_pipe_is_not_waited_for(self, tmp_path):
        os.mkfifo(tmp_path / "key.pem")
        source = {"file": tmp_path / "key.pem"}
        with override_settings(DRF_JWT_KIT={"KEYS": source}):
            assert "It is not a regular file." in refused("list")

    def test_a_source_may_be_a_link(self, tmp_path):
        (tmp_path / "secret").write_text(private_pem())
        (tmp_path / "key.pem").symlink_to("secret")
        with override_settings(DRF_JWT_KIT={"KEYS": {"file": tmp_path / "key.pem"}}):
            assert get_ring().signing


def test_the_folder_that_a_link_leads_to_is_named_in_plain(home):
    evil = home / "x\x1b[2Jy\u202e"
    evil.mkdir()
    evil.chmod(0o777)
    (evil / "keys").mkdir(mode=0o700)
    for path in (evil, evil / "keys"):
        os.chown(path, THEIRS, THEIRS)
    (home / "keys").symlink_to(f"{evil.name}/keys")

    said = refused("generate", "--directory", str(home / "keys"))

    assert "x?[2Jy? is on the way there" in said
    assert "\x1b" not in said

    def test_a_folder_is_opened_by_its_name(self, tmp_path, monkeypatch):
        monkeypatch.setattr(paths, "HAS_DESCRIPTORS", False)

        with paths.opened(tmp_path) as folder:
            folder.create("key.pem", b"x")

        assert (tmp_path / "key.pem").read_bytes() == b"x"


def test_whoever_is_not_root_opens_a_folder_that_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with paths.opened_to_write(tmp_path) as folder:
        folder.create("key.pem", b"x")

    assert (tmp_path / "key.pem").read_bytes() == b"x"


class TestAFileInAFolderThatAGroupMayWriteTo:
    def test_is_not_made_where_the_group_is_that_of_root(self, tmp_path):
        tmp_path.chmod(0o770)

        assert "Others could put a key" in refused(
            "generate", "--output", str(tmp_path / "key.pem")
        )
        assert not list(tmp_path.iterdir())

    def test_is_made_where_the_group_is_its_owners_own(self, home):
        home.chmod(0o770)

        call_command("jwtkit", "keys", "generate", "--output", str(home / "key.pem"))

        assert (home / "key.pem").exists()
