"""What is promised to browsers, in real Chromium against a project that gunicorn serves.

chromium.py   which browser, and the thread that drives it
profile.py    one person's browser: cookies, tabs, what was sent, what the console complained of
tab.py        a page with client.js, and what its script can do
shop.py       the project, over HTTP on any loopback name or over HTTPS on sibling hosts
keys.py       what it has bound to its device, and how it loses the key
pictures.py   screenshots for the documents, and what axe says of a page
conftest.py   all of it, as fixtures; every test runs in the browser's thread
served/       the project that is served, and the pages of an attacker

A test fails on anything that a console complains of, unless it says so first:
``profile.expect("401")``. The server's clock is moved by ``later(minutes=15)``, a page's own by
Playwright's ``page.clock``.
"""
