"""client.js, in node: no browser is needed for what it decides.

login.test.mjs     what login, logout and onLogout promise
fetch.test.mjs     what becomes of a request
refresh.test.mjs   when it refreshes, how often, and how it collects a lost answer
tabs.test.mjs      what several tabs do together, and without what a browser may lack
change.test.mjs    what onChange tells, and what `session` is between two changes
start.test.mjs     where a client is made: on no page, in a worker, with another fetch than at first
header.test.mjs    the mode without cookies
server.mjs         a server that speaks the protocol, and is stricter than ours
browser.mjs        tabs, with the storage, locks and channels that they share, and a clock
usage.ts           the declarations as a user of TypeScript meets them; `make types` compiles it
eslint.config.js, tsconfig*.json, package*.json   the tools of `make lint` and `make types`

Whether browsers really behave like browser.mjs is another question, for tests in one.
"""
