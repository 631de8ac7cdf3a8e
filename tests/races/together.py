"""Several clients at once, each in a thread of its own; the server has the processes."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def together(*works: Callable[[], T]) -> list[T]:
    """What each of ``works`` returns, begun at one moment."""
    if not works:
        return []
    start = Barrier(len(works))

    def one(work: Callable[[], T]) -> T:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def meanwhile(work: Callable[[], T]) -> Future[T]:
    """``work``, begun; its result when it has ended."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future
