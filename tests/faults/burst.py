"""Clients that refresh and ask without a pause, as long as a block lasts."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.conftest import SignedIn, claims_of

if TYPE_CHECKING:
    from tests.servers.client import Answer
    from tests.servers.site import Site

STRICT = {"ROTATION_LEEWAY": timedelta(0)}
"""For its site: every refresh writes, and a lost answer is theft unless it is recognized."""
_PAUSE = 0.05
"""Seconds that a client waits after 503: less than it is asked to, to be more of a burden."""


class Client:
    """One login, and what a careful client does with it: a retry key until there is an answer."""

    def __init__(self, site: Site, user: Any) -> None:
        self.kit = site.kit()
        self.tokens = self.kit.sign_in(user)
        self.session = claims_of(self.tokens.refresh)["sid"]
        self.key: str | None = None
        self.answers: list[Answer] = []

    def go_on(self) -> Answer:
        """Refresh, with the key of the refresh that was not answered."""
        self.key = self.key or secrets.token_hex(8)
        answer = self._heard(self.kit.refresh(self.tokens.refresh, Idempotency_Key=self.key))
        if answer.status_code == 200:
            self.tokens, self.key = SignedIn(**answer.json()), None
            self._heard(self.kit.get_with(self.tokens.access))
        return answer

    def _heard(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        return answer


class Burst:
    """``with Burst(site) as burst: …``: the clients work until the block ends."""

    def __init__(self, site: Site, *, clients: int = 6) -> None:
        self.site = site
        user = site.newcomer()
        self.clients = [Client(site, user) for _ in range(clients)]
        self._over = threading.Event()

    def __enter__(self) -> Burst:
        self._pool = ThreadPoolExecutor(len(self.clients))
        self._work = [self._pool.submit(self._keep_on, client) for client in self.clients]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()
        for work in self._work:
            work.result()

    def _keep_on(self, client: Client) -> None:
        while not self._over.is_set():
            if client.go_on().status_code != 200:
                time.sleep(_PAUSE)

    def passes(self, count: int) -> None:
        """Return when that many more requests have been answered."""
        enough = self._answered() + count
        deadline = time.monotonic() + 30
        while self._answered() < enough:
            assert time.monotonic() < deadline, self.statuses
            time.sleep(0.01)

    def _answered(self) -> int:
        return sum(len(client.answers) for client in self.clients)

    @property
    def statuses(self) -> Counter[int]:
        """How many answers there were of each status."""
        return Counter(answer.status_code for one in self.clients for answer in one.answers)

    @property
    def waits(self) -> set[str | None]:
        """What the 503s said about coming back."""
        answers = [answer for client in self.clients for answer in client.answers]
        return {one.headers.get("retry-after") for one in answers if one.status_code == 503}

    def lost(self) -> list[str]:
        """The sessions of clients that cannot go on now."""
        return [client.session for client in self.clients if client.go_on().status_code != 200]
