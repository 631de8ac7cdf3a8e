"""Keys that a process can no longer read: gone at once, or kept for an hour, never for ever."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import KeysUnavailable, ServiceUnavailable
from drf_jwt_kit.keys import directory, get_ring, sources
from drf_jwt_kit.keys.lifecycle import Entry
from drf_jwt_kit.keys.ring import KeyState
from tests.conftest import NOON
from tests.keys.material import kid_of, private_pem, public_pem

pytestmark = pytest.mark.django_db

HOUR = 3600
INTERVAL = 10
LEAKED, SOUND = "EdDSA", "ES256"


def write(path, name, **more):
    path.write_text(private_pem(name, **more))
    path.chmod(0o600)
    return path


def entry(name, state):
    listed = {"kid": kid_of(name), "algorithm": name, "file": f"{name}.pem", "state": state}
    return Entry(**listed, created=NOON, since=NOON)


class Service:
    """A function of the project's, which asks somebody."""

    def __init__(self):
        self.answer, self.error = [{"key": private_pem(LEAKED)}], None

    def __call__(self):
        if self.error:
            raise self.error
        return self.answer


class Places:
    """Where the leaked key can be, and how it is taken away or broken there."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch, self.service = folder, monkeypatch, Service()

    def a_file(self):
        return {"file": write(self.folder / "leaked.pem", LEAKED)}

    def a_variable(self):
        self.monkeypatch.setenv("LEAKED", private_pem(LEAKED))
        return {"env": "LEAKED"}

    def a_directory(self):
        """In which another key verifies."""
        path = self.folder / "keys"
        retiring = [entry(LEAKED, KeyState.RETIRING), entry("PS256", KeyState.RETIRING)]
        with directory.changing(path) as (opened, _):
            for one in retiring:
                opened.create(one.file, private_pem(one.algorithm).encode())
            directory.write(opened, tuple(retiring))
        return path

    def a_function(self):
        return self.service

    def a_function_that_names_a_file(self):
        self.service.answer = [self.a_file()]
        return self.service


TAKEN = {
    "a file": ("a_file", lambda p: (p.folder / "leaked.pem").unlink()),
    "a variable": ("a_variable", lambda p: p.monkeypatch.delenv("LEAKED")),
    "a file in a directory": ("a_directory", lambda p: (p.folder / f"keys/{LEAKED}.pem").unlink()),
    "a file that a function names": (
        "a_function_that_names_a_file",
        lambda p: (p.folder / "leaked.pem").unlink(),
    ),
}
BROKEN = {
    "a file of nonsense": ("a_file", lambda p: (p.folder / "leaked.pem").write_text("nonsense")),
    "an empty file": ("a_file", lambda p: (p.folder / "leaked.pem").write_text("")),
    "a folder in the place of a file": (
        "a_file",
        lambda p: ((p.folder / "leaked.pem").unlink(), (p.folder / "leaked.pem").mkdir()),
    ),
    "a variable of nonsense": ("a_variable", lambda p: p.monkeypatch.setenv("LEAKED", "nonsense")),
    "a directory that is gone": ("a_directory", lambda p: shutil.rmtree(p.folder / "keys")),
    "a directory that is a file": (
        "a_directory",
        lambda p: (shutil.rmtree(p.folder / "keys"), (p.folder / "keys").touch()),
    ),
    "a directory without its list": (
        "a_directory",
        lambda p: (p.folder / "keys/keyring.json").unlink(),
    ),
    "a directory with a broken list": (
        "a_directory",
        lambda p: (p.folder / "keys/keyring.json").write_text("{"),
    ),
    "a directory with a list of nothing": (
        "a_directory",
        lambda p: (p.folder / "keys/keyring.json").write_text('{"keys": []}'),
    ),
    "a directory with a broken key": (
        "a_directory",
        lambda p: (p.folder / f"keys/{LEAKED}.pem").write_text("nonsense"),
    ),
    "a function that raises": (
        "a_function",
        lambda p: setattr(p.service, "error", OSError("it is down")),
    ),
    "a function that answers nonsense": (
        "a_function",
        lambda p: setattr(p.service, "answer", [{"key": "nonsense"}]),
    ),
    "a function that answers what is no list": (
        "a_function",
        lambda p: setattr(p.service, "answer", 7),
    ),
}


@pytest.fixture
def places(tmp_path, monkeypatch):
    return Places(tmp_path, monkeypatch)


@pytest.fixture
def beside(places):
    """Settings in which a sound key signs, and the leaked one verifies from some place."""

    def named(place):
        listed = [{"key": private_pem(SOUND)}, getattr(places, place)()]
        interval = timedelta(seconds=INTERVAL)
        return override_settings(DRF_JWT_KIT={"KEYS": listed, "KEYS_RELOAD_INTERVAL": interval})

    return named


@pytest.fixture
def alone(places):
    """Settings in which the key of some place is the only one, and signs."""

    def named(place):
        return override_settings(DRF_JWT_KIT={"KEYS": [getattr(places, place)()]})

    return named


@pytest.fixture
def ask(kit, user):
    """Ask with a token that the leaked key has signed."""
    with override_settings(DRF_JWT_KIT={"KEYS": {"key": private_pem(LEAKED)}}):
        token = kit.sign_in(user).access
    return lambda: kit.get_with(token)


@pytest.fixture
def put_back(places, tmp_path):
    def put(name):
        if name == "a_directory":
            write(tmp_path / f"keys/{LEAKED}.pem", LEAKED)
        else:
            getattr(places, name)()

    return put


class TestAKeyThatIsTakenAway:
    @pytest.mark.parametrize("place", TAKEN)
    def test_a_key_that_is_taken_away_is_refused_when_the_process_reads_again(
        self, ask, places, beside, later, place
    ):
        name, take_away = TAKEN[place]
        with beside(name):
            assert ask().status_code == 200
            take_away(places)
            later(INTERVAL)

            assert ask().json()["reason"] == "invalid"

    @pytest.mark.parametrize("place", TAKEN)
    def test_a_new_process_does_not_have_it_either(self, places, beside, place):
        name, take_away = TAKEN[place]
        with beside(name):
            take_away(places)

            assert kid_of(LEAKED) not in get_ring().verifying
            assert get_ring().signing.kid == kid_of(SOUND)

    @pytest.mark.parametrize("place", TAKEN)
    def test_its_absence_is_told_once(self, places, beside, later, place, caplog):
        name, take_away = TAKEN[place]
        with beside(name):
            get_ring()
            take_away(places)
            caplog.clear()
            later(INTERVAL)
            later(INTERVAL)

        told = [(one.levelname, one.getMessage().split()[0]) for one in caplog.records]
        assert told == [("ERROR", "event=key_gone")]

    @pytest.mark.parametrize("place", TAKEN)
    def test_it_verifies_again_when_it_is_back(self, places, beside, later, place, put_back):
        name, take_away = TAKEN[place]
        with beside(name):
            get_ring()
            take_away(places)
            later(INTERVAL)
            put_back(name)

            assert kid_of(LEAKED) in later(INTERVAL).verifying

    def test_the_one_that_signed_lets_the_others_verify_and_nobody_log_in(
        self, kit, user, tmp_path, later, caplog
    ):
        signing = {"file": write(tmp_path / "signing.pem", LEAKED)}
        listed = [signing, {"key": private_pem(SOUND)}]
        with override_settings(DRF_JWT_KIT={"KEYS": [listed[1]]}):
            tokens = kit.sign_in(user)
        with override_settings(DRF_JWT_KIT={"KEYS": listed}):
            get_ring()
            (tmp_path / "signing.pem").unlink()
            later(INTERVAL)

            assert kit.get_with(tokens.access).status_code == 200
            refused = kit.refresh(tokens.refresh)
            assert (refused.status_code, refused["Retry-After"]) == (503, "1")
            with pytest.raises(ServiceUnavailable) as unavailable:
                sessions.start(user)
            assert "signing.pem) cannot be read: No such file" in str(unavailable.value.__cause__)
            assert "event=key_gone error=" in caplog.text

    def test_one_that_was_never_read_and_comes_back_broken_stops_nothing(
        self, places, beside, later
    ):
        with beside("a_file"):
            (places.folder / "leaked.pem").unlink()
            get_ring()
            (places.folder / "leaked.pem").write_text("nonsense")

            assert set(later(INTERVAL).verifying) == {kid_of(SOUND)}

    @pytest.mark.parametrize("place", ["a file", "a variable", "a file that a function names"])
    def test_all_keys_that_are_missing_at_once_are_kept_for_an_hour(
        self, ask, places, alone, later, place
    ):
        name, take_away = TAKEN[place]
        with alone(name):
            get_ring()
            take_away(places)
            later(HOUR)
            assert ask().status_code == 200
            later(INTERVAL)

            assert ask().status_code == 503

    def test_a_process_that_never_had_a_key_says_so_each_time(self, tmp_path):
        with override_settings(DRF_JWT_KIT={"KEYS": {"file": tmp_path / "none.pem"}}):
            with pytest.raises(ImproperlyConfigured, match="No such file"):
                get_ring()
            with pytest.raises(ImproperlyConfigured, match="No such file"):
                get_ring()


class TestASourceThatCannotBeRead:
    @pytest.mark.parametrize("place", BROKEN)
    def test_keeps_its_keys_for_an_hour_and_no_longer(self, ask, places, beside, later, place):
        name, break_it = BROKEN[place]
        with beside(name):
            get_ring()
            break_it(places)
            later(INTERVAL)
            later(HOUR - INTERVAL)
            assert ask().status_code == 200
            later(INTERVAL)

            assert ask().status_code == 503
            assert get_ring().signing.kid == kid_of(SOUND)

    @pytest.mark.parametrize("place", BROKEN)
    def test_is_told_once_when_keys_are_kept_and_once_when_they_lapse(
        self, places, beside, later, place, caplog
    ):
        name, break_it = BROKEN[place]
        with beside(name):
            get_ring()
            break_it(places)
            caplog.clear()
            for seconds in (INTERVAL, INTERVAL, HOUR, INTERVAL):
                later(seconds)

        told = [(one.levelname, one.getMessage().split()[0]) for one in caplog.records]
        assert told == [("ERROR", "event=keys_kept"), ("ERROR", "event=keys_lapsed")]

    def test_is_told_when_it_can_be_read_again(self, places, beside, later, caplog):
        with beside("a_function"):
            get_ring()
            places.service.error = OSError("it is down")
            later(2 * HOUR)
            places.service.error = None
            caplog.clear()
            ring = later(INTERVAL)

        assert kid_of(LEAKED) in ring.verifying
        assert caplog.messages == ["event=keys_back source=\"DRF_JWT_KIT['KEYS'][1]\""]

    def test_gives_way_to_a_copy_that_can_be_read(self, places, tmp_path, later):
        path = write(tmp_path / "leaked.pem", LEAKED)
        places.service.answer = [{"file": path}]
        with override_settings(DRF_JWT_KIT={"KEYS": [{"key": private_pem(SOUND)}, places.service]}):
            get_ring()
            path.write_text("nonsense")
            copy = write(tmp_path / "copy.pem", LEAKED)
            places.service.answer = [{"file": path}, {"file": copy}]

            ring = later(INTERVAL)

        assert set(ring.verifying) == {kid_of(SOUND), kid_of(LEAKED)}

    def test_a_text_in_the_place_of_a_function_keeps_no_key_of_that(self, places, later):
        answer = [{"key": private_pem(SOUND)}, places.service]
        with override_settings(DRF_JWT_KIT={"KEYS": lambda: answer}):
            assert kid_of(LEAKED) in get_ring().verifying
            answer[1] = private_pem("PS256")

            assert set(later(INTERVAL).verifying) == {kid_of(SOUND)}

    def test_does_not_hide_what_happens_to_the_others(self, places, tmp_path, later):
        path = write(tmp_path / "one.pem", SOUND)
        with override_settings(DRF_JWT_KIT={"KEYS": [{"file": path}, places.service]}):
            get_ring()
            places.service.error = OSError("it is down")
            write(path, "PS256", passphrase=None)

            ring = later(INTERVAL)

        assert kid_of(SOUND) not in ring.verifying
        assert kid_of(LEAKED) in ring.verifying

    def test_a_source_that_signed_lets_nobody_log_in_after_the_hour(self, kit, user, places, later):
        with override_settings(DRF_JWT_KIT={"KEYS": [places.service, "SECRET_KEY"]}):
            kit.sign_in(user)
            places.service.error = OSError("it is down")
            later(HOUR)
            assert kit.sign_in(user)
            ring = later(INTERVAL)

            assert ring.signing is None
            assert kit.get("/api/token/jwks/").status_code == 503
            with pytest.raises(ServiceUnavailable):
                sessions.start(user)

    def test_publishes_no_key_that_has_lapsed(self, kit, places, beside, later):
        with beside("a_function"):
            get_ring()
            places.service.error = OSError("it is down")
            later(2 * HOUR)

            published = [key["kid"] for key in kit.get("/api/token/jwks/").json()["keys"]]

        assert published == [kid_of(SOUND)]

    def test_is_asked_again_soon_however_seldom_keys_are_read(self, places, later):
        settings = {"KEYS": places.service, "KEYS_RELOAD_INTERVAL": timedelta(minutes=30)}
        settings["KEYS_PUBLISHED_AHEAD"] = timedelta(minutes=30)
        with override_settings(DRF_JWT_KIT=settings):
            get_ring()
            places.service.error = OSError("it is down")
            later(HOUR / 2)
            places.service.error, places.service.answer = None, [{"key": private_pem(SOUND)}]

            assert later(INTERVAL).signing.kid == kid_of(SOUND)

    def test_a_process_that_slept_counts_from_when_it_has_read(self, places, beside, later):
        with beside("a_function"):
            get_ring()
            places.service.error = OSError("it is down")

            with pytest.raises(KeysUnavailable):
                later(HOUR + 1).verifying.get(kid_of(LEAKED))

    def test_a_source_whose_new_key_cannot_be_used_goes_on_with_the_old_one(self, places, later):
        with override_settings(DRF_JWT_KIT={"KEYS": places.service}):
            get_ring()
            places.service.answer = [{"key": "nonsense"}, *places.service.answer]
            ring = later(INTERVAL)

            assert (ring.signing.kid, set(ring.verifying)) == (kid_of(LEAKED), {kid_of(LEAKED)})

    def test_a_directory_whose_new_key_cannot_sign_goes_on_verifying_with_the_old_one(
        self, tmp_path, later
    ):
        path = tmp_path / "keys"
        signing, following = entry(SOUND, KeyState.SIGNING), entry("PS256", KeyState.SIGNING)
        with directory.changing(path) as (opened, _):
            opened.create(signing.file, private_pem(SOUND).encode())
            directory.write(opened, (signing,))
        with override_settings(DRF_JWT_KIT={"KEYS": path}):
            get_ring()
            with directory.changing(path) as (opened, _):
                opened.create(following.file, b"nonsense")
                directory.write(opened, (following, entry(SOUND, KeyState.RETIRING)))
            ring = later(INTERVAL)

        assert (ring.signing, set(ring.verifying)) == (None, {kid_of(SOUND)})

    @pytest.mark.parametrize(
        "answer", [[{"key": public_pem(LEAKED)}], [{"key": private_pem(LEAKED)}] * 2]
    )
    def test_a_list_of_which_no_ring_can_be_made_is_such_a_source(
        self, ask, places, later, answer, caplog
    ):
        with override_settings(DRF_JWT_KIT={"KEYS": places.service}):
            get_ring()
            places.service.answer = answer
            later(HOUR)
            assert ask().status_code == 200
            later(INTERVAL)
            assert ask().status_code == 503
            places.service.answer = [{"key": private_pem(LEAKED)}]
            later(INTERVAL)

            assert ask().status_code == 200
            assert "event=keys_back source='the list of keys'" in caplog.text

    def test_a_list_of_which_no_ring_can_be_made_says_why_nobody_logs_in(self, user, places, later):
        with override_settings(DRF_JWT_KIT={"KEYS": places.service}):
            get_ring()
            places.service.answer = [{"key": public_pem(LEAKED)}]
            later(HOUR)
            later(INTERVAL)
            with pytest.raises(ServiceUnavailable) as unavailable:
                sessions.start(user)

        assert "a public key can only verify" in str(unavailable.value.__cause__)

    def test_a_key_that_is_kept_is_not_kept_once_more_with_the_whole_list(
        self, ask, places, tmp_path, later
    ):
        listed = [{"file": write(tmp_path / "sound.pem", SOUND)}, places.service]
        with override_settings(DRF_JWT_KIT={"KEYS": listed}):
            get_ring()
            places.service.error = OSError("it is down")
            later(HOUR - INTERVAL)
            (tmp_path / "sound.pem").write_text(public_pem(SOUND))
            later(INTERVAL)
            assert ask().status_code == 200
            later(INTERVAL)

            assert ask().status_code == 503

    def test_a_source_that_is_no_longer_named_is_forgotten(self, places, later):
        with override_settings(DRF_JWT_KIT={"KEYS": places.service}):
            places.service.answer = [{"key": private_pem(SOUND)}, {"key": private_pem(LEAKED)}]
            get_ring()
            places.service.answer = [{"key": private_pem(SOUND)}]
            later(INTERVAL)

            assert [len(keys) for keys in sources._held.memory._known.values()] == [1, 1]

    def test_a_name_that_has_lapsed_is_not_looked_up_elsewhere(self, places, beside, later):
        with beside("a_function"):
            get_ring()
            places.service.error = OSError("it is down")
            verifying = later(2 * HOUR).verifying

        assert list(verifying) == [kid_of(SOUND)]
        assert len(verifying) == 1
        with pytest.raises(KeysUnavailable):
            assert kid_of(LEAKED) in verifying

    def test_two_functions_of_one_name_are_two_sources(self, later):
        one, two = Service(), Service()
        two.answer = [{"key": private_pem(SOUND)}]
        with override_settings(DRF_JWT_KIT={"KEYS": [one, two]}):
            before = get_ring()
            one.answer = two.answer = [{"key": "nonsense"}]

            assert later(INTERVAL) is before


class TestAReadingThatTakesForEver:
    def test_lets_others_go_on_for_an_hour_and_no_longer(self, places, later, monkeypatch):
        with override_settings(DRF_JWT_KIT={"KEYS": places.service}):
            before = get_ring()
            monkeypatch.setattr(sources, "_PATIENCE", 0.01)
            with sources._reading, ThreadPoolExecutor(1) as another:
                assert another.submit(later, HOUR).result() is before
                with pytest.raises(KeysUnavailable):
                    another.submit(later, 1).result()

    def test_is_waited_for_where_it_ends(self, places, later, monkeypatch):
        with override_settings(DRF_JWT_KIT={"KEYS": places.service}):
            get_ring()
            places.service.answer = [{"key": private_pem(SOUND)}]

            assert later(2 * HOUR).signing.kid == kid_of(SOUND)
