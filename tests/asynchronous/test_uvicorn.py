"""The endpoints and the views behind uvicorn, a real ASGI server."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.servers.client import DistantKit, Person

from .uvicorn import served

ADA = Person("ada", 1)
EVERY_VIEW = ["/api/secure/", "/adrf/strict/", "/adrf/stateless/", "/plain/stateless/"]


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with served(tmp_path_factory.mktemp("uvicorn")) as port:
        yield port


@pytest.fixture
def kit(port):
    return DistantKit(port)


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_a_login_opens_every_kind_of_view(kit, view):
    tokens = kit.sign_in(ADA)

    assert kit.get_with(tokens.access, view).status_code == 200


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_a_login_refreshes_and_logs_out(kit, view):
    tokens = kit.rotate(kit.sign_in(ADA).refresh)

    assert kit.logout(tokens.refresh).status_code == 200
    assert kit.get_with(tokens.access, view).status_code == 401


def test_many_requests_at_once_each_have_their_own_user(kit, port):
    logins = [kit.sign_in(ADA).access for _ in range(8)]

    def session_seen(access):
        return DistantKit(port).get_with(access, "/plain/stateless/").json()["session"]

    with ThreadPoolExecutor(8) as clients:
        seen = list(clients.map(session_seen, logins * 4))

    assert len(set(seen)) == 8
    assert seen == seen[:8] * 4


def test_a_client_that_goes_away_leaves_the_server_to_others(kit):
    tokens = kit.sign_in(ADA)
    connection = kit.connect()
    connection.request(
        "GET", "/plain/strict/", headers={"Authorization": f"Bearer {tokens.access}"}
    )
    connection.close()

    assert kit.get_with(tokens.access, "/plain/strict/").status_code == 200


def socket_of(port, ticket):
    """With a ticket: the library logs whole handshakes for debugging, tokens and all."""
    return connect(f"ws://127.0.0.1:{port}/?ticket={ticket}")


def test_a_socket_is_closed_when_its_session_ends(kit, port):
    tokens = kit.sign_in(ADA)
    ticket = kit.get_with(tokens.access, "/plain/ticket/").json()["ticket"]

    with socket_of(port, ticket) as socket:
        socket.send("{}")
        assert '"user": "ada"' in socket.recv(timeout=30)
        kit.logout(tokens.refresh)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=30)

    assert closed.value.rcvd.code == 4401


def test_a_handshake_with_a_refused_ticket_is_answered_403(port):
    with pytest.raises(InvalidStatus) as refused:
        socket_of(port, "x.y.z").close()

    assert refused.value.response.status_code == 403
