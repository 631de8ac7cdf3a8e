"""What a process remembers of the tokens that it has verified, and when it verifies once more."""

import gc
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from drf_jwt_kit.exceptions import InvalidToken, KeysUnavailable
from drf_jwt_kit.jose import token_memory
from drf_jwt_kit.jose.codec import MAX_TOKEN_LENGTH, Policy, TokenKind, encode
from drf_jwt_kit.jose.jwk import key_of_material
from drf_jwt_kit.jose.token_memory import TokenMemory
from drf_jwt_kit.keys.ring import KeyRing
from tests.conftest import NOON
from tests.keys.material import SECRET, private_key

from .test_codec import KIDS, longest_token

HOUR = int(NOON.timestamp()) + 3600
KEY = key_of_material(SECRET.encode(), "HS256", "ours")
KEYS = {"ours": KEY}
POLICY = Policy()


def token_with(key=KEY, **claims):
    return encode({"jti": "one", "exp": HOUR, **claims}, key, TokenKind.ACCESS)


@pytest.fixture
def verifications(calls_of):
    """The tokens that were verified, and not only known."""
    return calls_of(token_memory, "decode_with_key")


@pytest.fixture
def memory(clock):
    return TokenMemory()


@pytest.fixture
def seen(memory):
    token = token_with()
    memory.verified(token, KEYS, POLICY)
    return token


def refuses(memory, token, keys=KEYS, policy=POLICY):
    with pytest.raises(InvalidToken):
        memory.verified(token, keys, policy)
    return True


class TestATokenSeenBefore:
    def test_is_verified_once(self, verifications, memory, seen):
        memory.verified(seen, KEYS, POLICY)

        assert verifications == [seen]

    def test_is_the_same_as_text_and_as_bytes(self, verifications, memory, seen):
        memory.verified(seen.encode(), KEYS, POLICY)

        assert verifications == [seen]

    def test_has_the_same_claims_and_kind(self, memory, seen):
        known = memory.verified(seen, KEYS, POLICY)

        assert known.claims() == {"jti": "one", "exp": HOUR}
        assert known.kind == "at+jwt"

    def test_may_be_as_long_as_a_token_may_be(self, memory):
        assert memory.verified(longest_token(), dict.fromkeys(KIDS, KEY), POLICY).kind == "at+jwt"

    def test_has_its_claims_in_the_same_order(self, memory):
        token = token_with(first=[1], second=2, third={"a": []})
        memory.verified(token, KEYS, POLICY)

        claims = memory.verified(token, KEYS, POLICY).claims()

        assert list(claims) == ["jti", "exp", "first", "second", "third"]

    def test_is_changed_by_nobody(self, memory):
        token = token_with(roles=["reader"], shop={"of": ["ada"]})
        changed = memory.verified(token, KEYS, POLICY).claims()
        changed["jti"] = "another"
        changed["roles"].append("admin")
        changed["shop"]["of"].append("grace")

        claims = memory.verified(token, KEYS, POLICY).claims()

        assert claims["jti"] == "one"
        assert claims["roles"] == ["reader"]
        assert claims["shop"] == {"of": ["ada"]}

    @pytest.mark.parametrize("name", ["RS256", "ES256", "EdDSA"])
    def test_needs_no_signature_of_any_algorithm(self, verifications, memory, name):
        key = key_of_material(private_key(name), name, "ours")
        token = token_with(key)

        memory.verified(token, {"ours": key}, POLICY)
        memory.verified(token, {"ours": key}, POLICY)

        assert verifications == [token]


class TestItsKey:
    def test_may_be_in_another_ring(self, verifications, memory, seen):
        memory.verified(seen, {"another": KEY, "ours": KEY}, POLICY)

        assert verifications == [seen]

    def test_is_asked_for_every_time(self, memory, seen):
        assert refuses(memory, seen, keys={})

    def test_must_be_the_same_and_not_one_of_the_same_name(self, memory, seen):
        other = key_of_material(b"another secret, as long as HS256 requires", "HS256", "ours")

        assert refuses(memory, seen, keys={"ours": other})
        assert memory.verified(seen, KEYS, POLICY)

    def test_a_key_that_was_read_anew_verifies_once_more(self, verifications, memory, seen):
        memory.verified(seen, {"ours": replace(KEY)}, POLICY)

        assert verifications == [seen, seen]

    def test_a_key_that_has_lapsed_is_not_known(self, memory, seen):
        lapsed = KeyRing(signing=None, lapsed=frozenset({"ours"})).verifying

        with pytest.raises(KeysUnavailable):
            memory.verified(seen, lapsed, POLICY)


class TestItsPolicy:
    @pytest.mark.parametrize(
        "policy",
        [
            Policy(issuer="https://shop.example"),
            Policy(audience="shop"),
            Policy(kinds=frozenset({TokenKind.REFRESH})),
        ],
        ids=["issuer", "audience", "kind"],
    )
    def test_is_asked_for_every_time(self, memory, seen, policy):
        assert refuses(memory, seen, policy=policy)
        assert refuses(memory, seen, policy=policy)

    def test_a_policy_of_other_settings_verifies_once_more(self, verifications, memory, seen):
        memory.verified(seen, KEYS, Policy())

        assert verifications == [seen, seen]

    def test_gives_the_leeway(self, verifications, memory, clock):
        policy = Policy(leeway=timedelta(seconds=30))
        token = token_with()
        memory.verified(token, KEYS, policy)

        clock.move_to(HOUR + 29)
        assert memory.verified(token, KEYS, policy)
        assert verifications == [token]

        clock.move_to(HOUR + 30)
        assert refuses(memory, token, policy=policy)


class TestTheClock:
    def test_lets_it_expire(self, memory, seen, clock):
        clock.shift(timedelta(minutes=59))
        assert memory.verified(seen, KEYS, POLICY)

        clock.shift(timedelta(minutes=1))
        assert refuses(memory, seen)

        clock.shift(timedelta(minutes=1))
        assert refuses(memory, seen)

    def test_a_clock_that_was_set_back_verifies_once_more(self, verifications, memory, seen, clock):
        clock.shift(timedelta(seconds=-1))
        memory.verified(seen, KEYS, POLICY)

        assert verifications == [seen, seen]

    def test_a_clock_that_was_set_back_refuses_what_is_not_valid_yet(self, memory, clock):
        token = token_with(nbf=int(NOON.timestamp()))
        memory.verified(token, KEYS, POLICY)

        clock.shift(timedelta(minutes=-2))

        assert refuses(memory, token)


class TestAnotherSpelling:
    @pytest.mark.parametrize(
        "spell",
        [
            lambda token: f"{token}=",
            lambda token: f" {token}",
            lambda token: f"{token}\n",
            lambda token: f"{token}.",
            lambda token: token.replace(".", "..", 1),
            lambda token: f"{token[:-1]}{'B' if token[-1] != 'B' else 'C'}",
            lambda token: f"{token}\udc80",
            lambda token: "A" * (MAX_TOKEN_LENGTH + 1),
        ],
        ids=["padded", "space", "line", "part", "dots", "other bits", "surrogate", "too long"],
    )
    def test_is_another_token(self, memory, seen, spell):
        assert refuses(memory, spell(seen))
        assert refuses(memory, spell(seen))
        assert memory.verified(seen, KEYS, POLICY)


class TestWhatIsKept:
    def test_is_no_token(self, memory, seen):
        kept = {**memory._young, **memory._old}

        assert [len(digest) for digest in kept] == [32]
        assert not any(part in repr(kept) for part in seen.split("."))

    def test_is_no_refusal(self, verifications, memory):
        token = token_with(aud="somebody else")

        assert refuses(memory, token)
        assert refuses(memory, token)
        assert verifications == [token, token]

    def test_is_what_was_asked_for_lately(self, verifications, clock):
        memory = TokenMemory(most_bytes=20_000)
        often, once = token_with(jti="often"), token_with(jti="once")
        memory.verified(once, KEYS, POLICY)

        _ask_for_many(memory, 40, often)

        assert verifications.count(often) == 1
        memory.verified(once, KEYS, POLICY)
        assert verifications.count(once) == 2

    def test_counts_a_token_once_that_is_verified_again_and_again(self, memory, seen):
        size = memory._size

        memory.verified(seen, KEYS, Policy())

        assert memory._size == size

    @pytest.mark.parametrize(
        ("tokens", "most_bytes"),
        [(1_000, 2**18), pytest.param(1_000_000, 2**23, marks=pytest.mark.long)],
        ids=["a thousand", "a million"],
    )
    @pytest.mark.parametrize("claims", [{}, {"roles": ["a role", "another"] * 20}], ids=len)
    def test_stays_under_the_bound(self, clock, tokens, most_bytes, claims):
        memory = TokenMemory(most_bytes)

        _ask_for_many(memory, tokens, **claims)

        assert most_bytes / 8 < _bytes_of(memory._young, memory._old) < most_bytes

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes by fork here")
    def test_is_nothing_in_a_forked_worker(self, memory, seen):
        """Nor the lock, which a thread that is not in it may have held."""
        memory._lock.acquire()
        if not (child := os.fork()):
            known = len(memory._young)
            memory.verified(seen, KEYS, POLICY)
            os._exit(10 * known + len(memory._young))

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def test_threads_get_what_is_theirs(clock):
    memory = TokenMemory(most_bytes=20_000)  # so that they forget all the time
    tokens = [token_with(jti=str(n), roles=[n]) for n in range(40)]

    def read(start):
        order = [(start * 5 + n) % 40 for n in range(400)]
        return all(memory.verified(tokens[n], KEYS, POLICY).claims()["roles"] == [n] for n in order)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(8)))


def _ask_for_many(memory, count, *often, **claims):
    for number in range(count):
        memory.verified(token_with(jti=str(number), **claims), KEYS, POLICY)
        for token in often:
            memory.verified(token, KEYS, POLICY)


def _bytes_of(*roots):
    """What is held by ``roots`` and by nothing else here, each object counted once."""
    shared, found = {id(one) for one in (KEY, POLICY, token_memory.Known)}, {}
    waiting = [*roots]
    while waiting:
        one = waiting.pop()
        if id(one) not in found and id(one) not in shared:
            found[id(one)] = one
            waiting.extend(gc.get_referents(one))
    return sum(map(sys.getsizeof, found.values()))


@pytest.mark.parametrize("presented", [None, 7, {"alg": "HS256"}, ["a.b.c"]])
def test_what_is_no_text_is_no_token(memory, presented):
    with pytest.raises(InvalidToken):
        memory.verified(presented, KEYS, POLICY)
