"""Fetching a key set over a real connection: nothing but a short JSON answer is taken."""

import datetime
import socket
import ssl
import threading
import time
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from drf_jwt_kit.jose import fetch as fetching
from drf_jwt_kit.jose.fetch import LARGEST_SET, FetchFailed, _connection, _ReadUntil, fetch
from tests.keys.material import private_key, private_pem


class Answers(BaseHTTPRequestHandler):
    """Answers each path in a way of its own."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        getattr(self, self.path.strip("/"))()

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        self.answer(b'{"keys":[]}')

    def moved(self):
        self.answer(b"", 302, Location="/good")

    def broken(self):
        self.answer(b'{"keys":[]}', 500)

    def empty(self):
        self.answer(b"", 204)

    def html(self):
        self.answer(b"<html>")

    def deep(self):
        self.answer(b"[" * 100_000)

    def large(self):
        self.answer(b" " * LARGEST_SET + b"{}")

    def dripping(self):
        self.drip(b" ", after=b"HTTP/1.1 200 OK\r\n\r\n")

    def dripping_status(self):
        self.drip(b"H")

    def dripping_header(self):
        self.drip(b"X", after=b"HTTP/1.1 200 OK\r\n")

    def continuing(self):
        self.drip(b"HTTP/1.1 100 Continue\r\n\r\n")

    def dripping_chunk_size(self):
        self.drip(b"0", after=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")

    def dripping_trailer(self):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
        self.drip(b"X: y\r\n", after=chunked)

    def drip(self, drop, *, after=b""):
        self.wfile.write(after)
        while not self.server.stopped.wait(0.05):
            self.wfile.write(drop)

    def silent(self):
        self.server.stopped.wait(10)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked, server.stopped = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield server
    server.stopped.set()
    server.shutdown()
    serving.join()
    server.server_close()


def test_takes_a_json_answer(server):
    assert fetch(f"{server.url}/good", 5) == {"keys": []}


def test_sends_no_more_than_it_must(server):
    fetch(f"{server.url}/good", 5)

    ((_, headers),) = server.asked
    assert headers.keys() == {"Accept", "Accept-Encoding", "User-Agent", "Host", "Connection"}
    assert headers["Accept"] == "application/jwk-set+json, application/json"


def test_uses_no_proxy_for_this_machine(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    assert fetch(f"{server.url}/good", 5) == {"keys": []}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("moved", "it answered 302 (redirects are not followed)"),
        ("broken", "it answered 500"),
        ("empty", "it answered 204"),
        ("html", "it did not answer JSON"),
        ("deep", "it did not answer JSON"),
        ("large", "its answer is longer than 262144 bytes"),
    ],
)
def test_an_answer_of_another_kind_is_refused(server, path, why):
    with pytest.raises(FetchFailed) as refusal:
        fetch(f"{server.url}/{path}", 5)

    assert str(refusal.value) == why
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "path",
    ["dripping", "dripping_status", "dripping_header", "continuing", "dripping_chunk_size",
     "dripping_trailer", "silent"],
)  # fmt: skip
def test_gives_up_on_a_slow_answer(server, path):
    started = time.monotonic()
    giving_up = threading.Timer(3, server.stopped.set)  # or a fetch that waits would never end
    giving_up.start()

    with pytest.raises(FetchFailed, match=r"^its answer takes too long$"):
        fetch(f"{server.url}/{path}", 0.2)
    giving_up.cancel()
    assert time.monotonic() - started < 2


def test_says_that_nobody_answers(server):
    with pytest.raises(FetchFailed, match=r"^it cannot be reached: .*Connection refused"):
        fetch("http://127.0.0.1:1/jwks", 5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/jwks", "data:,{}"])
def test_knows_no_other_scheme(url):
    with pytest.raises(FetchFailed):
        fetch(url, 5)


def test_reads_nothing_after_its_time():
    """However much has arrived: a server that answers quickly and for ever is given up, too."""
    here, there = socket.socketpair()
    with here, there, _ReadUntil(here.makefile("rb", 0), here, time.monotonic()) as answer:
        there.sendall(b"more")

        with pytest.raises(TimeoutError):
            answer.read(1)


@pytest.mark.parametrize("early", [0.1, 0.9])
def test_reads_to_the_end_of_its_time(monkeypatch, early):
    here, there = socket.socketpair()
    now = time.monotonic()
    with here, there, _ReadUntil(here.makefile("rb", 0), here, now + early) as answer:
        monkeypatch.setattr(time, "monotonic", lambda: now)
        there.sendall(b"more")

        assert answer.read(1) == b"m"


def test_reads_nothing_at_the_end_of_its_time(monkeypatch):
    here, there = socket.socketpair()
    now = time.monotonic()
    with here, there, _ReadUntil(here.makefile("rb", 0), here, now) as answer:
        monkeypatch.setattr(time, "monotonic", lambda: now)
        there.sendall(b"more")

        with pytest.raises(TimeoutError):
            answer.read(1)


def test_uses_the_proxy_of_the_environment_for_https(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")

    with pytest.raises(FetchFailed, match="refused"):
        fetch("https://issuer.invalid/jwks", 5)


def test_connects_within_the_time_and_as_it_is_told():
    def connection(host, **given):
        return SimpleNamespace(host=host, given=given)

    made = _connection(connection, "issuer", timeout=3, context="verifies")

    assert (made.host, made.given) == ("issuer", {"timeout": 3, "context": "verifies"})


class TestALongAnswer:
    @pytest.fixture
    def answering(self, monkeypatch):
        """A server that answers with a body; gives how many bytes of it were asked for."""

        def answering(body):
            asked = []
            answer = SimpleNamespace(status=200, read=lambda most: asked.append(most) or body)
            opener = SimpleNamespace(open=lambda request, timeout: nullcontext(answer))
            monkeypatch.setattr(fetching, "_opener", lambda url: opener)
            return asked

        return answering

    def test_may_have_as_many_bytes_as_a_set(self, answering):
        asked = answering(b"[]".rjust(LARGEST_SET))

        assert fetch("https://issuer.example/jwks", 5) == []
        assert asked == [LARGEST_SET + 1]

    def test_may_have_no_more(self, answering):
        answering(b"[]".rjust(LARGEST_SET + 1))

        with pytest.raises(FetchFailed, match=r"^its answer is longer than 262144 bytes$"):
            fetch("https://issuer.example/jwks", 5)


class TestHttps:
    @pytest.fixture
    def certificate(self, tmp_path):
        """A file with a certificate of this machine that nobody has signed, and its key."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.timezone.utc)
        key = private_key("ES256")
        signed = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / "certificate.txt"
        pem = signed.public_bytes(Encoding.PEM)
        file.write_bytes(pem + private_pem("ES256").encode())
        return file

    @pytest.fixture
    def secure(self, server, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        return f"https://localhost:{server.server_port}"

    def test_refuses_a_certificate_that_nobody_vouches_for(self, secure):
        with pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"{secure}/good", 5)

    def test_takes_one_of_an_authority_of_your_own(self, secure, certificate, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

        assert fetch(f"{secure}/good", 5) == {"keys": []}

    def test_refuses_one_for_another_name(self, secure, certificate, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

        with pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(secure.replace("localhost", "127.0.0.1") + "/good", 5)
