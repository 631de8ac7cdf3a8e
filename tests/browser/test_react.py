"""The page of docs/how-to/react.md on Vite's development server, in two tabs of one browser."""

from __future__ import annotations

import socket
import subprocess
from contextlib import closing, contextmanager

import pytest

from tests.child import environment
from tests.conftest import PASSWORD
from tests.front_ends import package
from tests.leaving_out import leave_out

SHORT_FORM = """\
import react from "@vitejs/plugin-react";
import {{ defineConfig }} from "vite";

export default defineConfig({{ plugins: [react()], server: {{ proxy: {{ "/api": "{api}" }} }} }});
"""


@contextmanager
def developing(folder):
    """The address of Vite's server for that folder."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    vite = ["node", package.tool("react", "vite/bin/vite.js"), "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*vite, "--port", str(port), "--strictPort"],
        cwd=folder,
        env=environment(NO_COLOR="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert any(url in line for line in process.stdout), "Vite has ended"
        yield url
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def tarball(chromium, tmp_path_factory):
    if not package.has_npm():
        leave_out("React's page in Chromium. Install node 20 with npm.")
    return package.pack(tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="module")
def folder(tarball, shop):
    with package.front_end("react", tarball, f"http://127.0.0.1:{shop.port}") as made:
        yield made


@pytest.fixture(scope="module")
def address(folder):
    with developing(folder) as url:
        yield url


class ShopPage:
    """The page in one tab."""

    def __init__(self, page):
        self.page = page

    def log_in(self, user):
        self.page.get_by_label("User name").fill(user.get_username())
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def log_out(self):
        self.page.get_by_role("button", name="Log out").click()

    def reload(self):
        """And wait for what the page asks for."""
        shown = self.page.expect_response(lambda answer: answer.ok and "/secure/" in answer.url)
        with shown:
            self.page.reload()

    def wait_until_in(self):
        self.page.get_by_role("button", name="Log out").wait_for()

    def wait_until_out(self):
        self.page.get_by_role("button", name="Log in").wait_for()


@pytest.fixture
def visit(profile, address):
    return lambda: ShopPage(profile.visit(address))


@pytest.fixture
def two(chromium, visit, ada):
    """Two tabs; Ada has logged in in the first."""

    def open_both():
        tabs = visit(), visit()
        tabs[0].log_in(ada)
        for tab in tabs:
            tab.wait_until_in()
        return tabs

    return chromium.run(open_both)


def test_a_login_in_one_tab_is_shown_in_the_other(two):
    _, second = two

    assert second.page.get_by_role("button", name="Log in").count() == 0


def test_a_logout_in_one_tab_is_shown_in_the_other(two):
    first, second = two

    second.log_out()

    first.wait_until_out()


def test_another_user_in_another_tab_gets_a_view_of_its_own(shop, two):
    first, _ = two
    first.page.get_by_role("main").evaluate("(main) => { main.dataset.owner = 'ada'; }")

    first.page.evaluate(
        """async ([username, password]) => {
            const { client } = await import("/src/session.ts");
            await client.login({ username, password });
        }""",
        [shop.newcomer().get_username(), PASSWORD],
    )

    first.page.wait_for_selector("main:not([data-owner])")


def test_effects_that_run_twice_refresh_once(profile, two, later):
    profile.expect("401 (Unauthorized) [/api/secure/]")
    first, _ = two
    first.reload()
    later(minutes=16)

    # An answer to the page before may come late, and is not what is waited for.
    with first.page.expect_response(lambda answer: answer.url.endswith("/auth/refresh/")):
        first.reload()
    first.wait_until_in()

    assert len(profile.sent("POST", "/api/auth/refresh/")) == 1


def test_a_hot_reload_leaves_one_session_and_one_view(two, folder):
    first, second = two
    module = folder / "src" / "session.ts"
    written = module.read_text()

    module.write_text(f"{written}\nObject.assign(window, {{ anew: true }});\n")
    first.page.wait_for_function("() => window.anew")
    second.log_out()

    first.wait_until_out()
    module.write_text(written)


def test_the_short_form_of_the_proxy_is_answered_with_its_cure(profile, tarball, shop, ada):
    profile.expect("403 (Forbidden) [/api/auth/]")
    api = f"http://127.0.0.1:{shop.port}"
    with package.front_end("react", tarball) as folder:
        (folder / "vite.config.ts").write_text(SHORT_FORM.format(api=api))
        with developing(folder) as url:
            page = ShopPage(profile.visit(url))

            page.log_in(ada)

            alert = page.page.get_by_role("alert").filter(has_text="changeOrigin: false")
            alert.wait_for()


def test_its_worker_asks_with_the_cookies_of_the_page(two):
    first, _ = two

    first.page.evaluate("() => worker.postMessage('/api/secure/')")

    first.page.wait_for_function("() => said.includes(200)")
