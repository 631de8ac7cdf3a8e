/** Proving anew who the user is: the session goes on, with a younger login. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ME = "https://shop.example/me/";
const PROOF = { password: "right" };
const WRONG = { password: "wrong" };
const ANEW = "POST reauthenticate/";
const REFRESH = "POST refresh/";

let browser, server;

beforeEach(() => enter("cookie"));

async function enter(mode) {
  browser = await openBrowser(mode);
  ({ server } = browser);
}

/** When the user of this token has proved who it is. */
const provedAt = (access) => JSON.parse(Buffer.from(access.split(".")[1], "base64url")).auth_time;
const carried = ({ headers }) => headers.authorization?.slice("Bearer ".length);

test("a proof renews the access token, and nothing else of the session", async () => {
  const { client } = await browser.openLoggedIn();
  const [before, { refresh }] = [client.session, server.cookies];
  browser.later(600);

  const session = await client.reauthenticate(PROOF);

  assert.deepEqual(session, { ...before, expiresAt: Date.now() + 900_000 });
  assert.equal(client.session, session);
  assert.equal(provedAt(server.cookies.access), server.time);
  assert.equal(server.cookies.refresh, refresh);
});

test("a proof is sent as it is given, with the CSRF token", async () => {
  const { client } = await browser.openLoggedIn();

  await client.reauthenticate({ ...PROOF, code: "111111" });

  const [{ body, headers }] = server.asked(ANEW);
  assert.deepEqual(JSON.parse(body), { ...PROOF, code: "111111" });
  assert.equal(headers["x-csrftoken"], server.csrf);
});

test("in header mode it carries the access token, whose place the new one takes", async () => {
  await enter("header");
  const { client } = await browser.openLoggedIn();

  await client.reauthenticate(PROOF);
  await client.fetch(ME);

  assert.match(carried(server.asked(ANEW)[0]), /^eyJ/);
  assert.equal(provedAt(carried(server.asked("GET me/")[0])), server.time);
});

test("in header mode the refresh token that was there stays good", async () => {
  await enter("header");
  const { client } = await browser.openLoggedIn();
  await client.reauthenticate(PROOF);
  browser.later(3600);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(client.session.refreshExpiresAt, Date.now() + 86_400_000);
});

test("in memory mode it carries the access token and the CSRF token", async () => {
  await enter("memory");
  const { client } = await browser.openLoggedIn();

  await client.reauthenticate(PROOF);
  await client.fetch(ME);

  const [anew] = server.asked(ANEW);
  assert.match(carried(anew), /^eyJ/);
  assert.equal(anew.headers["x-csrftoken"], server.csrf);
  assert.equal(provedAt(carried(server.asked("GET me/")[0])), server.time);
});

test("a wrong password is sent once, and the session goes on", async () => {
  const { client, heard } = await browser.openLoggedIn();
  const before = client.session;

  await assert.rejects(client.reauthenticate(WRONG), { status: 401, code: "no_active_account" });

  assert.deepEqual([server.count(ANEW), server.count(REFRESH)], [1, 0]);
  assert.equal(client.session, before);
  assert.deepEqual(heard, []);
});

test("a throttled proof says when to try again", async () => {
  const { client } = await browser.openLoggedIn();
  server.answerNext(ANEW, 429, { detail: "Slow.", code: "throttled" }, { "Retry-After": "30" });

  await assert.rejects(client.reauthenticate(PROOF), { status: 429, retryAfter: 30 });
});

test("an access token that is due is refreshed before the password is sent", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(3600);

  await client.reauthenticate(WRONG).catch(() => {});

  assert.deepEqual(server.seen.slice(-3), ["GET csrf/", REFRESH, ANEW]);
});

test("a refresh that fails is no reason to give up a token that is still good", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(890);
  server.cutNext(REFRESH);

  await client.reauthenticate(PROOF);

  assert.equal(server.count(ANEW), 1);
});

test("without a token no password is sent where the refresh fails", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(3600);
  server.cutNext(REFRESH);

  await assert.rejects(client.reauthenticate(PROOF), TypeError);

  assert.equal(server.count(ANEW), 0);
});

test("where a token is refused that seemed good, one refresh brings another", async () => {
  const { client } = await browser.openLoggedIn();
  server.cookies.access = undefined;

  const session = await client.reauthenticate(PROOF);

  assert.deepEqual(server.seen.slice(-3), [ANEW, REFRESH, ANEW]);
  assert.equal(session.expiresAt, Date.now() + 900_000);
});

test("a session that has ended is over in every tab, and the password is sent no more", async () => {
  const { client, heard } = await browser.openLoggedIn();
  const other = await browser.open();
  server.endSessions();

  await assert.rejects(client.reauthenticate(PROOF), { status: 401, code: "token_not_valid" });
  await settled();

  assert.equal(server.count(ANEW), 1);
  assert.deepEqual([heard, other.heard], [["ended"], ["ended"]]);
});

test("a session of which nothing is known here is found by its cookies", async () => {
  await browser.openLoggedIn();
  browser.localStorage.entries.clear();
  const { client } = await browser.open();

  const session = await client.reauthenticate(PROOF);

  assert.equal(session.expiresAt, Date.now() + 900_000);
});

test("without a session it is refused", async () => {
  await enter("header");
  const { client } = await browser.open();

  await assert.rejects(client.reauthenticate(PROOF), { status: 401 });

  assert.deepEqual(server.seen, [ANEW]);
});

test("a proof waits for a refresh that another tab has under way", async () => {
  const first = await browser.openLoggedIn();
  const second = await browser.open();
  browser.later(3600);
  const answer = server.holdNext(REFRESH);
  const request = first.client.fetch(ME);
  await settled();

  const proof = second.client.reauthenticate(PROOF);
  await settled();
  const meanwhile = server.count(ANEW);
  answer();
  await Promise.all([request, proof]);

  assert.deepEqual([meanwhile, server.count(REFRESH)], [0, 1]);
  assert.equal(provedAt(server.cookies.access), server.time);
});

test("a refresh waits for a proof that another tab has under way, and is not needed then", async () => {
  const first = await browser.openLoggedIn();
  const second = await browser.open();
  browser.later(600);
  const answer = server.holdNext(ANEW);
  const proof = first.client.reauthenticate(PROOF);
  await settled();
  browser.later(290);

  const request = second.client.fetch(ME);
  await settled();
  const meanwhile = server.count(REFRESH);
  answer();
  await Promise.all([proof, request]);

  assert.deepEqual([meanwhile, server.count(REFRESH)], [0, 0]);
});

test("the other tabs hear of it", async () => {
  const { client } = await browser.openLoggedIn();
  const other = await browser.open();
  browser.later(600);

  const session = await client.reauthenticate(PROOF);
  await settled();

  assert.deepEqual(other.seen.at(-1), session);
});

test("the key of a refresh whose answer was lost outlives a proof", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(890);
  server.loseNext(REFRESH);
  await client.reauthenticate(PROOF);
  browser.later(3600);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
});

test("what Ada has typed is not sent as Bob", async () => {
  const first = await browser.openLoggedIn();
  const second = await browser.open();
  const answer = server.holdNext("POST ");
  const login = second.client.login({ username: "bob", password: "right" });
  await settled();

  const proof = first.client.reauthenticate(PROOF);
  await settled();
  answer();
  await login;

  await assert.rejects(proof, { status: 401, detail: "Somebody else has logged in meanwhile." });
  assert.equal(server.count(ANEW), 0);
});
