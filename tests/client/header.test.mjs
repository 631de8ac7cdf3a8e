/** Header mode: this module holds the tokens. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeStorage, openBrowser, settled } from "./browser.mjs";

const ADA = { username: "ada", password: "right" };
const ME = "https://shop.example/me/";
const REFRESH = "POST refresh/";

let browser, server;

beforeEach(async () => {
  browser = await openBrowser("header");
  ({ server } = browser);
});

const inLocalStorage = () => ({ storage: browser.localStorage });

test("requests carry the access token", async () => {
  const { client } = await browser.openLoggedIn();

  const response = await client.fetch(ME);

  assert.equal((await response.json()).user, "ada");
  assert.match(server.asked("GET me/")[0].headers.authorization, /^Bearer eyJ/);
});

test("requests to another origin do not", async () => {
  const { client } = await browser.openLoggedIn();

  const response = await client.fetch("https://other.example/me/");

  assert.deepEqual(await response.json(), { foreign: true, authorization: null });
});

test("requests to an origin that is named do", async () => {
  const { client } = await browser.openLoggedIn({ origins: ["https://other.example"] });

  const response = await client.fetch("https://other.example/me/");

  assert.match((await response.json()).authorization, /^Bearer eyJ/);
});

test("an Authorization of a request's own is what it carries", async () => {
  const { client } = await browser.openLoggedIn();

  await client.fetch(ME, { headers: { Authorization: "Basic YWRh" } }).catch(() => {});

  assert.equal(server.asked("GET me/")[0].headers.authorization, "Basic YWRh");
});

test("without a session requests carry nothing", async () => {
  const { client } = await browser.open();

  const response = await client.fetch("/public/");

  assert.deepEqual(await response.json(), { user: null });
  assert.deepEqual(server.seen, ["GET public/"]);
});

test("without a session a refused request is not followed by a refresh", async () => {
  const { client } = await browser.open();

  assert.equal((await client.fetch(ME)).status, 401);

  assert.deepEqual(server.seen, ["GET me/"]);
});

test("there is no CSRF token to fetch", async () => {
  const { client } = await browser.openLoggedIn();

  await client.fetch(ME, { method: "POST" });

  assert.deepEqual(server.seen, ["POST ", "POST me/"]);
});

test("a CSRF refusal is the answer: it is not ours to cure", async () => {
  const { client } = await browser.openLoggedIn();
  server.answerNext("POST me/", 403, { detail: "CSRF Failed.", code: "csrf_failed" });

  const response = await client.fetch(ME, { method: "POST" });

  assert.equal(response.status, 403);
  assert.equal(server.count("POST me/"), 1);
});

test("deadlines come from the tokens' own durations, however wrong this machine's clock is", async () => {
  browser.setClock(-86_400);
  const { client } = await browser.openLoggedIn();

  const { expiresAt, refreshExpiresAt } = client.session;
  assert.deepEqual([expiresAt, refreshExpiresAt], [Date.now() + 900_000, Date.now() + 86_400_000]);
});

test("nothing is stored unless the project says where", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(900);

  await client.fetch(ME);

  assert.equal(browser.localStorage.text, "");
});

test("a reload ends what is in memory", async () => {
  const tab = await browser.openLoggedIn();

  const { client } = await browser.reload(tab);

  assert.equal(client.session, null);
});

test("each refresh brings the refresh token of the one before", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(900);
  await client.fetch(ME);
  browser.later(900);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(server.count(REFRESH), 2);
});

test("where refresh tokens are not rotated the one of the login goes on", async () => {
  server.rotates = false;
  const { client } = await browser.openLoggedIn();
  const { refreshExpiresAt } = client.session;
  browser.later(900);
  await client.fetch(ME);
  browser.later(900);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.equal(client.session.refreshExpiresAt, refreshExpiresAt);
});

test("an answer that was overtaken does not put an older refresh token back", async () => {
  const { client } = await browser.openLoggedIn(inLocalStorage());
  const sent = () => server.asked(REFRESH).map(({ body }) => JSON.parse(body).refresh);
  browser.later(900);
  await client.fetch(ME);
  const { authorization } = server.asked("GET me/").at(-1).headers;
  browser.later(900);
  await client.fetch(ME);
  const [first, second] = sent();

  const access = authorization.slice("Bearer ".length);
  server.answerNext(REFRESH, 200, { access, refresh: second });
  browser.later(900);
  await client.fetch(ME);

  const [, , third, again] = sent();
  assert.equal(new Set([first, second, third]).size, 3);
  assert.equal(again, third);
});

test("a lost answer is collected by the same key", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(900);
  server.loseNext(REFRESH);

  await assert.rejects(client.fetch(ME), TypeError);

  assert.equal((await client.fetch(ME)).status, 200);
});

test("a logout sends the refresh token and forgets it", async () => {
  const { client, heard } = await browser.openLoggedIn(inLocalStorage());

  await client.logout();

  assert.equal(server.sessions.size, 0);
  assert.deepEqual(heard, ["logout"]);
  assert.doesNotMatch(browser.localStorage.text, /eyJ/);
});

test("after a logout requests carry nothing", async () => {
  const { client } = await browser.openLoggedIn();
  await client.logout();

  await client.fetch("/public/");

  assert.equal(server.asked("GET public/")[0].headers.authorization, undefined);
});

test("a logout without a session asks nobody", async () => {
  const { client } = await browser.open();

  await client.logout();

  assert.deepEqual(server.seen, []);
});

test("a logout forgets a token that the server does not know", async () => {
  const { client } = await browser.openLoggedIn(inLocalStorage());
  server.endSessions();

  await client.logout();

  assert.equal(client.session, null);
  assert.doesNotMatch(browser.localStorage.text, /eyJ/);
});

test("tabs that store nothing have sessions of their own", async () => {
  const [one, other] = [await browser.openLoggedIn(), await browser.openLoggedIn()];

  await one.client.logout();
  await settled();

  assert.deepEqual([one.heard, other.heard], [["logout"], []]);
  assert.equal((await other.client.fetch(ME)).status, 200);
});

test("tabs that store nothing say no token on the channel", async () => {
  const [ours, other] = [await browser.openLoggedIn(), await browser.open()];
  const said = [];
  other.channels[0].onmessage = ({ data }) => said.push(JSON.stringify(data));
  browser.later(900);
  await ours.client.fetch(ME);
  await ours.client.logout();
  await settled();

  assert.equal(said.length, 2);
  assert.doesNotMatch(said.join(), /eyJ/);
});

test("tabs that store nothing never use each other's tokens", async () => {
  const [adas, bobs] = [await browser.openLoggedIn(), await browser.open()];
  await bobs.client.login({ username: "bob", password: "right" });
  browser.later(900);
  await adas.client.fetch(ME);
  await settled();

  const response = await bobs.client.fetch(ME);

  assert.equal((await response.json()).user, "bob");
});

test("nor do tabs that have a storage each", async () => {
  const adas = await browser.openLoggedIn({ storage: new FakeStorage() });
  const bobs = await browser.open({ storage: new FakeStorage() });
  await bobs.client.login({ username: "bob", password: "right" });
  browser.later(900);
  await adas.client.fetch(ME);
  await settled();

  const response = await bobs.client.fetch(ME);

  assert.equal((await response.json()).user, "bob");
});

test("with localStorage the refresh token is stored, the access token never", async () => {
  const { client } = await browser.openLoggedIn(inLocalStorage());
  await client.fetch(ME);
  const access = server.asked("GET me/")[0].headers.authorization.slice("Bearer ".length);

  assert.match(browser.localStorage.text, /"refresh":"eyJ/);
  assert.equal(browser.localStorage.text.includes(access), false);
});

test("with localStorage a reload goes on after one refresh", async () => {
  const tab = await browser.openLoggedIn(inLocalStorage());
  const { client } = await browser.reload(tab, inLocalStorage());

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen.slice(-2), [REFRESH, "GET me/"]);
});

test("until then its access token counts as expired", async () => {
  const tab = await browser.openLoggedIn(inLocalStorage());

  const { client } = await browser.reload(tab, inLocalStorage());

  assert.equal(client.session.expiresAt, 0);
});

test("with localStorage six tabs that wake together send one refresh", async () => {
  const tabs = [await browser.openLoggedIn(inLocalStorage())];
  for (let count = 0; count < 5; count += 1) tabs.push(await browser.open(inLocalStorage()));
  await settled();
  browser.later(3600);

  const responses = await Promise.all(tabs.map(({ client }) => client.fetch(ME)));

  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200, 200, 200, 200, 200],
  );
  assert.equal(server.count(REFRESH), 1);
});

test("with localStorage a logout is heard in the other tabs", async () => {
  const one = await browser.openLoggedIn(inLocalStorage());
  const other = await browser.open(inLocalStorage());

  await one.client.logout();
  await settled();

  assert.deepEqual([one.heard, other.heard], [["logout"], ["logout"]]);
});

test("with localStorage another's login is not used with the old access token", async () => {
  const adas = await browser.openLoggedIn(inLocalStorage());
  const bobs = await browser.open(inLocalStorage());
  browser.freeze(adas);
  await bobs.client.login({ username: "bob", password: "right" });
  browser.restore(adas);
  await settled();

  const response = await adas.client.fetch(ME);

  assert.deepEqual(adas.heard, ["ended"]);
  assert.equal((await response.json()).user, "bob");
});

test("with localStorage a request that waits while another logs in is a stranger's", async () => {
  const adas = await browser.openLoggedIn(inLocalStorage());
  const bobs = await browser.open(inLocalStorage());
  browser.later(880);
  const answer = server.holdNext("POST ");
  const login = bobs.client.login({ username: "bob", password: "right" });
  await settled();

  const order = adas.client.fetch("/order/", { method: "POST" });
  await settled();
  answer();
  await login;

  assert.equal((await order).status, 401);
  assert.equal(server.asked("POST order/")[0].headers.authorization, undefined);
  assert.equal(server.count("POST order/"), 1);
});

test("a refresh token follows no redirect, nor does a password", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(900);
  await client.fetch(ME);

  const asked = [...server.asked("POST "), ...server.asked(REFRESH)];
  assert.deepEqual(
    asked.map(({ redirect }) => redirect),
    ["error", "error"],
  );
});

test("a session that ends is forgotten", async () => {
  const { client, heard } = await browser.openLoggedIn(inLocalStorage());
  server.endSessions();

  const response = await client.fetch(ME);

  assert.equal(response.status, 401);
  assert.deepEqual(heard, ["ended"]);
  assert.doesNotMatch(browser.localStorage.text, /eyJ/);
});

test("a server of the other mode is named", async () => {
  const { client } = await browser.open();
  server.answerNext("POST ", 200, { expires_in: 900, refresh_expires_in: 86_400 });

  await assert.rejects(client.login(ADA), /does not answer as in header mode/);
});
