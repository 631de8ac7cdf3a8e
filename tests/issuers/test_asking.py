"""The request that is asking: in its own block, thread and task, and nowhere else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier

import pytest
from asgiref.sync import sync_to_async
from rest_framework.request import Request

from drf_jwt_kit.conf.asking import asking, for_its_request, for_request


@pytest.fixture
def one(rf):
    return rf.get("/one/")


@pytest.fixture
def another(rf):
    return rf.get("/another/")


def test_nobody_asks_outside_of_a_block():
    assert asking() is None


def test_nobody_asks_after_the_block(one):
    with for_request(one):
        assert asking() is one

    assert asking() is None


def test_an_error_ends_it_too(one):
    with pytest.raises(ZeroDivisionError), for_request(one):
        1 / 0  # noqa: B018

    assert asking() is None


def test_rest_frameworks_request_stands_for_djangos(one):
    with for_request(Request(one)):
        assert asking() is one


def test_an_inner_block_has_its_own(one, another):
    with for_request(one):
        with for_request(another):
            assert asking() is another
        assert asking() is one


def test_none_keeps_the_outer_one(one):
    with for_request(one), for_request(None):
        assert asking() is one


def test_a_function_is_asked_for_its_second_argument(one):
    seen = for_its_request(lambda user, request=None: asking())

    assert [seen("ada", one), seen("ada", request=one), seen("ada")] == [one, one, None]


def test_another_thread_does_not_ask(one):
    with for_request(one), ThreadPoolExecutor(1) as apart:
        assert apart.submit(asking).result() is None


def test_threads_do_not_meet(one, another):
    together = Barrier(2)

    def seen(request):
        with for_request(request):
            together.wait()
            found = asking()
            together.wait()
        return found

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(seen, [one, another])) == [one, another]


def test_tasks_do_not_meet(one, another):
    async def seen(request):
        with for_request(request):
            await asyncio.sleep(0)
            return asking(), await sync_to_async(asking)()

    async def both():
        return await asyncio.gather(seen(one), seen(another)), asking()

    assert asyncio.run(both()) == ([(one, one), (another, another)], None)


def test_a_sync_function_of_an_async_view_leaves_nothing_behind(one):
    def authenticate():
        with for_request(one):
            return asking()

    async def view():
        return await sync_to_async(authenticate)(), asking()

    assert asyncio.run(view()) == (one, None)


def test_a_copied_context_ends_with_its_own_block(one):
    with for_request(one):
        context = copy_context()

    assert asking() is None
    assert context.run(asking) is one
