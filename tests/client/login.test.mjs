/** Logging in and out. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ADA = { username: "ada", password: "right" };
const WRONG = { username: "ada", password: "wrong" };

let browser, server;

beforeEach(async () => {
  browser = await openBrowser();
  ({ server } = browser);
});

test("a login answers deadlines by the clock of this machine", async () => {
  const { client } = await browser.open();

  const session = await client.login(ADA);

  assert.deepEqual(
    [session.expiresAt, session.refreshExpiresAt],
    [Date.now() + 900_000, Date.now() + 86_400_000],
  );
  assert.deepEqual(client.session, session);
});

test("a login sends its credentials as they are given, as JSON", async () => {
  const { client } = await browser.open();

  await client.login({ ...ADA, remember: true });

  const [{ body, headers }] = server.asked("POST ");
  assert.deepEqual(JSON.parse(body), { ...ADA, remember: true });
  assert.equal(headers["content-type"], "application/json");
});

test("a login fetches a CSRF token first", async () => {
  const { client } = await browser.open();

  await client.login(ADA);

  assert.deepEqual(server.seen, ["GET csrf/", "POST "]);
});

test("what is asked of the server carries cookies, also to a host beside the page's", async () => {
  const { client } = await browser.open();

  await client.login(ADA);

  assert.deepEqual(
    server.requests.map(({ credentials }) => credentials),
    ["include", "include"],
  );
});

test("what is asked of the server is never answered by a cache", async () => {
  const { client } = await browser.open();

  await client.login(ADA);

  assert.deepEqual(
    server.requests.map(({ cache }) => cache),
    ["no-store", "no-store"],
  );
});

test("before a login there is no session", async () => {
  const { client } = await browser.open();

  assert.equal(client.session, null);
});

test("a refused login throws what the server said", async () => {
  const { client } = await browser.open();

  await assert.rejects(client.login(WRONG), {
    name: "AuthError",
    message: "401 no_active_account: Refused.",
    status: 401,
    code: "no_active_account",
    detail: "Refused.",
    body: { detail: "Refused.", code: "no_active_account" },
    retryAfter: null,
  });
});

test("a code that is no word is none", async () => {
  const { client } = await browser.open();
  server.answerNext("POST ", 400, { code: { toString: 0, valueOf: 0 } });

  await assert.rejects(client.login(ADA), { name: "AuthError", status: 400, code: null });
});

test("a refused login leaves the session that there was", async () => {
  const { client, heard } = await browser.openLoggedIn();
  const before = client.session;

  await assert.rejects(client.login(WRONG));

  assert.deepEqual(client.session, before);
  assert.deepEqual(heard, []);
});

test("a login that is refused for its CSRF token is sent once more", async () => {
  const { client } = await browser.open();
  const refusal = { detail: "CSRF Failed.", code: "csrf_failed" };
  server.answerNext("POST ", 403, refusal);
  server.answerNext("POST ", 403, refusal);

  await assert.rejects(client.login(ADA), { status: 403, code: "csrf_failed" });

  assert.equal(server.count("POST "), 2);
});

test("a throttled login says when to try again", async () => {
  const { client } = await browser.open();
  server.answerNext("POST ", 429, { detail: "Slow.", code: "throttled" }, { "Retry-After": "30" });

  await assert.rejects(client.login(ADA), { status: 429, retryAfter: 30 });
});

test("a login that gets no answer throws what the platform throws", async () => {
  const { client } = await browser.open();
  server.cutNext("POST ");

  await assert.rejects(client.login(ADA), TypeError);
});

test("a server of the other mode is named, and its tokens are not", async () => {
  const { client } = await browser.open();
  server.answerNext("POST ", 200, { access: "secret", refresh: "secret" });

  const error = await client.login(ADA).catch((thrown) => thrown);

  assert.match(error.message, /https:\/\/shop\.example\/api\/auth\/ does not answer as in cookie mode/);
  assert.doesNotMatch(JSON.stringify({ ...error }), /secret/);
});

test("a login over a session is no logout in this tab", async () => {
  const { client, heard } = await browser.openLoggedIn();

  await client.login({ username: "bob", password: "right" });

  assert.deepEqual(heard, []);
  assert.notEqual(client.session, null);
});

test("a logout ends the session here and at the server", async () => {
  const { client } = await browser.openLoggedIn();

  await client.logout();

  assert.equal(client.session, null);
  assert.equal(server.sessions.size, 0);
});

test("onLogout hears of a logout once", async () => {
  const { client, heard } = await browser.openLoggedIn();

  await client.logout();
  await client.logout();

  assert.deepEqual(heard, ["logout"]);
});

test("a listener that was stopped hears nothing", async () => {
  const { client, heard } = await browser.openLoggedIn();
  const own = [];
  const stop = client.onLogout((reason) => own.push(reason));

  stop();
  await client.logout();

  assert.deepEqual([own, heard], [[], ["logout"]]);
});

test("a listener that is given twice hears twice, until each is stopped", async () => {
  const { client } = await browser.openLoggedIn();
  const own = [];
  const listener = (reason) => own.push(reason);
  client.onLogout(listener);
  const stop = client.onLogout(listener);

  stop();
  await client.logout();

  assert.deepEqual(own, ["logout"]);
});

test("a logout that does not reach the server throws, and the user is still logged in", async () => {
  const { client, heard } = await browser.openLoggedIn();
  server.cutNext("POST logout/");

  await assert.rejects(client.logout(), TypeError);

  assert.notEqual(client.session, null);
  assert.deepEqual(heard, []);
});

test("a logout waits for a server that is soon back", async () => {
  const { client } = await browser.openLoggedIn();
  server.answerNext("POST logout/", 503, { code: "away" }, { "Retry-After": "0" });

  await client.logout();

  assert.equal(server.count("POST logout/"), 2);
});

test("a logout that is refused for a moment forgets nothing", async () => {
  const { client, heard } = await browser.openLoggedIn();
  const passing = [401, { code: "token_not_valid" }, { "Retry-After": "0" }];
  server.answerNext("POST logout/", ...passing);
  server.answerNext("POST logout/", ...passing);

  await assert.rejects(client.logout(), { status: 401 });

  assert.notEqual(client.session, null);
  assert.deepEqual(heard, []);
});

test("a logout waits for a refresh that is under way", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(890);
  const answer = server.holdNext("POST refresh/");
  const request = client.fetch("https://shop.example/me/");
  await settled();

  const logout = client.logout();
  await settled();
  const meanwhile = server.count("POST logout/");
  answer();
  await Promise.all([request, logout]);

  assert.equal(meanwhile, 0);
  assert.equal(client.session, null);
});

test("a request that a logout overtakes is not followed by a refresh", async () => {
  const { client } = await browser.openLoggedIn();
  const answer = server.holdNext("GET me/");
  const request = client.fetch("https://shop.example/me/");
  await settled();

  await client.logout();
  answer();

  assert.equal((await request).status, 401);
  assert.equal(server.count("POST refresh/"), 0);
});

test("a logout without a known session asks the server: it alone sees the cookies", async () => {
  const { client, heard } = await browser.open();

  await client.logout();

  assert.equal(server.count("POST logout/"), 1);
  assert.deepEqual(heard, ["logout"]);
});

test("the session is known after a reload", async () => {
  const tab = await browser.openLoggedIn();
  const before = tab.client.session;

  const { client } = await browser.reload(tab);

  assert.deepEqual(client.session, before);
});

test("an unknown mode is refused with the choice", async () => {
  await assert.rejects(browser.open({ mode: "cookies" }), {
    name: "TypeError",
    message: 'mode is "cookies", and can be "cookie", "memory" or "header".',
  });
});

test("a client without an address is refused with an example", async () => {
  await assert.rejects(browser.open({ baseUrl: undefined }), {
    name: "TypeError",
    message: 'baseUrl is missing: say where the endpoints are, as "/api/auth/".',
  });
});

test("a storage that is only named is refused, or it would be memory unseen", async () => {
  await assert.rejects(browser.open({ storage: "localStorage" }), {
    name: "TypeError",
    message: 'storage is the text "localStorage", and can be localStorage itself.',
  });
});

test("an address where no endpoints are is named", async () => {
  const { client } = await browser.open();
  server.answerNext("GET csrf/", 404, "<h1>Not Found</h1>");

  const error = await client.login(ADA).catch((refused) => refused);

  assert.equal(
    error.message,
    "404: Nothing is at https://shop.example/api/auth/csrf/. " +
      "Is baseUrl where drf_jwt_kit.urls.cookie is included?",
  );
});

test("a base without its last slash means the same", async () => {
  const { client } = await browser.open({ baseUrl: "/api/auth" });

  await client.login(ADA);

  assert.deepEqual(server.seen, ["GET csrf/", "POST "]);
});
