/** What onChange tells, and that `session` is something that a view can be drawn from. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ADA = { username: "ada", password: "right" };
const BOB = { username: "bob", password: "right" };
const ME = "https://shop.example/me/";

let browser, server;

beforeEach(async () => {
  browser = await openBrowser();
  ({ server } = browser);
});

test("a login is told here and in another tab, with one session", async () => {
  const [one, other] = [await browser.open(), await browser.open()];

  const session = await one.client.login(ADA);
  await settled();

  assert.deepEqual([one.seen, other.seen], [[session], [session]]);
});

test("a login is told without channels, by the storage event", async () => {
  browser.without("BroadcastChannel");
  const [one, other] = [await browser.open(), await browser.open()];

  const session = await one.client.login(ADA);
  browser.tellOfStorage();
  await settled();

  assert.deepEqual(other.seen, [session]);
});

test("a login is told without localStorage, by the channel", async () => {
  browser.without("localStorage");
  const [one, other] = [await browser.open(), await browser.open()];

  const session = await one.client.login(ADA);
  await settled();

  assert.deepEqual(other.seen, [session]);
});

test("a logout is told as no session, in every tab, once", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  await settled();
  one.seen.length = 0;

  await one.client.logout();
  browser.tellOfStorage();
  await settled();

  assert.deepEqual([one.seen, other.seen], [[null], [null]]);
});

test("another user's login in another tab is another session here, not an end in between", async () => {
  const [adas, bobs] = [await browser.openLoggedIn(), await browser.open()];
  const before = adas.client.session;
  await settled();
  adas.seen.length = 0;

  await bobs.client.login(BOB);
  await settled();

  assert.deepEqual(adas.seen, [bobs.client.session]);
  assert.notEqual(adas.seen[0].id, before.id);
  assert.deepEqual(adas.heard, ["ended"]);
});

test("two tabs that log in as two users at once agree on one of them", async () => {
  const [adas, bobs] = [await browser.open(), await browser.open()];

  await Promise.all([adas.client.login(ADA), bobs.client.login(BOB)]);
  await settled();

  assert.deepEqual(adas.client.session, bobs.client.session);
  assert.deepEqual(adas.seen.at(-1), bobs.seen.at(-1));
  assert.equal((await (await adas.client.fetch(ME)).json()).user, "bob");
});

test("the same user's next login is another session", async () => {
  const { client, seen } = await browser.openLoggedIn();

  await client.login(ADA);

  assert.equal(new Set(seen.map(({ id }) => id)).size, 2);
});

test("a refresh is told in every tab, as the same session with later deadlines", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  const before = one.client.session;
  browser.later(900);

  await one.client.fetch(ME);
  await settled();

  const [after] = other.seen;
  assert.deepEqual(one.seen.at(-1), after);
  assert.equal(after.id, before.id);
  assert.ok(after.expiresAt > before.expiresAt);
});

test("an end that the server decided is told", async () => {
  const { client, seen } = await browser.openLoggedIn();
  server.endSessions();

  await client.fetch(ME);
  await settled();

  assert.deepEqual(seen.at(-1), null);
});

test("a request that changes no session tells nothing", async () => {
  const { client, seen } = await browser.openLoggedIn();
  await settled();
  seen.length = 0;

  await client.fetch(ME);
  await settled();

  assert.deepEqual(seen, []);
});

test("a page that comes back from the back-forward cache is told of a login", async () => {
  const [asleep, other] = [await browser.open(), await browser.open()];
  browser.freeze(asleep);
  await other.client.login(ADA);

  browser.restore(asleep);
  await settled();

  assert.deepEqual(asleep.seen, [other.client.session]);
});

test("session is the same object until it changes", async () => {
  const { client } = await browser.openLoggedIn();
  const before = client.session;

  await client.fetch(ME);
  const meanwhile = client.session;
  browser.later(900);
  await client.fetch(ME);

  assert.equal(meanwhile, before);
  assert.notEqual(client.session, before);
});

test("what is told is what session is", async () => {
  const { client, seen } = await browser.openLoggedIn();

  await settled();

  assert.equal(seen.at(-1), client.session);
});

test("a session whose login nobody remembers has an empty id", async () => {
  const tab = await browser.openLoggedIn();
  browser.localStorage.entries.clear();
  const { client, seen } = await browser.reload(tab);
  browser.later(900);

  await client.fetch(ME);
  await settled();

  assert.deepEqual([client.session.id, seen.length], ["", 1]);
});

test("somebody who listens twice, as React does to try them out, hears once", async () => {
  const { client } = await browser.open();
  const seen = [];
  const stop = client.onChange((session) => seen.push(session));
  stop();
  client.onChange((session) => seen.push(session));

  await client.login(ADA);

  assert.equal(seen.length, 1);
});

test("a listener that is stopped after the change and before it is told hears nothing", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  await settled();
  browser.freeze(other);
  await one.client.logout();
  const seen = [];
  const stop = other.client.onChange((session) => seen.push(session));

  const { session } = other.client; // which finds out, and would tell in a moment
  stop();
  await settled();

  assert.deepEqual([session, seen, other.seen], [null, [], [null]]);
});

test("two clients of one page, as a hot reload leaves them, tell the same", async () => {
  const { client } = await browser.open();
  const { client: next, seen } = await browser.open();

  const session = await client.login(ADA);
  await settled();

  assert.deepEqual(seen, [session]);
  assert.deepEqual(next.session, client.session);
});

test("in memory mode a tab that shares a token is told, and a refresh of its own is none", async () => {
  browser = await openBrowser("memory");
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.later(900);
  await one.client.fetch(ME);
  await settled();

  assert.deepEqual(other.seen.at(-1), one.client.session);
  assert.deepEqual(other.client.session, one.client.session);
});

test("in header mode tabs with one storage are told of a login", async () => {
  browser = await openBrowser("header");
  const shared = { storage: browser.localStorage };
  const [one, other] = [await browser.open(shared), await browser.open(shared)];

  const session = await one.client.login(ADA);
  await settled();

  assert.deepEqual(other.seen.at(-1), session);
});

test("in header mode tabs without one know nothing of each other", async () => {
  browser = await openBrowser("header");
  const [one, other] = [await browser.open(), await browser.open()];

  await one.client.login(ADA);
  await settled();

  assert.deepEqual([one.seen.length, other.seen.length], [1, 0]);
});
