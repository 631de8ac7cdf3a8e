/** When a session is refreshed, how often, and what becomes of a lost answer. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ME = "https://shop.example/me/";
const REFRESH = "POST refresh/";

let browser, server, tab, client;

beforeEach(async () => {
  browser = await openBrowser();
  ({ server } = browser);
  tab = await browser.openLoggedIn();
  ({ client } = tab);
  await client.fetch(ME, { method: "POST" }); // so that a CSRF token is there
  server.seen.length = server.requests.length = 0;
});

/** The retry keys that were sent, oldest first. */
const keys = () => server.asked(REFRESH).map(({ headers }) => headers["idempotency-key"]);

test("nothing is refreshed before its time", async () => {
  browser.later(869);

  await client.fetch(ME);

  assert.deepEqual(server.seen, ["GET me/"]);
});

test("shortly before it expires the session is refreshed first", async () => {
  browser.later(870);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [REFRESH, "GET me/"]);
  assert.equal(client.session.expiresAt, Date.now() + 900_000);
});

test("nothing is refreshed while nothing is asked", async () => {
  browser.later(100_000);
  await settled();

  assert.deepEqual(server.seen, []);
});

test("a deadline counts from the question, not from a slow answer", async () => {
  browser.later(870);
  const asked = Date.now();
  const answer = server.holdNext(REFRESH);
  const request = client.fetch(ME);
  await settled();

  browser.later(20);
  answer();
  await request;

  assert.equal(client.session.expiresAt, asked + 900_000);
});

test("a refused request is repeated after one refresh", async () => {
  server.answerNext("GET me/", 401, { code: "token_not_valid" });

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, ["GET me/", REFRESH, "GET me/"]);
});

test("a request that is refused again is not repeated again", async () => {
  server.answerNext("GET me/", 401, { code: "token_not_valid" });
  server.answerNext("GET me/", 401, { code: "token_not_valid", reason: "second" });

  const response = await client.fetch(ME);

  assert.equal((await response.json()).reason, "second");
  assert.deepEqual(server.seen, ["GET me/", REFRESH, "GET me/"]);
});

test("a request is sent twice at most, whatever it is refused for", async () => {
  server.answerNext("POST me/", 401, { code: "token_not_valid" });
  server.answerNext("POST me/", 403, { code: "csrf_failed" });

  const response = await client.fetch(ME, { method: "POST" });

  assert.equal(response.status, 403);
  assert.equal(server.count("POST me/"), 2);
});

test("requests of one tab wait for one refresh", async () => {
  browser.later(900);

  const responses = await Promise.all([1, 2, 3, 4, 5, 6].map(() => client.fetch(ME)));

  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200, 200, 200, 200, 200],
  );
  assert.equal(server.count(REFRESH), 1);
});

test("requests that are refused together are repeated after one refresh", async () => {
  browser.setClock(-3600);
  browser.later(900);

  const responses = await Promise.all([1, 2, 3].map(() => client.fetch(ME)));

  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal(server.count(REFRESH), 1);
});

test("requests of one tab fail together", async () => {
  browser.later(900);
  server.cutNext(REFRESH);

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => client.fetch(ME)));

  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected", "rejected"],
  );
  assert.equal(server.count(REFRESH), 1);
});

test("a request that is refused after another's refresh does not wait for the next one", async () => {
  const answer = server.holdNext("GET slow/");
  const slow = client.fetch("/slow/");
  await settled();
  browser.later(900);
  await client.fetch(ME);
  browser.later(880);
  server.holdNext(REFRESH);
  void client.fetch(ME);
  await settled();

  answer();

  assert.equal((await slow).status, 200);
});

test("a request that is refused after another's refresh is repeated without one", async () => {
  const answer = server.holdNext("GET slow/");
  const slow = client.fetch("/slow/");
  await settled();
  browser.later(900);
  await client.fetch(ME);

  answer();
  const response = await slow;

  assert.equal(response.status, 200);
  assert.deepEqual([server.count("GET slow/"), server.count(REFRESH)], [2, 1]);
});

test("a refused refresh ends the session, and the refused request is the answer", async () => {
  server.endSessions();

  const response = await client.fetch(ME);

  assert.equal(response.status, 401);
  assert.equal(client.session, null);
  assert.deepEqual(tab.heard, ["ended"]);
  assert.deepEqual(server.seen, ["GET me/", REFRESH]);
});

test("after a refresh that was refused early the request is a stranger's", async () => {
  server.endSessions();
  browser.later(870);

  const response = await client.fetch("/public/");

  assert.deepEqual(await response.json(), { user: null });
  assert.deepEqual(server.seen, [REFRESH, "GET public/"]);
});

test("and refused without another refresh", async () => {
  server.endSessions();
  browser.later(870);

  const response = await client.fetch(ME);

  assert.equal(response.status, 401);
  assert.deepEqual(server.seen, [REFRESH, "GET me/"]);
});

test("requests that find out together that it is over tell it once", async () => {
  server.endSessions();

  await Promise.all([1, 2, 3].map(() => client.fetch(ME)));

  assert.deepEqual(tab.heard, ["ended"]);
  assert.equal(server.count(REFRESH), 1);
});

test("a stranger who is refused is no ended session", async () => {
  await client.logout();
  tab.heard.length = 0;

  const response = await client.fetch(ME);

  assert.equal(response.status, 401);
  assert.deepEqual(tab.heard, []);
});

test("a stranger who is refused again costs a refresh each time, and no CSRF token", async () => {
  await client.logout();
  server.seen.length = 0;

  await client.fetch(ME);
  await client.fetch(ME);

  assert.deepEqual(server.seen, ["GET me/", REFRESH, "GET me/", REFRESH]);
});

test("cookies that script does not know of are found by a refused request", async () => {
  browser.localStorage.entries.clear();
  const other = await browser.open();
  browser.later(900);

  const response = await other.client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(other.client.session.expiresAt, Date.now() + 900_000);
  assert.deepEqual([tab.heard, other.heard], [[], []]);
});

test("cookies of a login by other means outlive a late refusal, and are found", async () => {
  server.login({ username: "bob" });
  server.answerNext(REFRESH, 401, { detail: "Refused.", code: "token_not_valid" });
  browser.later(870);

  await client.fetch("/public/");
  browser.later(900);
  const [asAda, asBob] = [await client.fetch(ME), await client.fetch(ME)];

  assert.deepEqual([asAda.status, asBob.status], [401, 200]);
  assert.equal(client.session.expiresAt, Date.now() + 900_000);
  assert.deepEqual(tab.heard, ["ended"]);
});

test("a retry key goes with each refresh, another one each time", async () => {
  browser.later(900);
  await client.fetch(ME);
  browser.later(900);
  await client.fetch(ME);

  const [first, second] = keys();
  assert.match(first, /^[0-9a-f]{32}$/);
  assert.match(second, /^[0-9a-f]{32}$/);
  assert.notEqual(first, second);
});

test("a lost answer is collected by the same key", async () => {
  browser.later(900);
  server.loseNext(REFRESH);

  await assert.rejects(client.fetch(ME), TypeError);
  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(keys(), [keys()[0], keys()[0]]);
  assert.deepEqual(tab.heard, []);
});

test("a lost answer is collected after a reload", async () => {
  browser.later(900);
  server.loseNext(REFRESH);
  await assert.rejects(client.fetch(ME), TypeError);

  const after = await browser.reload(tab);
  const response = await after.client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(keys()[1], keys()[0]);
});

test("a lost answer is collected by another tab", async () => {
  const other = await browser.open();
  browser.later(900);
  server.loseNext(REFRESH);
  await assert.rejects(client.fetch(ME), TypeError);

  const response = await other.client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(keys()[1], keys()[0]);
});

test("a stored key that would fit no header is thrown away", async () => {
  browser.later(900);
  server.loseNext(REFRESH);
  await assert.rejects(client.fetch(ME), TypeError);
  browser.poison("€");

  const { client: reloaded } = await browser.reload(tab);
  server.sessions.get("session 1 of ada").gen = 0; // so that another key is as good
  const response = await reloaded.fetch(ME);

  assert.equal(response.status, 200);
  assert.match(keys()[1], /^[0-9a-f]{32}$/);
});

test("the key is thrown away once there is an answer", async () => {
  browser.later(900);

  await client.fetch(ME);

  assert.doesNotMatch(browser.localStorage.text, new RegExp(keys()[0]));
});

test("the key is thrown away with a session that ends", async () => {
  browser.later(900);
  server.endSessions();

  await client.fetch(ME);

  assert.doesNotMatch(browser.localStorage.text, new RegExp(keys()[0]));
});

test("a login throws the key of the session before away", async () => {
  browser.later(900);
  server.loseNext(REFRESH);
  await assert.rejects(client.fetch(ME), TypeError);

  await client.login({ username: "bob", password: "right" });

  assert.doesNotMatch(browser.localStorage.text, new RegExp(keys()[0]));
});

test("a refusal that is no end keeps the key and says what is wrong", async () => {
  browser.later(900);
  server.answerNext(REFRESH, 415, { detail: "Only JSON.", code: "unsupported_media_type" });

  await assert.rejects(client.fetch(ME), { name: "AuthError", status: 415 });

  assert.match(browser.localStorage.text, new RegExp(keys()[0]));
  assert.deepEqual(tab.heard, []);
});

test("a throttled refresh keeps the key, and logs nobody out", async () => {
  browser.later(900);
  server.answerNext(REFRESH, 429, { detail: "Slow.", code: "throttled" }, { "Retry-After": "42" });

  await assert.rejects(client.fetch(ME), { status: 429, retryAfter: 42 });
  assert.deepEqual(tab.heard, []);
  await client.fetch(ME);

  assert.equal(keys()[1], keys()[0]);
});

test("a server that is soon back is waited for, with the same key", async (t) => {
  browser.later(900);
  server.answerNext(REFRESH, 503, { code: "temporarily_unavailable" }, { "Retry-After": "3" });
  const waits = t.mock.method(globalThis, "setTimeout", (then) => void queueMicrotask(then));

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(
    waits.mock.calls.map(({ arguments: [, ms] }) => ms),
    [3000],
  );
  assert.equal(keys()[1], keys()[0]);
});

test("a server that is away for longer is not waited for", async () => {
  browser.later(900);
  server.answerNext(REFRESH, 503, { code: "temporarily_unavailable" }, { "Retry-After": "60" });

  await assert.rejects(client.fetch(ME), { name: "AuthError", status: 503, retryAfter: 60 });

  assert.deepEqual(server.seen, [REFRESH]);
  assert.deepEqual(tab.heard, []);
});

test("a server that is away twice is waited for once", async () => {
  browser.later(900);
  server.answerNext(REFRESH, 503, { code: "temporarily_unavailable" }, { "Retry-After": "0" });
  server.answerNext(REFRESH, 503, { code: "temporarily_unavailable" }, { "Retry-After": "0" });

  await assert.rejects(client.fetch(ME), { status: 503 });

  assert.equal(server.count(REFRESH), 2);
});

test("a refresh that fails early does not hold a request up", async () => {
  browser.later(880);
  server.cutNext(REFRESH);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [REFRESH, "GET me/"]);
});

test("a 401 of a proxy is no end of the session", async () => {
  browser.later(900);
  server.answerNext(REFRESH, 401, "<h1>Who are you?</h1>");

  await assert.rejects(client.fetch(ME), { name: "AuthError", status: 401, body: null });
  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(tab.heard, []);
  assert.equal(keys()[1], keys()[0]);
});

const PASSING = [401, { code: "token_not_valid", reason: "invalid" }, { "Retry-After": "0" }];

test("a refusal that may pass is asked once more", async () => {
  browser.later(900);
  server.answerNext(REFRESH, ...PASSING);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(server.count(REFRESH), 2);
});

test("a refusal that may pass ends no session", async () => {
  browser.later(900);
  server.answerNext(REFRESH, ...PASSING);
  server.answerNext(REFRESH, ...PASSING);

  await assert.rejects(client.fetch(ME), { name: "AuthError", status: 401, retryAfter: 0 });

  assert.notEqual(client.session, null);
  assert.deepEqual(tab.heard, []);
  assert.equal((await client.fetch(ME)).status, 200);
});

test("a page that a network puts in the way is no answer", async () => {
  browser.later(900);
  server.answerNext(REFRESH, 200, "<h1>Accept our terms</h1>");

  await assert.rejects(client.fetch(ME), { name: "AuthError", status: 200, body: null });
  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(keys()[1], keys()[0]);
});

test("a CSRF refusal of a refresh is cured in the same way", async () => {
  browser.later(900);
  server.csrf = "another";

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [REFRESH, "GET csrf/", REFRESH, "GET me/"]);
});

test("a server that never answers keeps nobody waiting for longer than half a minute", async (t) => {
  browser.later(900);
  server.holdNext(REFRESH);
  const limits = t.mock.method(AbortSignal, "timeout", () => AbortSignal.abort("too late"));

  await assert.rejects(client.fetch(ME), (error) => error === "too late");

  assert.deepEqual(limits.mock.calls[0].arguments, [30_000]);
  limits.mock.restore();
  assert.equal((await client.fetch(ME)).status, 200);
});

test("a clock that is ten minutes wrong changes nothing", async () => {
  browser.setClock(600);
  await client.login({ username: "ada", password: "right" });
  browser.later(869);
  server.seen.length = 0;

  await client.fetch(ME);
  browser.later(1);
  await client.fetch(ME);

  assert.deepEqual(server.seen, ["GET me/", "GET csrf/", REFRESH, "GET me/"]);
});

test("a clock that is put back costs one refused request", async () => {
  browser.setClock(-3600);
  browser.later(900);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, ["GET me/", REFRESH, "GET me/"]);
});

test("a clock that is put forward by a year ends nothing", async () => {
  browser.setClock(365 * 86_400);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.notEqual(client.session, null);
  assert.deepEqual(server.seen, [REFRESH, "GET me/"]);
});

test("a lifetime of seconds is refreshed a tenth before its end", async () => {
  server.answerNext("POST ", 200, { expires_in: 20, refresh_expires_in: 600 });
  await client.login({ username: "ada", password: "right" });
  server.seen.length = 0;

  browser.setClock(17);
  await client.fetch(ME);
  browser.setClock(1);
  await client.fetch(ME);

  assert.deepEqual(server.seen, ["GET me/", "GET csrf/", REFRESH, "GET me/"]);
});

test("a lifetime of nothing is refreshed once a request, not for ever", async () => {
  server.answerNext("POST ", 200, { expires_in: 0, refresh_expires_in: 600 });
  await client.login({ username: "ada", password: "right" });
  server.seen.length = 0;
  server.answerNext(REFRESH, 200, { expires_in: 0, refresh_expires_in: 600 });

  await client.fetch(ME);

  assert.equal(server.count(REFRESH), 1);
});

/** Lose an answer, and have the next refresh refused like this; which keys were sent? */
async function keysAround(...refusal) {
  server.loseNext(REFRESH);
  browser.later(870);
  await client.fetch(ME);
  for (let time = 0; time < 2; time++) server.answerNext(REFRESH, ...refusal);
  browser.later(5);
  await client.fetch(ME);
  server.agreed.length = 0;
  browser.later(5);
  await client.fetch(ME);
  assert.notEqual(client.session, null);
  return { first: keys()[0], last: keys().at(-1) };
}

test("after a lost answer the retry key outlives a 401 that may pass", async () => {
  const sent = await keysAround(401, { code: "token_not_valid" }, { "Retry-After": "60" });

  assert.equal(sent.last, sent.first);
});

test("after a lost answer the retry key outlives a CSRF refusal", async () => {
  const sent = await keysAround(403, { code: "csrf_failed" });

  assert.equal(sent.last, sent.first);
});

test("after a lost answer the retry key outlives a refusal of the project's", async () => {
  const sent = await keysAround(403, { code: "permission_denied" });

  assert.equal(sent.last, sent.first);
});

test("after a lost answer the retry key outlives a timeout", async () => {
  const sent = await keysAround(408, { code: "timeout" });

  assert.equal(sent.last, sent.first);
});
