"""Gunicorn under load: two worker processes that serve all sides, asked by four clients at once.

The sides take turns, a block of requests each. Latencies are those of the clients, on the same
machine; CPU time is that of the worker processes alone, without the database's.
"""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from .timing import quartiles_of
from .workers import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psutil

WORKERS, CLIENTS = 2, 4
_BLOCK = 25
"""Requests of each client in one turn of a side."""
_PATIENCE = 60.0
_BODY = {"username": "ada", "password": "correct horse battery staple"}
_REFRESHED = {
    "simplejwt with blacklist": ("/simplejwt/obtain/", "/simplejwt/refresh/"),
    "kit": ("/api/token/", "/api/token/refresh/"),
}


@dataclass(frozen=True)
class Client:
    """Connects anew for each request, so that whichever worker is free takes it."""

    port: int

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[float, Any]:
        """Seconds to the last byte, and the answer. RuntimeError if it is no good one."""
        headers = {"Content-Type": "application/json"} if body else {}
        if token:
            headers["Authorization"] = token
        content = json.dumps(body) if body else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        started = time.perf_counter()
        with closing(connection):
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            read = answer.read()
        seconds = time.perf_counter() - started
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} was answered {answer.status}: {read[:500]!r}")
        return seconds, json.loads(read)


def under_load(
    database: dict[str, Any], tokens: dict[str, str], *, turns: int
) -> dict[str, dict[str, Any]]:
    """By what is asked: p50, p95 and p99 in milliseconds, and CPU milliseconds a request."""
    # No client refreshes one session hundreds of times a minute, as these do.
    unthrottled = {"THROTTLE_RATES": {"refresh_session": None}}
    told = {"DATABASES": {"default": database}, "DRF_JWT_KIT": unthrottled}
    with _served(told) as (port, process):
        clients = [Client(port) for _ in range(CLIENTS)]
        work = {**_requests(tokens), **_refreshes(clients[0])}
        latencies: dict[str, list[float]] = defaultdict(list)
        spent: dict[str, list[float]] = defaultdict(list)
        for turn in range(-1, turns):
            for name, ask in work.items():
                before = _cpu_of(process)
                heard = _block(clients, ask)
                if turn >= 0:  # the first is to get warm
                    latencies[name] += heard
                    spent[name].append((_cpu_of(process) - before) / len(heard))
    return {name: _summed_up(latencies[name], spent[name]) for name in work}


def _requests(tokens: dict[str, str]) -> dict[str, Callable[[Client], float]]:
    asked = {
        "request: nobody": ("/nobody/", ""),
        "request: simplejwt": ("/simplejwt/", f"Bearer {tokens['simplejwt']}"),
        "request: knox": ("/knox/", f"Token {tokens['knox']}"),
        "request: strict": ("/api/secure/", f"Bearer {tokens['kit']}"),
        "request: stateless": ("/api/stateless/", f"Bearer {tokens['kit']}"),
    }
    return {
        name: lambda client, path=path, token=token: client.ask("GET", path, token=token)[0]
        for name, (path, token) in asked.items()
    }


def _refreshes(client: Client) -> dict[str, Callable[[Client], float]]:
    """Each client takes a session that nobody else is refreshing, and gives it back."""
    made: dict[str, Callable[[Client], float]] = {}
    for name, (obtain, refresh) in _REFRESHED.items():
        newest: SimpleQueue[str] = SimpleQueue()
        for _ in range(CLIENTS):
            newest.put(client.ask("POST", obtain, _BODY)[1]["refresh"])

        def once(asking: Client, newest: Any = newest, path: str = refresh) -> float:
            seconds, answer = asking.ask("POST", path, {"refresh": newest.get()})
            newest.put(answer["refresh"])
            return seconds

        made[f"refresh: {name}"] = once
    return made


def _block(clients: list[Client], ask: Callable[[Client], float]) -> list[float]:
    """The seconds of every request of a block, all clients at once."""
    with ThreadPoolExecutor(len(clients)) as pool:
        heard = list(pool.map(lambda client: [ask(client) for _ in range(_BLOCK)], clients))
    return [seconds for of_one in heard for seconds in of_one]


def _summed_up(latencies: list[float], spent: list[float]) -> dict[str, Any]:
    cuts = statistics.quantiles(latencies, n=100, method="inclusive")
    quartiles = [round(one * 1e3, 3) for one in quartiles_of(spent)]
    return {
        "requests": len(latencies),
        **{f"p{cut}_ms": round(cuts[cut - 1] * 1e3, 2) for cut in (50, 95, 99)},
        "cpu_ms": round(statistics.mean(spent) * 1e3, 3),
        "cpu_ms_quartiles": quartiles,
    }


def _cpu_of(process: psutil.Process) -> float:
    """Seconds that the worker processes have computed."""
    times = [worker.cpu_times() for worker in process.children()]
    return sum(one.user + one.system for one in times)


@contextmanager
def _served(told: dict[str, Any]) -> Iterator[tuple[int, psutil.Process]]:
    """A port of gunicorn, and its process, once all workers are there."""
    import psutil

    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        port: int = listener.getsockname()[1]
        with subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "benchmarks.wsgi", "--log-level", "error"),
                *("--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"),
                *("--workers", str(WORKERS), "--threads", str(CLIENTS), "--keep-alive", "0"),
                *("--no-control-socket", "--graceful-timeout", "3"),
            ],
            cwd=ROOT,
            env=environment(told),
            pass_fds=[listener.fileno()],
        ) as served:
            try:
                process = psutil.Process(served.pid)
                _wait_for(process)
                yield port, process
            finally:
                served.terminate()


def _wait_for(process: psutil.Process) -> None:
    deadline = time.monotonic() + _PATIENCE
    while len(process.children()) < WORKERS:
        if time.monotonic() > deadline or not process.is_running():
            raise RuntimeError("gunicorn did not start; what it said is above.")
        time.sleep(0.05)
