"""Sockets of Channels: who opens one, and when it is closed."""

import asyncio
import threading
from datetime import timedelta
from functools import partial

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model

from drf_jwt_kit import sessions
from drf_jwt_kit.contrib.channels import sockets, ticket_for
from drf_jwt_kit.exceptions import KeysUnavailable, ServiceUnavailable
from drf_jwt_kit.management.explained import explained
from drf_jwt_kit.sessions import feed, revocations
from drf_jwt_kit.tokens import AccessToken
from drf_jwt_kit.transports import access_cookie

from . import asgi
from .lag import PATIENCE, Lag

pytestmark = pytest.mark.django_db(transaction=True)

HERE, TRUSTED, ELSEWHERE = (
    "http://shop.example.com",
    "https://pages.example.com",
    "https://evil.example.com",
)


def by_header(access):
    return {"authorization": f"Bearer {access}"}


def by_cookie(access, origin=HERE):
    named = {"cookie": f"{access_cookie().name}={access}", "host": "shop.example.com"}
    return {**named, **({"origin": origin} if origin else {})}


class PatientCommunicator(WebsocketCommunicator):
    """One that a busy machine does not hurry."""

    async def connect(self, timeout=PATIENCE):
        return await super().connect(timeout)

    async def receive_output(self, timeout=PATIENCE):
        return await super().receive_output(timeout)

    async def disconnect(self, code=1000, timeout=PATIENCE):
        return await super().disconnect(code, timeout)

    async def wait(self, timeout=PATIENCE):
        return await super().wait(timeout)


def opened(headers, path="/", app=asgi.sockets):
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    return PatientCommunicator(app, path, sent)


def answer_to(headers, path="/", app=asgi.sockets):
    """What a socket says of who opened it; the code where it is refused."""

    async def ask():
        socket = opened(headers, path, app)
        accepted, code = await socket.connect()
        if not accepted:
            return code
        await socket.send_json_to({})
        said = await socket.receive_json_from(PATIENCE)
        await socket.disconnect()
        return said

    return async_to_sync(ask)()


@pytest.fixture
def who(signed_in, user):
    return {"user": str(user), "session": str(signed_in.session.pk)}


@pytest.fixture
def ticket(signed_in, rf):
    request = rf.get("/")
    request.auth = AccessToken(signed_in.access)
    return ticket_for(request)


class TestAHandshake:
    def test_is_known_by_its_header(self, signed_in, who):
        assert answer_to(by_header(signed_in.access)) == who

    def test_a_handshake_without_a_token_is_refused(self, db):
        assert answer_to({}) == 4401

    def test_a_token_of_an_ended_session_is_refused(self, signed_in):
        sessions.revoke(signed_in.session)

        assert answer_to(by_header(signed_in.access)) == 4401

    @pytest.mark.parametrize("origin", [HERE, TRUSTED])
    def test_is_known_by_its_cookie_from_a_page_of_ours(self, signed_in, who, origin):
        assert answer_to(by_cookie(signed_in.access, origin)) == who

    @pytest.mark.parametrize("app", [asgi.sockets, asgi.open_to_all])
    @pytest.mark.parametrize("origin", [ELSEWHERE, "https://shop.example.com", "null", ""])
    def test_the_cookie_from_another_page_is_refused(self, signed_in, origin, app):
        assert answer_to(by_cookie(signed_in.access, origin), app=app) == 4401

    def test_a_page_that_is_refused_is_logged_with_the_cure(self, signed_in, caplog):
        answer_to(by_cookie(signed_in.access, ELSEWHERE))

        assert "event=csrf_refused" in caplog.text
        assert "If it is yours, name its origin in CSRF_TRUSTED_ORIGINS." in caplog.text

    def test_a_cookie_beside_a_refused_header_does_not_count(self, signed_in):
        assert answer_to({**by_cookie(signed_in.access), **by_header("x.y.z")}) == 4401

    @pytest.mark.parametrize("headers", [{}, by_header("x.y.z"), by_cookie("x.y.z")])
    def test_is_anonymous_where_the_project_says_so(self, db, headers):
        said = answer_to(headers, app=asgi.open_to_all)

        assert said == {"user": "AnonymousUser", "session": None}

    @pytest.mark.parametrize("error", [ServiceUnavailable, KeysUnavailable])
    def test_is_told_to_try_again_where_nobody_can_decide(self, signed_in, monkeypatch, error):
        def fail(*args):
            raise error

        monkeypatch.setattr("drf_jwt_kit.sessions.authenticate", fail)

        assert answer_to(by_header(signed_in.access)) == 1013


class TestATicket:
    def test_opens_a_socket(self, ticket, who):
        assert answer_to({}, f"/?ticket={ticket}") == who

    def test_opens_one_socket_only(self, ticket):
        answer_to({}, f"/?ticket={ticket}")

        assert answer_to({}, f"/?ticket={ticket}") == 4401

    def test_is_good_for_half_a_minute(self, clock, kit, user, rf):
        request = rf.get("/")
        request.auth = AccessToken(kit.sign_in(user).access)
        ticket = ticket_for(request)
        clock.shift(timedelta(seconds=31))

        assert answer_to({}, f"/?ticket={ticket}") == 4401

    def test_a_changed_ticket_is_refused(self, ticket):
        assert answer_to({}, f"/?ticket=x{ticket}") == 4401

    def test_a_ticket_of_an_ended_session_is_refused(self, ticket, signed_in):
        sessions.revoke(signed_in.session)

        assert answer_to({}, f"/?ticket={ticket}") == 4401

    def test_is_no_token_of_the_api(self, ticket, kit):
        assert kit.get_with(ticket).status_code == 401

    def test_is_not_the_access_token_nor_a_part_of_it(self, ticket, signed_in):
        assert not any(part in ticket for part in signed_in.access.split("."))

    def test_a_token_in_its_place_is_refused(self, signed_in):
        assert answer_to({}, f"/?ticket={signed_in.access}") == 4401
        assert answer_to({}, f"/?token={signed_in.access}") == 4401


@pytest.fixture
def lag(monkeypatch, monotonic, new_process):
    return Lag(monkeypatch, monotonic)


def stays_open(signed_in, lag, act, *, looks=1):
    """Whether an open socket is open still after ``act`` and ``looks`` of the watch."""
    return meanwhile(signed_in, lag, act, looks=looks, patience=0.1) is None


def meanwhile(signed_in, lag, act, *, looks=1, patience=PATIENCE):
    """The code with which an open socket is closed after ``act`` and ``looks`` of the watch; None
    if it stays open for so many seconds more."""

    async def live():
        socket = opened(by_header(signed_in.access))
        assert (await socket.connect())[0]
        await lag.looked()
        await sync_to_async(act)()
        for _ in range(looks):
            await lag.passes()
        if await socket.receive_nothing(patience):
            await socket.disconnect()
            return None
        message = await socket.receive_output()
        await socket.wait()
        return message["code"]

    return async_to_sync(live)()


def in_another_process(monkeypatch, act):
    """``act``, of which no signal is heard here."""
    monkeypatch.setattr(sockets, "_suspect", lambda is_meant: None)
    return act


class TestAnOpenSocket:
    def test_stays_open_with_its_session(self, signed_in, lag):
        assert stays_open(signed_in, lag, lambda: None, looks=3)

    def test_stays_open_when_the_table_has_been_asked(self, signed_in, lag, calls_of):
        asked = calls_of(sessions, "authenticate")

        assert stays_open(signed_in, lag, lambda: lag.clock.shift(15 * 60), looks=3)
        assert len(asked) == 2  # when it was opened, and after an access token's lifetime

    def test_is_closed_at_once_in_the_process_that_ends_its_session(self, signed_in, lag):
        end = lambda: sessions.revoke(signed_in.session)  # noqa: E731

        assert meanwhile(signed_in, lag, end, looks=0) == 4401

    def test_is_closed_at_once_before_the_feed_knows(self, signed_in, lag, monkeypatch):
        before = feed.recent_revocations()
        monkeypatch.setattr(sockets, "recent_revocations", lambda: before)
        end = lambda: sessions.revoke(signed_in.session)  # noqa: E731

        assert meanwhile(signed_in, lag, end, looks=0) == 4401

    def test_is_closed_at_once_when_all_of_its_user_end(self, signed_in, user, kit, lag):
        kit.sign_in(user)

        assert meanwhile(signed_in, lag, lambda: sessions.revoke(user=user), looks=0) == 4401

    def test_is_closed_at_once_when_all_sessions_end(self, signed_in, lag):
        assert meanwhile(signed_in, lag, sessions.revoke_all, looks=0) == 4401

    def test_is_closed_while_the_thread_that_all_code_shares_is_busy(
        self, signed_in, lag, monkeypatch
    ):
        free, revoke = threading.Event(), partial(sessions.revoke, signed_in.session)
        in_another_process(monkeypatch, revoke)

        async def live():
            socket = opened(by_header(signed_in.access))
            await socket.connect()
            await lag.looked()
            await sync_to_async(revoke)()
            busy = asyncio.ensure_future(sync_to_async(free.wait)(PATIENCE))
            await lag.passes()
            was_busy = not busy.done()
            free.set()
            message = await socket.receive_output()
            await asyncio.gather(busy, socket.wait())
            return message["code"], was_busy

        assert async_to_sync(live)() == (4401, True)

    def test_is_closed_within_the_lag_elsewhere(self, signed_in, lag, monkeypatch):
        end = in_another_process(monkeypatch, lambda: sessions.revoke(signed_in.session))

        assert meanwhile(signed_in, lag, end) == 4401

    def test_is_closed_within_the_lag_when_all_end_elsewhere(self, signed_in, lag, monkeypatch):
        assert (
            meanwhile(signed_in, lag, in_another_process(monkeypatch, sessions.revoke_all)) == 4401
        )

    def test_outlives_the_end_of_another_session(self, signed_in, user, kit, lag):
        other = kit.sign_in(user).session

        assert stays_open(signed_in, lag, lambda: sessions.revoke(other))

    def test_is_closed_within_an_access_lifetime_of_a_silent_change(self, signed_in, user, lag):
        def deactivate():
            get_user_model().objects.filter(pk=user.pk).update(is_active=False)
            lag.clock.shift(15 * 60)

        assert meanwhile(signed_in, lag, deactivate) == 4401

    def test_is_told_to_come_again_when_the_database_is_away(self, signed_in, lag, monkeypatch):
        def fail():
            raise ServiceUnavailable

        away = lambda: monkeypatch.setattr(sockets, "recent_revocations", fail)  # noqa: E731

        assert meanwhile(signed_in, lag, away) == 1013

    def test_stays_open_while_one_question_is_not_answered(self, signed_in, lag, monkeypatch):
        asked = []

        def fail(token):
            asked.append(token)
            raise ServiceUnavailable

        def end_unheard():
            sessions.revoke(signed_in.session)
            monkeypatch.setattr(sockets.sessions, "authenticate", fail)

        assert stays_open(signed_in, lag, in_another_process(monkeypatch, end_unheard))
        assert len(asked) == 1

    def test_is_closed_when_nobody_can_look_any_more(self, signed_in, lag, monkeypatch, caplog):
        def fail():
            raise LookupError

        broken = lambda: monkeypatch.setattr(sockets, "recent_revocations", fail)  # noqa: E731

        assert meanwhile(signed_in, lag, broken) == 1011
        assert "event=sockets_closed count=1" in caplog.text

    def test_sends_nothing_after_its_end(self, signed_in, lag):
        session = signed_in.session

        async def live():
            sent = []

            async def late(scope, receive, send):
                await send({"type": "websocket.accept"})
                await receive()
                await sync_to_async(sessions.revoke)(session)
                await receive()
                await send({"type": "websocket.send", "text": "secret"})
                sent.append(True)

            socket = opened(by_header(signed_in.access), app=asgi.JWTAuthMiddleware(late))
            await socket.connect()
            closed = await socket.receive_output()
            await socket.wait()
            return closed["type"], sent, await socket.receive_nothing()

        assert async_to_sync(live)() == ("websocket.close", [True], True)

    def test_many_of_them_cost_one_look_a_lag(self, signed_in, lag, calls_of):
        looks, asked = calls_of(revocations, "read"), calls_of(sessions, "authenticate")

        async def live():
            many = [opened(by_header(signed_in.access)) for _ in range(5)]
            for one in many:
                await one.connect()
            await lag.looked()
            before = len(looks), len(asked)
            await lag.passes()
            for one in many:
                await one.disconnect()
            return len(looks) - before[0], len(asked) - before[1]

        assert async_to_sync(live)() == (1, 0)


def test_the_watch_looks_a_lag_after_what_it_knows_was_read(monkeypatch):
    monkeypatch.setattr(sockets, "monotonic", lambda: 10.0)
    waited = []

    async def wait_for(waiting, seconds):
        waiting.close()
        waited.append(seconds)
        raise asyncio.TimeoutError

    monkeypatch.setattr(asyncio, "wait_for", wait_for)

    async def pause():
        await sockets._pause(asyncio.Event(), 10.4)
        await sockets._pause(asyncio.Event(), 9)

    async_to_sync(pause)()

    assert waited == [pytest.approx(0.4), 0.1]


CLOSED_WITH = [sockets.UNAUTHENTICATED, sockets.TRY_AGAIN_LATER, sockets.INTERNAL_ERROR]


@pytest.mark.parametrize("code", CLOSED_WITH)
def test_the_doctor_explains_what_a_socket_is_closed_with(code):
    assert next(explained(str(code))) == f"{code}: a socket was closed with it."
