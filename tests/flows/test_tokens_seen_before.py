"""A process verifies an access token once, and still asks everything that may have changed."""

from datetime import timedelta

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.jose import token_memory
from drf_jwt_kit.keys import get_ring, sources
from drf_jwt_kit.sessions import presented
from drf_jwt_kit.sessions.account import user_id_of
from tests.conftest import forge

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.flows.seen_urls"),
    pytest.mark.usefixtures("new_process"),
]

ISSUER = {"ISSUER": "https://shop.example"}


@pytest.fixture
def verifications(calls_of):
    """The tokens that were verified, and not only known."""
    return calls_of(token_memory, "decode_with_key")


@pytest.fixture(params=["/strict/", "/stateless/"])
def get(request, kit):
    """Present a token to a view of the strict or of the stateless class."""
    return lambda token: kit.get_with(token, request.param)


@pytest.fixture
def seen(clock, get, signed_in):
    """The tokens of a login whose access token this process has verified."""
    assert get(signed_in.access).status_code == 200
    return signed_in


def reason(answer):
    assert answer.status_code == 401
    return answer.json().get("reason", "no token")


def test_a_token_is_verified_once(verifications, get, seen):
    assert get(seen.access).status_code == 200

    assert verifications == [seen.access.encode()]


class TestSettings:
    @pytest.fixture(autouse=True)
    def the_same_keys(self, monkeypatch, seen):
        """Or a change of settings would have them read anew, and each token verified."""
        ring = get_ring()
        monkeypatch.setattr(presented, "get_ring", lambda: ring)

    @pytest.mark.parametrize(
        ("changed", "refusal"),
        [
            (ISSUER, "invalid"),
            ({"AUDIENCE": "shop"}, "invalid"),
            ({"TOKEN_TYPE_CLAIM": "kind"}, "wrong_type"),
            ({"JTI_CLAIM": "id"}, "invalid"),
            ({"USER_ID_CLAIM": "account"}, "invalid"),
            ({"AUTH_HEADER_TYPES": ("JWT",)}, "no token"),
            ({"AUTH_HEADER_NAME": "HTTP_X_TOKEN"}, "no token"),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
    )
    def test_settings_that_change_refuse_it(self, settings, get, seen, changed, refusal):
        settings.DRF_JWT_KIT = changed

        assert reason(get(seen.access)) == refusal
        assert reason(get(seen.access)) == refusal

    def test_settings_that_change_back_accept_it(self, settings, get, seen):
        settings.DRF_JWT_KIT = ISSUER
        assert reason(get(seen.access)) == "invalid"

        settings.DRF_JWT_KIT = {}

        assert get(seen.access).status_code == 200

    def test_less_leeway_expires_it_sooner(self, settings, clock, get, seen):
        settings.DRF_JWT_KIT = {"LEEWAY": timedelta(seconds=30)}
        clock.shift(timedelta(minutes=15, seconds=29))
        assert get(seen.access).status_code == 200

        settings.DRF_JWT_KIT = {}

        assert reason(get(seen.access)) == "expired"

    def test_no_type_claim_leaves_the_kind_to_the_header(self, settings, get, seen):
        settings.DRF_JWT_KIT = {"TOKEN_TYPE_CLAIM": None}

        assert get(seen.access).status_code == 200
        assert reason(get(seen.refresh)) == "wrong_type"


class TestTheClock:
    def test_lets_it_expire(self, clock, get, seen):
        clock.shift(timedelta(minutes=14))
        assert get(seen.access).status_code == 200

        clock.shift(timedelta(minutes=2))
        assert reason(get(seen.access)) == "expired"

    def test_a_clock_that_was_set_back_verifies_it_once_more(self, verifications, clock, get, seen):
        clock.shift(timedelta(minutes=-1))

        assert get(seen.access).status_code == 200
        assert len(verifications) == 2


class TestItsKind:
    def test_a_refresh_token_is_no_access_token_the_second_time_either(self, get, seen):
        assert reason(get(seen.refresh)) == "wrong_type"
        assert reason(get(seen.refresh)) == "wrong_type"

    def test_a_seen_access_token_is_no_refresh_token(self, kit, get, seen):
        assert reason(kit.refresh(seen.access)) == "wrong_type"
        assert reason(kit.refresh(seen.access)) == "wrong_type"
        assert get(seen.access).status_code == 200

    def test_a_refresh_token_is_not_remembered(self, verifications, kit, get, seen):
        kit.rotate(seen.refresh)

        assert verifications == [seen.access.encode()]


class TestItsSession:
    @pytest.fixture(autouse=True)
    def lag(self, monotonic, seen):
        """The feed has been asked at the time of the stopwatch."""

    def test_a_session_that_ended_refuses_it(self, kit, get, seen, monotonic):
        kit.logout(seen.refresh)
        monotonic.shift(1)

        assert reason(get(seen.access)) == "session_ended"

    def test_a_session_that_the_project_ended_refuses_it(self, get, seen, monotonic):
        sessions.revoke(seen.session)
        monotonic.shift(1)

        assert reason(get(seen.access)) == "session_ended"

    def test_a_deactivated_user_is_refused_at_once(self, kit, user, seen):
        type(user).objects.filter(pk=user.pk).update(is_active=False)

        assert reason(kit.get_with(seen.access, "/strict/")) == "session_ended"


class TestAViewThatWritesIntoTheToken:
    @pytest.fixture
    def token(self, clock, get, signed_in):
        token = forge(signed_in.access, roles=["reader"])
        assert get(token).status_code == 200
        return token

    @pytest.mark.parametrize("path", ["/strict/", "/stateless/"])
    def test_changes_nothing_for_the_next_request(self, kit, get, user, token, path):
        written = kit.post(path, headers={"Authorization": f"Bearer {token}"}).json()
        assert written["roles"] == ["reader", "admin"]

        claims = get(token).json()

        assert claims["roles"] == ["reader"]
        assert claims[get_settings().USER_ID_CLAIM] == user_id_of(user)


class TestKeysInARunningProcess:
    """Read again after KEYS_RELOAD_INTERVAL, without a change of settings."""

    OLD = {"kid": "old", "key": "the old key, long enough for HS256", "algorithm": "HS256"}
    NEW = {"kid": "new", "key": "the new key, long enough for HS256", "algorithm": "HS256"}

    @pytest.fixture
    def keys(self, settings, clock):
        keys = [self.OLD]
        settings.DRF_JWT_KIT = {"KEYS": lambda: [*keys]}
        return keys

    @pytest.fixture
    def later(self, monkeypatch):
        """Let the process read its keys again."""
        moved = [1000.0]
        monkeypatch.setattr(sources.time, "monotonic", lambda: moved[0])

        def move():
            moved[0] += 10

        return move

    @pytest.fixture
    def seen(self, keys, later, get, kit, user):
        tokens = kit.sign_in(user)
        assert get(tokens.access).status_code == 200
        return tokens

    def test_one_that_retires_accepts_it(self, keys, later, get, seen):
        keys.insert(0, self.NEW)
        later()

        assert get(seen.access).status_code == 200

    def test_one_that_retired_and_was_removed_refuses_it(self, keys, later, get, seen):
        keys.insert(0, self.NEW)
        later()
        assert get(seen.access).status_code == 200

        keys.remove(self.OLD)
        later()

        assert reason(get(seen.access)) == "invalid"

    def test_one_that_was_removed_refuses_it(self, keys, later, get, seen):
        keys[:] = [self.NEW]
        later()

        assert reason(get(seen.access)) == "invalid"

    def test_another_one_of_the_same_name_refuses_it(self, keys, later, get, seen):
        keys[:] = [{**self.NEW, "kid": "old"}]
        later()

        assert reason(get(seen.access)) == "invalid"
