"""Script cannot read the tokens, wherever it looks."""

import pytest

_STORES = """async () => {
    const databases = await indexedDB.databases();
    const caches_ = await caches.keys();
    const cookies = window.cookieStore ? await cookieStore.getAll() : [];
    return JSON.stringify({
        document: document.cookie,
        cookies,
        local: { ...localStorage },
        session: { ...sessionStorage },
        databases,
        caches_,
        name: window.name,
        url: location.href,
        client: JSON.stringify(client),
        page: document.documentElement.outerHTML,
    });
}"""


@pytest.fixture
def bodies(chromium, profile):
    """What every response to this browser holds, as a script that sent the request reads it."""
    read = []
    chromium.run(
        profile.context.on, "requestfinished", lambda request: read.append(request.response())
    )
    return lambda: [response.text() for response in read]


@pytest.fixture
def secrets(profile):
    """The tokens, and each part of them."""

    def split():
        tokens = profile.tokens().values()
        return {part for token in tokens for part in (token, *token.split(".")[1:])}

    return split


def test_no_token_is_in_what_a_page_can_keep(profile, tab, secrets):
    seen = tab.script(_STORES)

    assert len(secrets()) == 6
    assert [secret for secret in secrets() if secret in seen] == []


def test_no_token_is_in_any_answer(profile, bodies, tab, secrets, later):
    profile.expect("401")
    later(minutes=16)
    tab.get("/api/secure/")
    tab.get("/api/auth/sessions/")

    read = bodies()

    assert len(read) > 5
    assert [body for body in read for secret in secrets() if secret in body] == []


def test_no_token_is_in_what_is_kept_after_a_refresh(profile, tab, secrets, later):
    profile.expect("401")
    later(minutes=16)
    tab.get("/api/secure/")

    seen = tab.script(_STORES)

    assert [secret for secret in secrets() if secret in seen] == []


def test_no_script_can_put_one_over_them(profile, tab, ada):
    before = profile.tokens()

    tab.script("() => { document.cookie = '__Host-access_token=x; Secure; Path=/'; }")

    assert profile.tokens() == before
    assert tab.get("/api/secure/").body == {"user": ada.get_username()}
