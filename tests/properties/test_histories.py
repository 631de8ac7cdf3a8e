"""What holds for every history of clients, thieves, lost answers and a clock.

Histories go over HTTP. After each step another connection reads the table. ``make test`` runs
150 of them, ``make long`` five thousand.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import NOON, claims_of, forge

from .rules import EVERY_USE
from .world import REFRESH_LIFETIME, Tab, Use, World, between_read_and_write

LEEWAYS = st.sampled_from([timedelta(seconds=seconds) for seconds in (10, 0, 60)])
# Around every limit, and past it.
WAITS = st.sampled_from([1, 9, 10, 11, 61, 600, 899, 901, 80_000, 86_401, 300_000])
PATIENT = settings(deadline=None, stateful_step_count=20, suppress_health_check=list(HealthCheck))
FAR = int(NOON.timestamp()) + 300 * 86_400


def has_expired(token: str, within: timedelta = timedelta(0)) -> bool:
    return claims_of(token)["exp"] <= (timezone.now() + within).timestamp()


def flipped(token: str) -> str:
    head, payload, signature = token.split(".")
    return ".".join([head, payload, ("A" if signature[0] != "A" else "B") + signature[1:]])


# Refused before anything is asked.
MISTYPED = {
    "signature": lambda tab: flipped(tab.refresh),
    "nonsense": lambda tab: "nonsense",
    "access token": lambda tab: tab.access,
    "expired": lambda tab: forge(tab.refresh, exp=1),
    "true": lambda tab: forge(tab.refresh, gen=True),
    "text": lambda tab: forge(tab.refresh, gen="0"),
    "negative": lambda tab: forge(tab.refresh, gen=-1),
    "huge": lambda tab: forge(tab.refresh, gen=2**31),
    "path": lambda tab: forge(tab.refresh, sid="../x"),
}
# Signed by the project's own key, as whoever stole it could.
FORGED = {
    "no session": lambda tab, row: {"sid": str(uuid.uuid4())},
    "current generation": lambda tab, row: {"gen": row.generation, "jti": "x"},
    "other user": lambda tab, row: {"user_id": "0"},
}


class Histories(RuleBasedStateMachine):
    tabs = Bundle("tabs")

    @initialize(leeway=LEEWAYS, atomic_requests=st.booleans())
    def begin(self, leeway, atomic_requests):
        self.world = World(leeway, atomic_requests=atomic_requests)
        self.generations, self.ended, self.answered, self.logins = {}, {}, {}, {}

    def teardown(self):
        if hasattr(self, "world"):
            self.world.end()

    def use(self, tab: Tab, token: str | None = None, **how) -> Use:
        use = self.world.use(tab, token or tab.refresh, **how)
        for holds in EVERY_USE:
            holds(self.world, use)
        collected = use.advanced and use.has_retry_key  # at once, where there is no leeway
        if use.accepted and not collected:  # concurrent uses: of one token, at one moment
            moment = (tab.login.sid, use.generation, timezone.now())
            generations = self.answered.setdefault(moment, set())
            generations.add(claims_of(use.answer["refresh"])["gen"])
            assert len(generations) == 1
        return use

    def works(self, tab: Tab) -> bool:
        return self.world.kit.get_with(tab.access).status_code == 200

    # Clients

    @rule(target=tabs, who=st.sampled_from([0, 0, 0, 1]), keeps_keys=st.booleans())
    def sign_in(self, who, keeps_keys):
        may_log_in = [one for one in self.world.accounts if one.exists and one.active]
        if not may_log_in:
            return multiple()
        return self.world.sign_in(may_log_in[who % len(may_log_in)], keeps_keys=keeps_keys)

    @rule(target=tabs, tab=tabs, keeps_keys=st.booleans())
    def share(self, tab, keeps_keys):
        """A second tab, or a thief, holds the same tokens."""
        return Tab(tab.login, tab.access, tab.refresh, keeps_keys, held=[tab.refresh])

    @rule(tab=tabs, arrives=st.booleans())
    def refresh(self, tab, arrives):
        self.use(tab, arrives=arrives)

    @rule(tab=tabs, knows_it=st.booleans())
    def prove_anew(self, tab, knows_it):
        """With the password, which a thief does not know. Only the time of the login changes."""
        body = {"password": tab.login.account.secret if knows_it else "wrong"}
        may, before = knows_it and self.works(tab), self.world.rows()
        answer = self.world.prove_anew(tab, body)
        after = self.world.rows()

        assert (answer.status_code == 200) == may
        if may:
            before[tab.login.sid]["auth_time"] = after[tab.login.sid]["auth_time"] = timezone.now()
            tab.access = answer.json()["access"]
            assert claims_of(tab.access)["auth_time"] == int(timezone.now().timestamp())
            assert self.works(tab)
        assert after == before

    @rule(tab=tabs, how=st.sampled_from(["logout", "revoke", "everybody", "password"]))
    def prove_anew_overtaken_by_an_end(self, tab, how):
        """What has ended never lives again."""
        ends = {
            "logout": lambda: self.world.kit.logout(tab.held[0]),
            "revoke": lambda: sessions.revoke(uuid.UUID(tab.login.sid)),
            "everybody": lambda: sessions.revoke(user=tab.login.account.user),
            "password": lambda: self.change_password(tab, by_save=True),
        }
        if not self.works(tab):
            return
        with between_read_and_write(ends[how]):
            answer = self.world.prove_anew(tab, {"password": tab.login.account.secret})

        assert answer.status_code == 401
        assert not self.works(tab)
        assert not self.use(tab).accepted

    @rule(tab=tabs, back=st.integers(0, 5))
    def replay(self, tab, back):
        self.use(tab, tab.held[-1 - back % len(tab.held)], arrives=False)

    @rule(tab=tabs, other=tabs)
    def refresh_overtaken_by_a_refresh(self, tab, other):
        self.use(tab, overtaken_by=lambda: self.use(other))

    @rule(tab=tabs, how=st.sampled_from(["logout", "revoke", "password", "deactivate"]))
    def refresh_overtaken_by_an_end(self, tab, how):
        """It may still be answered, but what it hands out is dead on arrival."""
        ends = {
            "logout": lambda: self.world.kit.logout(tab.held[0]),
            "revoke": lambda: sessions.revoke(uuid.UUID(tab.login.sid)),
            "password": lambda: self.change_password(tab, by_save=True),
            "deactivate": lambda: self.deactivate(tab, by_save=True),
        }
        if has_expired(tab.refresh):
            return  # it is refused before anything is read
        generations = []

        def end():
            ends[how]()
            generations.append(self.world.rows()[tab.login.sid]["generation"])

        with between_read_and_write(end):
            answer = self.world.kit.refresh(tab.refresh)

        if answer.status_code == 200:
            tab.take(answer.json())
        row = self.world.rows()[tab.login.sid]
        assert row["revoked_at"] is not None
        assert [row["generation"]] == generations
        assert not self.works(tab)
        assert not self.use(tab).accepted

    @rule(tab=tabs, share=st.floats(0, 0.99))
    def retry_a_lost_answer_within_the_leeway(self, tab, share):
        """Counted from the exchange, which another tab may have made."""
        first = self.use(tab, arrives=False)
        wait = self.world.leeway * share
        rotated_at = first.after["rotated_at"]
        self.world.moved.shift(wait)

        newest = first.accepted and first.generation == first.after["generation"]
        in_time = first.accepted and timezone.now() - rotated_at < self.world.leeway
        if (newest or in_time) and self.may_be_used(tab, first):
            assert self.use(tab).accepted
            assert self.works(tab)

    @rule(tab=tabs, wait=st.sampled_from([61, 901, 10_800, 80_000]))
    def retry_a_lost_exchange_with_its_key(self, tab, wait):
        """For as long as its token lives. It advances, so that nobody holds what was lost."""
        tab.keeps_keys = True
        first = self.use(tab, arrives=False)
        self.world.moved.shift(wait)

        if first.advanced and self.may_be_used(tab, first):
            again = self.use(tab)
            assert again.accepted
            assert again.advanced
            assert self.works(tab)

    def may_be_used(self, tab, use):
        return self.world.is_live(use.after) and not has_expired(tab.refresh)

    @rule(tab=tabs)
    def two_holders_take_turns(self, tab):
        """Further apart than the leeway; whoever began, neither can go on."""
        if has_expired(tab.refresh, within=timedelta(minutes=5)):
            return  # an expired token is not even reuse
        self.world.moved.shift(self.world.leeway)
        thief = self.share(tab, keeps_keys=False)

        for holder in (tab, thief, tab):
            self.use(holder)
            self.world.moved.shift(self.world.leeway + timedelta(seconds=1))

        row = self.world.rows()[tab.login.sid]
        assert not self.world.is_live(row)
        assert not self.works(tab)
        assert not self.works(thief)

    @rule(target=tabs)
    def grow_old(self):
        """A session that is a few minutes from its absolute limit."""
        tab = self.sign_in(0, keeps_keys=False)
        for seconds in (80_000, 9_500) if isinstance(tab, Tab) else ():
            self.world.moved.shift(seconds)
            self.use(tab)
        return tab

    @rule(tab=tabs)
    def ask_the_api(self, tab):
        row = self.world.rows()[tab.login.sid]
        expires = claims_of(tab.access)["exp"]
        alive = row["revoked_at"] is None and timezone.now().timestamp() < expires

        assert self.works(tab) == (alive and tab.login.account_is_fine)

    @rule(tab=tabs)
    def verify(self, tab):
        with self.world.nothing_written():
            self.world.kit.verify(tab.refresh)
            self.world.kit.verify(tab.access)

    # Ends

    @rule(tab=tabs, back=st.integers(0, 5))
    def log_out(self, tab, back):
        """With a token of any generation and age; again is as good."""
        token = tab.held[-1 - back % len(tab.held)]

        assert self.world.kit.logout(token).status_code == 200
        assert self.world.rows()[tab.login.sid]["revoked_at"] is not None
        assert self.world.kit.logout(token).status_code == 200

    @rule(tab=tabs, keeps_this=st.booleans())
    def log_out_everywhere(self, tab, keeps_this):
        query = "?except=current" if keeps_this else ""
        headers = {"Authorization": f"Bearer {tab.access}"}

        if self.works(tab):
            path = "/api/token/logout/all/" + query
            assert self.world.kit.post(path, headers=headers).status_code == 200
            assert self.works(tab) == keeps_this

    @rule(tab=tabs, by_save=st.booleans())
    def change_password(self, tab, by_save):
        account = tab.login.account
        if account.exists:
            account.password += 1
            self.change(account, by_save=by_save, password=make_password(account.secret))

    @rule(tab=tabs)
    def change_own_password(self, tab):
        """The session that did it goes on; the others end."""
        account = tab.login.account
        if self.works(tab):
            self.change_password(tab, by_save=True)
            request = SimpleNamespace(auth=AccessToken(tab.access))
            sessions.keep(request, get_user_model().objects.get(pk=account.user.pk))
            self.ended.pop(tab.login.sid, None)
            tab.login.password = account.password
            assert self.works(tab)

    @rule(tab=tabs, by_save=st.booleans())
    def deactivate(self, tab, by_save):
        tab.login.account.active = False
        self.change(tab.login.account, by_save=by_save, is_active=False)

    @rule(tab=tabs)
    def activate(self, tab):
        tab.login.account.active = True
        self.change(tab.login.account, by_save=True, is_active=True)

    @rule(tab=tabs, by_delete=st.booleans())
    def delete_the_user(self, tab, by_delete):
        tab.login.account.exists = False
        users = get_user_model().objects.filter(pk=tab.login.account.user.pk)
        users.delete() if by_delete else users._raw_delete("default")

    def change(self, account, *, by_save, **fields):
        users = get_user_model().objects.filter(pk=account.user.pk)
        if not by_save:
            users.update(**fields)
            return
        for user in users:
            vars(user).update(fields)
            user.save()

    # Attacks

    @rule(tab=tabs, what=st.sampled_from(sorted(MISTYPED)))
    def mistype(self, tab, what):
        with self.world.nothing_written(nothing_asked=True):
            answer = self.world.kit.refresh(MISTYPED[what](tab))

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")

    @rule(tab=tabs, what=st.sampled_from(sorted(FORGED)))
    def forge(self, tab, what):
        row = Session(**self.world.rows()[tab.login.sid])
        forged = forge(tab.refresh, exp=FAR, **FORGED[what](tab, row))

        with self.world.nothing_written():
            answer = self.world.kit.refresh(forged)

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")

    @rule(tab=tabs)
    def run_ahead(self, tab):
        """With the key and the row stolen. It ends nothing, but is genuine: what has become of its
        user behind Django's back is written down, as at any refresh."""
        row = Session(**self.world.rows()[tab.login.sid])
        gen = row.generation + 1
        ahead = forge(tab.refresh, exp=FAR, gen=gen, jti=row.jti_of(gen))

        assert self.world.kit.refresh(ahead).status_code == 401
        after = Session(**self.world.rows()[tab.login.sid])
        fates = {"password_changed", "user_inactive", "user_gone"}
        assert after.revoked_reason in {row.revoked_reason, *fates}
        assert after.generation == row.generation

    @rule(tab=tabs)
    def prolong(self, tab):
        """Past the idle limit, with a token that the project's own key gave a longer life."""
        self.world.moved.shift(REFRESH_LIFETIME)

        with self.world.nothing_written():
            assert self.world.kit.refresh(forge(tab.refresh, exp=FAR)).status_code == 401

    # Time, and what holds at all times

    @rule(seconds=WAITS)
    def wait(self, seconds):
        self.world.moved.shift(seconds)

    @invariant()
    def no_generation_falls_and_no_end_is_undone_or_overwritten(self):
        for sid, row in self.world.rows().items():
            assert row["generation"] >= self.generations.get(sid, 0)
            end = (row["revoked_at"], row["revoked_reason"])
            assert self.ended.get(sid, end) == end
            assert row["auth_time"] >= self.logins.get(sid, row["auth_time"])
            self.logins[sid] = row["auth_time"]
            self.generations[sid] = row["generation"]
            if row["revoked_at"] is not None:
                self.ended[sid] = end

    @invariant()
    def a_reuse_is_told_once(self):
        rows = self.world.rows().items()
        ended = [sid for sid, row in rows if row["revoked_reason"] == "reused"]
        assert sorted(self.world.reused) == sorted(ended)


@pytest.fixture
def quiet():
    """Without the lines of some thousand refusals."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.django_db(transaction=True)
def test_every_history_keeps_the_rules(quiet):
    run_state_machine_as_test(Histories, settings=settings(PATIENT, max_examples=150))


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_five_thousand_histories_keep_the_rules(quiet):
    run_state_machine_as_test(Histories, settings=settings(PATIENT, max_examples=5000))
