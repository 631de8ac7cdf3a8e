"""A new key that cannot be used is absent alone: it ends none beside it and keeps none alive."""

import hashlib
from datetime import timedelta

import pytest
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.keys import directory, get_ring
from drf_jwt_kit.keys.identity import identity_of
from drf_jwt_kit.keys.lifecycle import Entry
from drf_jwt_kit.keys.ring import KeyState
from tests.conftest import NOON
from tests.keys.material import kid_of, private_pem

pytestmark = pytest.mark.django_db

HOUR = 3600
INTERVAL = 10
SOUND, LEAKED, NEW = "ES256", "EdDSA", "PS256"
NOT_SIGNING = [KeyState.NEXT, KeyState.RETIRING]


class Manager:
    """A function of the project's, which answers a list of keys."""

    def __init__(self, folder):
        self.folder, self.answer = folder, []

    def source(self):
        return lambda: self.answer

    def hold(self, *names):
        """The first signs, and the others verify."""
        self.answer = [{"key": private_pem(name)} for name in names]

    def add(self, state):
        """A key that cannot be used."""
        new = {"key": "nonsense"} | ({} if state is KeyState.SIGNING else {"state": state.value})
        self.answer = [new, *self.answer] if state is KeyState.NEXT else [*self.answer, new]


class FilesOfAManager(Manager):
    def hold(self, *names):
        self.answer = [{"file": self._written(name, private_pem(name))} for name in names]

    def add(self, state):
        self.answer = [*self.answer, {"file": self._written(NEW, "nonsense"), "state": state.value}]

    def _written(self, name, text):
        path = self.folder / f"{name}.pem"
        path.write_text(text)
        path.chmod(0o600)
        return path


class Directory:
    def __init__(self, folder):
        self.path, self._listed = folder / "keys", ()

    def source(self):
        return self.path

    def hold(self, *names):
        states = [KeyState.SIGNING] + [KeyState.RETIRING] * len(names)
        entries = [_entry(name, state) for name, state in zip(names, states, strict=False)]
        self._write(entries, private_pem)

    def add(self, state):
        self._write([*self._listed, _entry(NEW, state)], lambda name: "nonsense")

    def _write(self, entries, text_of):
        self._listed = tuple(entries)
        with directory.changing(self.path) as (folder, _):
            for one in entries:
                if one.file not in folder.names():
                    folder.create(one.file, text_of(one.algorithm).encode())
            directory.write(folder, self._listed)


def _entry(name, state):
    listed = {"kid": kid_of(name), "algorithm": name, "file": f"{name}.pem", "state": state}
    return Entry(**listed, created=NOON, since=NOON)


@pytest.fixture(params=[Manager, FilesOfAManager, Directory])
def place(request, tmp_path):
    """Where keys are listed. All of them are there."""
    place = request.param(tmp_path)
    with override_settings(DRF_JWT_KIT={"KEYS": [place.source()]}):
        yield place


@pytest.mark.parametrize("state", NOT_SIGNING)
class TestAKeyThatDoesNotSignAndCannotBeUsed:
    def test_the_others_go_on_for_as_long_as_they_can_be_read(self, place, later, state):
        place.hold(SOUND)
        get_ring()
        place.add(state)

        for _ in range(5):
            ring = later(HOUR / 2)
            assert (ring.signing.kid, set(ring.verifying)) == (kid_of(SOUND), {kid_of(SOUND)})

    def test_a_key_that_is_taken_away_meanwhile_is_gone_at_once(self, place, later, state):
        place.hold(SOUND, LEAKED)
        assert kid_of(LEAKED) in get_ring().verifying
        place.hold(SOUND)
        place.add(state)

        assert set(later(INTERVAL).verifying) == {kid_of(SOUND)}

    def test_the_one_that_signed_is_gone_at_once_too(self, place, later, state):
        place.hold(LEAKED, SOUND)
        get_ring()
        place.hold(SOUND)
        place.add(state)
        ring = later(INTERVAL)

        assert (set(ring.verifying), ring.signing.kid) == ({kid_of(SOUND)}, kid_of(SOUND))

    def test_its_fault_is_told_once(self, place, later, state, caplog):
        place.hold(SOUND)
        get_ring()
        place.add(state)
        for seconds in (INTERVAL, INTERVAL, HOUR, HOUR):
            later(seconds)

        told = [(one.levelname, one.getMessage().split()[0]) for one in caplog.records]
        assert told == [("ERROR", "event=key_unusable")]

    def test_a_list_that_breaks_afterwards_brings_nothing_back(self, place, later, state):
        place.hold(SOUND, LEAKED)
        get_ring()
        place.hold(SOUND)
        place.add(state)
        later(INTERVAL)
        if isinstance(place, Directory):
            (place.path / "keyring.json").write_text("{")
        else:
            place.answer = 7

        assert set(later(INTERVAL).verifying) == {kid_of(SOUND)}


class TestAKeyThatShouldSignAndCannotBeUsed:
    @pytest.fixture
    def rotated(self, tmp_path, later):
        """Let a new key sign that cannot be used, and remove one that has leaked."""
        place = Directory(tmp_path)
        place.hold(LEAKED, SOUND)

        def rotate():
            place._write([_entry(SOUND, KeyState.RETIRING)], private_pem)
            place.add(KeyState.SIGNING)

        with override_settings(DRF_JWT_KIT={"KEYS": place.path}):
            later(0)
            yield rotate

    def test_no_other_signs_in_its_place(self, rotated, later, user):
        rotated()

        assert later(INTERVAL).signing is None
        with pytest.raises(ServiceUnavailable) as unavailable:
            sessions.start(user)
        assert "PS256.pem) is neither a PEM nor a JWK" in str(unavailable.value.__cause__)

    def test_the_others_verify(self, rotated, later):
        rotated()

        for _ in range(5):
            assert set(later(HOUR / 2).verifying) == {kid_of(SOUND)}

    def test_a_manager_that_says_which_signs_is_taken_at_its_word(self, tmp_path, later):
        manager = Manager(tmp_path)
        manager.hold(SOUND)
        with override_settings(DRF_JWT_KIT={"KEYS": manager.source()}):
            get_ring()
            manager.answer.append({"key": "nonsense", "state": "signing"})
            ring = later(INTERVAL)

        assert (ring.signing, set(ring.verifying)) == (None, {kid_of(SOUND)})


class Folder(Directory):
    """A directory of one key. It is empty at first."""

    def __init__(self, folder, name):
        folder.joinpath(name).mkdir()
        super().__init__(folder / name)


def _failing():
    raise OSError


REPLACED = {
    "a key": lambda folder: ({"key": private_pem(LEAKED)}, {"key": "nonsense"}),
    "a key in bytes": lambda folder: ({"key": private_pem(LEAKED).encode()}, {"key": b"nonsense"}),
    "a key with a name": lambda folder: (
        {"key": private_pem(LEAKED), "kid": "old"},
        {"key": "nonsense", "kid": "new"},
    ),
    "what is no text": lambda folder: ({"key": private_pem(LEAKED)}, {"key": 7}),
    "what no key is made of": lambda folder: ({"key": private_pem(LEAKED)}, {"key": "\ud800"}),
    "what is no source": lambda folder: ({"key": private_pem(LEAKED)}, 7),
    "a directory": lambda folder: (_held(folder).path, str(Folder(folder, "new").path)),
    "a function": lambda folder: (lambda: {"key": private_pem(LEAKED)}, _failing),
    "a function by its path": lambda folder: (lambda: {"key": private_pem(LEAKED)}, "shop.none"),
}


def _held(folder):
    old = Folder(folder, "old")
    old.hold(LEAKED)
    return old


class TestAnotherSourceInThePlaceOfOne:
    @pytest.mark.parametrize("what", REPLACED)
    def test_keeps_no_key_of_that_though_it_cannot_be_used(self, tmp_path, later, what):
        old, new = REPLACED[what](tmp_path)
        answer = [{"key": private_pem(SOUND)}, old]
        with override_settings(DRF_JWT_KIT={"KEYS": [lambda: answer]}):
            assert len(get_ring().verifying) == 2
            answer[1] = new

            assert set(later(INTERVAL).verifying) == {kid_of(SOUND)}

    def test_keeps_no_key_that_signed(self, later, user):
        answer = [{"key": private_pem(LEAKED)}, {"key": private_pem(SOUND)}]
        with override_settings(DRF_JWT_KIT={"KEYS": [lambda: answer]}):
            assert get_ring().signing.kid == kid_of(LEAKED)
            answer[0] = {"key": "nonsense"}
            ring = later(INTERVAL)

            assert (ring.signing, set(ring.verifying)) == (None, {kid_of(SOUND)})
            with pytest.raises(ServiceUnavailable):
                sessions.start(user)

    def test_the_log_shows_neither_a_key_nor_a_hash_of_it(self, later, caplog):
        answer = [{"key": private_pem(SOUND)}, {"key": private_pem(LEAKED)}]
        with override_settings(DRF_JWT_KIT={"KEYS": [lambda: answer]}):
            get_ring()
            answer[1] = {"key": "nonsense", "sign": "shop.none"}
            later(INTERVAL)

        assert [one.split()[0] for one in caplog.messages] == ["event=key_unusable"]
        assert "nonsense" not in caplog.text
        assert hashlib.blake2b(b"nonsense", digest_size=8).hexdigest() not in identity_of(answer[1])


@pytest.mark.parametrize("place_of", [Manager, FilesOfAManager])
def test_the_key_that_signs_goes_on_behind_a_new_one_that_cannot_be_used(tmp_path, later, place_of):
    place = place_of(tmp_path)
    place.hold(SOUND)
    with override_settings(DRF_JWT_KIT={"KEYS": place.source()}):
        get_ring()
        place.add(KeyState.RETIRING)
        place.answer = [{**place.answer[-1]}, *place.answer[:-1]]
        del place.answer[0]["state"]

        assert later(INTERVAL).signing.kid == kid_of(SOUND)
        assert later(5 * HOUR).signing.kid == kid_of(SOUND)


@pytest.mark.parametrize("listed", [[SOUND, LEAKED], [SOUND]])
def test_no_other_goes_on_signing_behind_a_new_one_that_cannot_be_used(tmp_path, later, listed):
    manager = Manager(tmp_path)
    manager.hold(LEAKED, SOUND)
    with override_settings(DRF_JWT_KIT={"KEYS": manager.source()}):
        get_ring()
        manager.hold(*listed)
        manager.answer.insert(0, {"key": "nonsense"})

        assert later(INTERVAL).signing is None


@pytest.mark.parametrize("beside", [[], [{"key": private_pem(SOUND), "state": "retiring"}]])
def test_a_list_of_which_none_can_be_used_is_kept_for_an_hour(later, beside, caplog):
    answer = [{"key": private_pem(LEAKED)}, {"key": private_pem(NEW)}]
    with override_settings(DRF_JWT_KIT={"KEYS": [lambda: answer, *beside]}):
        before = get_ring()
        answer[:] = [{"key": "an error"}, {"key": "page"}]

        assert later(HOUR) == before
        assert later(INTERVAL).signing is None
        assert [one.split()[0] for one in caplog.messages] == [
            "event=keys_kept",
            "event=keys_lapsed",
        ]


def test_a_list_of_new_files_of_which_none_is_there_is_kept_for_an_hour(tmp_path, later):
    manager = FilesOfAManager(tmp_path)
    manager.hold(LEAKED)
    with override_settings(DRF_JWT_KIT={"KEYS": manager.source()}):
        get_ring()
        manager.answer = [{"file": tmp_path / "not-mounted.pem"}]

        assert later(HOUR).signing.kid == kid_of(LEAKED)
        assert later(INTERVAL).signing is None


def test_another_file_in_the_place_of_one_keeps_no_key_of_that(tmp_path, later):
    manager = FilesOfAManager(tmp_path)
    manager.hold(SOUND, LEAKED)
    with override_settings(DRF_JWT_KIT={"KEYS": manager.source()}):
        get_ring()
        manager.answer[1] = {"file": manager._written(NEW, "nonsense")}

        assert set(later(INTERVAL).verifying) == {kid_of(SOUND)}


def test_a_new_key_that_is_mended_is_told_and_verifies(tmp_path, later, caplog):
    manager = FilesOfAManager(tmp_path)
    manager.hold(SOUND)
    interval = timedelta(seconds=INTERVAL)
    settings = {"KEYS": manager.source(), "KEYS_RELOAD_INTERVAL": interval}
    with override_settings(DRF_JWT_KIT=settings):
        get_ring()
        manager.add(KeyState.NEXT)
        later(INTERVAL)
        manager._written(NEW, private_pem(NEW))

        assert kid_of(NEW) in later(INTERVAL).verifying
    assert "event=keys_back" in caplog.text
