"""Pages are rendered by a server that passes cookies on: one rotation, and nobody is logged out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.child import environment
from tests.docs.pages import ROOT, blocks_of
from tests.leaving_out import leave_out
from tests.properties.page import ACCESS, REFRESH, Page, Reply, jar_of
from tests.races.together import together

HERE = Path(__file__).parent
HOW_TO = ROOT / "docs/how-to/render-on-a-server.md"
KEY = "__Host-refresh_key"
OVER = "x.eyJleHAiOjF9.x"
"""What a server takes for an access token that is over: {"exp":1}."""


@pytest.fixture(scope="module")
def site(empty_database, serve):
    database = empty_database("sqlite")
    return serve(database, workers=2, threads=8, ROOT_URLCONF="tests.races.cookie_site")


@pytest.fixture(scope="module")
def files(site, tmp_path_factory):
    """The how-to's two files, with the address of that site."""
    folder = tmp_path_factory.mktemp("renderer")
    (folder / "package.json").write_text('{"type": "module"}')
    for block in blocks_of(HOW_TO.read_text(encoding="utf-8")):
        named = re.match(r"// shop/static/shop/(\w+\.js)\n", block.text)
        if named:
            text = block.text.replace("127.0.0.1:8000", f"127.0.0.1:{site.port}")
            (folder / named[1]).write_text(text)
    return folder


@pytest.fixture(scope="module")
def ports(site, files):
    """Where two processes render."""
    node = shutil.which("node")
    if not node:
        leave_out("pages that a server renders. Install node 20.")
    command = [node, str(HERE / "renderer.mjs"), str(files), f"http://127.0.0.1:{site.port}"]
    running = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    yield [int(process.stdout.readline()) for process in running]
    for process in running:
        process.kill()
        process.communicate()


class Visitor(Page):
    """A browser that is logged in, and looks at rendered pages."""

    def get(self, port: int, jar: dict[str, str] | None = None) -> Reply:
        """One request; nothing is heard yet."""
        cookies = "; ".join(f"{n}={v}" for n, v in (self.jar if jar is None else jar).items())
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/orders", headers={"Cookie": cookies} if cookies else {})
            answer = connection.getresponse()
            body = json.loads(answer.read() or b"{}")
            if answer.status == 307:
                assert urlsplit(answer.headers["Location"]).path == "/orders"
            lines = tuple(answer.headers.get_all("Set-Cookie") or ())
            return Reply(answer.status, body, lines, dict(answer.headers))
        finally:
            connection.close()

    def look(self, port: int) -> Reply:
        """Follow the redirects, as a browser does."""
        for _ in range(5):
            reply = self.hear(self.get(port))
            if reply.status != 307:
                return reply
        raise AssertionError("a redirect that does not end")

    def forget_access(self) -> None:
        """Its time is over, and the browser drops it."""
        del self.jar[ACCESS]


@pytest.fixture
def visitor(site):
    visitor = Visitor(site, site.newcomer())
    visitor.log_in()
    return visitor


@pytest.fixture
def wait(site, visitor):
    sid = visitor.sid
    return lambda seconds: site.act("time_passes", session=sid, seconds=seconds)


ALL_ANSWERED, ALL_REFUSED = {"components": [200] * 20}, {"components": [401] * 20}


class TestAServerThatRenders:
    def test_passes_a_good_token_on(self, ports, visitor):
        reply = visitor.get(ports[0])

        assert (reply.status, reply.body, reply.cookies) == (200, ALL_ANSWERED, ())

    @pytest.mark.parametrize("expired", [None, OVER])
    def test_refreshes_once_for_twenty_components(self, ports, site, visitor, expired):
        visitor.forget_access()
        visitor.jar |= {ACCESS: expired} if expired else {}

        reply = visitor.look(ports[0])

        assert (reply.body, visitor.generation) == (ALL_ANSWERED, 1)
        assert site.row(visitor.sid)["generation"] == 1

    def test_refreshes_once_for_twenty_pages_at_once_in_two_processes(
        self, ports, site, visitor, wait
    ):
        visitor.look(ports[0])
        visitor.forget_access()
        visitor.hear(visitor.get(ports[0]))  # the key

        gets = [partial(visitor.get, ports[at % 2], dict(visitor.jar)) for at in range(20)]
        for reply in together(*gets):
            visitor.hear(reply)

        assert site.row(visitor.sid)["generation"] == visitor.generation == 1
        wait(11)
        visitor.forget_access()
        assert visitor.look(ports[1]).body == ALL_ANSWERED
        assert site.row(visitor.sid)["reason"] == ""

    def test_collects_an_answer_that_was_lost_with_the_page_that_was_left(
        self, ports, site, visitor, wait
    ):
        visitor.forget_access()
        visitor.hear(visitor.get(ports[0]))  # the key
        assert visitor.get(ports[0]).status == 307  # whose cookies are thrown away
        wait(3 * 3600)

        reply = visitor.look(ports[0])

        assert (reply.body, visitor.generation) == (ALL_ANSWERED, 2)
        wait(11)
        visitor.forget_access()
        assert visitor.look(ports[0]).body == ALL_ANSWERED

    def test_makes_another_key_for_each_refresh(self, ports, visitor, wait):
        keys = set()
        for _ in range(3):
            visitor.forget_access()
            visitor.look(ports[0])
            keys.add(visitor.jar[KEY])
            wait(11)

        assert len(keys) == 3

    def test_keeps_the_key_out_of_reach_of_scripts_and_other_sites(self, ports, visitor):
        visitor.forget_access()

        (line,) = visitor.get(ports[0]).cookies

        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(line.split("; "))

    def test_renders_for_nobody_when_the_session_has_ended(self, ports, site, visitor):
        site.act("revoke", session=visitor.sid)
        visitor.forget_access()

        reply = visitor.look(ports[0])

        assert (reply.status, reply.body) == (200, ALL_REFUSED)
        assert REFRESH not in visitor.jar

    def test_renders_for_whoever_is_not_logged_in(self, ports, site):
        assert Visitor(site, None).get(ports[0]).body == ALL_REFUSED

    def test_makes_no_key_for_whoever_has_no_session(self, ports, site):
        assert jar_of(Visitor(site, None).get(ports[0])) == {}
