/** Several tabs of one browser, with and without what the platform may lack. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ADA = { username: "ada", password: "right" };
const BOB = { username: "bob", password: "right" };
const ME = "https://shop.example/me/";
const REFRESH = "POST refresh/";

let browser, server;

beforeEach(async () => {
  browser = await openBrowser();
  ({ server } = browser);
});

/** Six tabs of Ada's. */
async function openSix() {
  const first = await browser.openLoggedIn();
  const others = [];
  for (let count = 0; count < 5; count += 1) others.push(await browser.open());
  return [first, ...others];
}

const statuses = (responses) => responses.map(({ status }) => status);
const wake = (tabs) => Promise.all(tabs.map(({ client }) => client.fetch(ME)));

test("six tabs that wake together send one refresh", async () => {
  const tabs = await openSix();
  browser.later(3600);

  const responses = await wake(tabs);

  assert.deepEqual(statuses(responses), [200, 200, 200, 200, 200, 200]);
  assert.equal(server.count(REFRESH), 1);
});

test("six tabs send one refresh where storage is late, by the news of it", async () => {
  const tabs = await openSix();
  browser.later(3600);
  browser.localStorage.beLate();

  const responses = await wake(tabs);

  assert.deepEqual(statuses(responses), [200, 200, 200, 200, 200, 200]);
  assert.equal(server.count(REFRESH), 1);
});

test("six tabs send one refresh without localStorage, by the news of it", async () => {
  browser.without("localStorage");
  const tabs = await openSix();
  server.cookies.access = undefined;
  browser.later(3600);

  const responses = await wake(tabs);

  assert.deepEqual(statuses(responses), [200, 200, 200, 200, 200, 200]);
  assert.equal(server.count(REFRESH), 1);
});

test("six tabs send one refresh without channels", async () => {
  browser.without("BroadcastChannel");
  const tabs = await openSix();
  browser.later(3600);

  await wake(tabs);

  assert.equal(server.count(REFRESH), 1);
});

test("without locks the requests of one tab still wait for one refresh", async () => {
  browser.without("navigator");
  const { client } = await browser.openLoggedIn();
  browser.later(3600);

  const responses = await Promise.all([client.fetch(ME), client.fetch(ME), client.fetch(ME)]);

  assert.deepEqual(statuses(responses), [200, 200, 200]);
  assert.equal(server.count(REFRESH), 1);
});

test("without locks a login of the same tab waits for its refresh", async () => {
  browser.without("navigator");
  const { client } = await browser.openLoggedIn();
  browser.later(3600);
  const answer = server.holdNext(REFRESH);
  const request = client.fetch(ME);
  await settled();
  server.seen.length = 0;

  const login = client.login(BOB);
  await settled();
  const meanwhile = server.count("POST ");
  answer();
  await Promise.all([request, login]);

  assert.equal(meanwhile, 0);
});

test("without locks a late refusal ends no login of another tab", async () => {
  browser.without("navigator");
  const first = await browser.openLoggedIn();
  const second = await browser.open();
  browser.later(3600);
  const refuse = server.holdNext(REFRESH);
  const refusal = () => Response.json({ code: "token_not_valid" }, { status: 401 });
  Object.assign(server.agreed.at(-1), { instead: refusal });
  const request = first.client.fetch(ME);
  await settled();

  await second.client.login(BOB);
  await settled();
  refuse();
  await request;
  await settled();

  assert.notEqual(second.client.session, null);
  assert.deepEqual(second.heard, []);
});

test("without locks a failure does not keep the next one waiting", async () => {
  browser.without("navigator");
  const { client } = await browser.open();
  await assert.rejects(client.login({ ...ADA, password: "wrong" }), { status: 401 });

  await client.login(ADA);

  assert.notEqual(client.session, null);
});

test("locks that the browser refuses are done without", async () => {
  browser.locks.request = () => Promise.reject(new DOMException("", "SecurityError"));
  const { client } = await browser.openLoggedIn();
  browser.later(3600);

  assert.equal((await client.fetch(ME)).status, 200);
});

test("a refusal under the lock is not taken for a missing lock", async () => {
  const { client } = await browser.open();

  await assert.rejects(client.login({ ...ADA, password: "wrong" }), { status: 401 });

  assert.equal(server.count("POST "), 1);
});

test("a login waits for a refresh of another tab: its refusal takes cookies away", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  server.endSessions();
  const answer = server.holdNext(REFRESH);
  const request = one.client.fetch(ME);
  await settled();

  const login = other.client.login(BOB);
  await settled();
  answer();
  await Promise.all([request, login]);

  assert.equal(server.seen.lastIndexOf("POST ") > server.seen.indexOf(REFRESH), true);
  assert.deepEqual(await (await other.client.fetch(ME)).json(), { user: "bob", body: "" });
});

test("another tab's refresh moves the deadlines here", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.later(880);

  await one.client.fetch(ME);
  await other.client.fetch(ME);

  assert.deepEqual(other.client.session, one.client.session);
  assert.equal(server.count(REFRESH), 1);
});

test("a logout in one tab is heard in the others, once", async () => {
  const [one, other, third] = [await browser.openLoggedIn(), await browser.open(), await browser.open()];

  await one.client.logout();
  await settled();
  browser.tellOfStorage();
  await settled();

  assert.deepEqual([one.heard, other.heard, third.heard], [["logout"], ["logout"], ["logout"]]);
  assert.equal(other.client.session, null);
});

test("a logout is heard without localStorage", async () => {
  browser.without("localStorage");
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.later(900);
  await other.client.fetch(ME);
  await settled();

  await one.client.logout();
  await settled();

  assert.deepEqual(other.heard, ["logout"]);
});

test("a logout is heard without channels, by the storage event", async () => {
  browser.without("BroadcastChannel");
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];

  await one.client.logout();
  browser.tellOfStorage();
  await settled();

  assert.deepEqual(other.heard, ["logout"]);
});

test("session is what storage says, though nothing was heard", async () => {
  browser.without("BroadcastChannel");
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];

  await one.client.logout();

  assert.equal(other.client.session, null);
});

test("an end that one tab finds out is heard in the others", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  server.endSessions();

  await one.client.fetch(ME);
  await settled();

  assert.deepEqual([one.heard, other.heard], [["ended"], ["ended"]]);
});

test("a page that comes back from the back-forward cache hears of a logout", async () => {
  const [asleep, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.freeze(asleep);
  await other.client.logout();
  await settled();

  browser.restore(asleep);
  await settled();

  assert.deepEqual(asleep.heard, ["logout"]);
  assert.equal(asleep.client.session, null);
});

test("a page that comes back to somebody else's session hears that its own has ended", async () => {
  const [asleep, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.freeze(asleep);
  await other.client.logout();
  await other.client.login(BOB);
  await settled();

  browser.restore(asleep);
  await settled();

  assert.deepEqual(asleep.heard, ["ended"]);
  assert.deepEqual(asleep.client.session, other.client.session);
});

test("a page that comes back after strangers were refused hears of the logout before", async () => {
  const [asleep, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.freeze(asleep);
  await other.client.logout();
  await other.client.fetch(ME);

  browser.restore(asleep);
  await settled();

  assert.deepEqual(asleep.heard, ["logout"]);
});

test("a page that comes back to a login by other means hears that its own session has ended", async () => {
  const [asleep, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.freeze(asleep);
  await other.client.logout();
  server.login(BOB);
  browser.later(900);
  await other.client.fetch(ME);

  browser.restore(asleep);
  await settled();

  assert.deepEqual(asleep.heard, ["ended"]);
});

test("a login in another tab ends the session of this one", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];

  await other.client.login(BOB);
  await settled();

  assert.deepEqual([one.heard, other.heard], [["ended"], []]);
});

test("and does so after this one was refreshed", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  browser.later(900);
  await one.client.fetch(ME);

  await other.client.login(BOB);
  await settled();

  assert.deepEqual(one.heard, ["ended"]);
});

test("a login in another tab is a session here too", async () => {
  const [one, other] = [await browser.open(), await browser.open()];

  await one.client.login(ADA);
  await settled();

  assert.deepEqual(other.client.session, one.client.session);
  assert.deepEqual(other.heard, []);
});

test("a request of Ada's that is refused is not repeated as Bob's", async () => {
  const [adas, bobs] = [await browser.openLoggedIn(), await browser.open()];
  const answer = server.holdNext("POST order/");
  const order = adas.client.fetch("/order/", { method: "POST" });
  browser.freeze(adas); // the news gets lost; storage has it
  await settled();
  await bobs.client.logout();
  await bobs.client.login(BOB);
  await settled();

  answer();

  assert.equal((await order).status, 403); // Ada's CSRF token is void
  assert.equal(server.count("POST order/"), 1);
});

test("a request of Ada's that waits while Bob logs in is a stranger's, not Bob's", async () => {
  const [adas, bobs] = [await browser.openLoggedIn(), await browser.open()];
  browser.later(880);
  const answer = server.holdNext("POST ");
  const login = bobs.client.login(BOB);
  await settled();

  const order = adas.client.fetch("/order/", { method: "POST" });
  await settled();
  answer();
  await login;

  assert.equal((await order).status, 401);
  assert.deepEqual(
    server.asked("POST order/").map(({ credentials }) => credentials),
    ["omit"],
  );
  assert.deepEqual(adas.heard, ["ended"]);
  assert.equal(server.count(REFRESH), 0);
});

test("nor is one that waits for its CSRF token", async () => {
  const [adas, bobs] = [await browser.openLoggedIn(), await browser.open()];
  const answer = server.holdNext("GET csrf/");
  const order = adas.client.fetch("/order/", { method: "POST" });
  await settled();
  await bobs.client.login(BOB);
  await settled();

  answer();

  assert.equal((await order).status, 401);
  assert.deepEqual([server.count("POST order/"), server.count(REFRESH)], [1, 0]);
});

test("nor is one that only asks", async () => {
  const [adas, bobs] = [await browser.openLoggedIn(), await browser.open()];
  browser.freeze(adas);
  const answer = server.holdNext("GET me/");
  const request = adas.client.fetch(ME);
  await settled();
  await bobs.client.login(BOB);

  answer(); // 401: the login has ended the session that the request came with

  assert.equal((await request).status, 401);
  assert.equal(server.count("GET me/"), 1);
});

test("no token is ever in localStorage", async () => {
  const { client } = await browser.openLoggedIn();
  const { access, refresh } = server.cookies;
  browser.later(900);
  await client.fetch(ME);

  const tokens = [access, refresh, ...Object.values(server.cookies)];
  assert.equal(tokens.length, 4);
  assert.deepEqual(
    tokens.filter((token) => browser.localStorage.text.includes(token)),
    [],
  );
  assert.match(browser.localStorage.text, /"expiresAt":\d+/);
});

test("storage that is full is done without", async () => {
  browser.localStorage.full = true;
  const { client } = await browser.openLoggedIn();
  browser.later(900);

  assert.equal((await client.fetch(ME)).status, 200);
});

test("storage that gets full does not keep a session that is over", async () => {
  const tab = await browser.openLoggedIn();
  browser.localStorage.full = true;
  await tab.client.logout();

  const { client } = await browser.reload(tab);

  assert.equal(client.session, null);
});

test("what somebody else has written into storage is passed over", async () => {
  const tab = await browser.openLoggedIn();
  browser.poison("{nonsense");

  const { client } = await browser.reload(tab);

  assert.equal(client.session, null);
  assert.equal((await client.fetch(ME)).status, 200);
});

test("a record that none could follow is passed over", async () => {
  await browser.openLoggedIn();
  browser.poison('{"n": 1e999}');
  const [one, other] = [await browser.open(), await browser.open()];
  await one.client.login(ADA);
  await settled();

  await other.client.logout();
  await settled();

  assert.deepEqual(one.heard, ["logout"]);
});

test("what somebody else says on the channel is passed over", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.open()];
  const [{ onmessage }] = other.channels;

  onmessage({ data: null });
  onmessage({ data: { record: "nonsense" } });
  onmessage({ data: { record: { n: Infinity, ended: "logout" } } });

  assert.deepEqual(other.client.session, one.client.session);
});

test("a tab that sleeps with the lock does not keep the others waiting for ever", async (t) => {
  const { client } = await browser.openLoggedIn();
  browser.later(900);
  void browser.locks.request("drf_jwt_kit:https://shop.example/api/auth/", () => new Promise(() => {}));
  const patience = new AbortController();
  const limits = t.mock.method(AbortSignal, "timeout", () => patience.signal);
  const request = client.fetch(ME);
  await settled();

  limits.mock.restore();
  patience.abort();

  assert.equal((await request).status, 200);
  assert.deepEqual(limits.mock.calls[0].arguments, [60_000]);
});

test("clients of two servers know nothing of each other", async () => {
  const one = await browser.openLoggedIn();
  const other = await browser.open({ baseUrl: "https://shop.example/staff/auth/" });

  await one.client.logout();
  await settled();

  assert.deepEqual([one.heard, other.heard], [["logout"], []]);
});
