/** Sessions that the browser binds to its device, and renews by itself: no refresh of ours is in its way. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ME = "https://shop.example/me/";
const [ASKED, REFRESHED, SENT] = ["GET bind/", "POST refresh/", "GET me/"];
const VERIFIED = "POST verify/";
const OURS = [401, { code: "token_not_valid" }];

let browser, server, tab, client;

beforeEach(async () => {
  browser = await openBrowser();
  ({ server } = browser);
  server.offers = true;
  await open();
});

/** Ada logs in, and her page has a CSRF token. */
async function open() {
  tab = await browser.openLoggedIn();
  ({ client } = tab);
  await client.fetch(ME, { method: "POST" });
  server.seen.length = 0;
}

/** The browser has bound the session, and the page knows it. */
async function learn() {
  server.bind();
  browser.later(870);
  await client.fetch(ME);
  server.seen.length = 0;
}

test("whether the browser has bound the session is asked before a refresh", async () => {
  browser.later(870);

  await client.fetch(ME);

  assert.deepEqual(server.seen, [ASKED, REFRESHED, SENT]);
});

test("it is asked again before the next refresh", async () => {
  browser.later(870);
  await client.fetch(ME);
  browser.later(870);

  await client.fetch(ME);

  assert.deepEqual(server.seen, [ASKED, REFRESHED, SENT, ASKED, REFRESHED, SENT]);
});

test("it is not asked of a server that does not offer it", async () => {
  server.offers = false;
  await open();
  browser.later(870);

  await client.fetch(ME);

  assert.deepEqual(server.seen, [REFRESHED, SENT]);
});

test("a bound session is left to the browser", async () => {
  server.bind();
  browser.later(900);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [ASKED, SENT]);
});

test("a session that is known to be bound is not asked about again", async () => {
  await learn();
  browser.later(900);

  await client.fetch(ME);

  assert.deepEqual(server.seen, [SENT]);
});

test("another tab knows that the session is bound", async () => {
  const another = await browser.open();
  await learn();
  browser.later(900);

  await another.client.fetch(ME);

  assert.deepEqual(server.seen, [SENT]);
});

test("a reload knows that the session is bound", async () => {
  await learn();
  browser.later(900);

  await (await browser.reload(tab)).client.fetch(ME);

  assert.deepEqual(server.seen, [SENT]);
});

test("the session of a bound login goes on, without a deadline of its access token", async () => {
  const { id } = client.session;

  await learn();

  assert.deepEqual([client.session.id, client.session.expiresAt, tab.heard], [id, 0, []]);
});

test("a server without an answer to the question is asked for a refresh", async () => {
  browser.later(870);
  server.answerNext(ASKED, 404, "Not Found");

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [ASKED, REFRESHED, SENT]);
});

test("a question that gets no answer is followed by a refresh", async () => {
  browser.later(870);
  server.cutNext(ASKED);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [ASKED, REFRESHED, SENT]);
});

test("a refresh that wants a proof says that the session is bound", async () => {
  server.bind();
  browser.later(870);
  server.cutNext(ASKED);

  const response = await client.fetch(ME);
  browser.later(900);
  await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [ASKED, REFRESHED, SENT, SENT]);
});

test("a bound session whose key is lost is over, and no refresh is tried", async () => {
  await learn();
  server.hasKey = false;
  browser.later(900);

  const response = await client.fetch(ME);

  assert.equal(response.status, 401);
  assert.deepEqual(server.seen, [SENT, ASKED, VERIFIED]);
  assert.deepEqual([client.session, tab.heard], [null, ["ended"]]);
});

test("all tabs hear that the key is lost", async () => {
  const another = await browser.open();
  await learn();
  server.hasKey = false;
  browser.later(900);

  await client.fetch(ME);
  await settled();

  assert.deepEqual([another.client.session, another.heard], [null, ["ended"]]);
});

test("a refresh that wants a proof of a session that is known to be bound says that the key is lost", async () => {
  await learn();
  server.hasKey = false;
  browser.later(900);
  server.cutNext(ASKED);

  await client.fetch(ME);

  assert.deepEqual(server.seen, [SENT, ASKED, REFRESHED]);
  assert.deepEqual([client.session, tab.heard], [null, ["ended"]]);
});

test("whose key is lost is asked for no refresh later either", async () => {
  await learn();
  server.hasKey = false;
  browser.later(900);
  await client.fetch(ME);

  await client.fetch(ME);

  assert.equal(server.count(REFRESHED), 0);
  assert.deepEqual(tab.heard, ["ended"]);
});

test("whose key is lost logs in again", async () => {
  await learn();
  server.hasKey = false;
  browser.later(900);
  await client.fetch(ME);

  await client.login({ username: "ada", password: "right" });
  const response = await client.fetch(ME);

  assert.deepEqual([response.status, tab.heard], [200, ["ended"]]);
});

test("a login on a page without this client is found after a lost key", async () => {
  await learn();
  server.hasKey = false;
  browser.later(900);
  await client.fetch(ME);
  server.login({ username: "ada", password: "right" });
  server.bind();
  server.answerNext(SENT, ...OURS);

  await client.fetch(ME);

  assert.notEqual(client.session, null);
});

test("a refusal that is the API's own ends no bound session", async () => {
  await learn();
  server.answerNext(SENT, ...OURS);
  server.answerNext(SENT, ...OURS);

  const response = await client.fetch(ME);

  assert.equal(response.status, 401);
  assert.deepEqual([server.count(SENT), tab.heard], [2, []]);
  assert.notEqual(client.session, null);
});

test("a request that the browser could not renew for is repeated", async () => {
  await learn();
  server.answerNext(SENT, ...OURS);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen, [SENT, ASKED, VERIFIED, SENT]);
});

test("a bound session that the server has ended is over", async () => {
  await learn();
  server.endSessions();

  const response = await client.fetch(ME);

  assert.equal(response.status, 401);
  assert.deepEqual([client.session, tab.heard], [null, ["ended"]]);
});

test("a bound session that need not be bound any more is refreshed as ever", async () => {
  await learn();
  server.unbind();
  browser.later(900);
  await client.fetch(ME);
  browser.later(870);

  await client.fetch(ME);

  assert.deepEqual(server.seen, [SENT, ASKED, REFRESHED, SENT, REFRESHED, SENT]);
  assert.deepEqual(tab.heard, []);
});

test("a proof of who the user is leaves a bound session to the browser", async () => {
  await learn();

  await client.reauthenticate({ password: "right" });
  browser.later(900);
  await client.fetch(ME);

  assert.deepEqual(server.seen, ["POST reauthenticate/", SENT]);
});

test("a proof of who the user is leaves the binding to be asked about", async () => {
  await client.reauthenticate({ password: "right" });
  browser.later(870);

  await client.fetch(ME);

  assert.deepEqual(server.seen, ["POST reauthenticate/", ASKED, REFRESHED, SENT]);
});
