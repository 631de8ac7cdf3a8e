/** Memory mode: the refresh token is in a cookie, and the access token in this module's memory. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ADA = { username: "ada", password: "right" };
const ME = "https://shop.example/me/";
const ELSEWHERE = "https://api.example/me/";
const REFRESH = "POST refresh/";
const ORIGINS = { origins: ["https://api.example", new URL("https://img.example:8443/pictures/")] };

let browser, server;

beforeEach(async () => {
  browser = await openBrowser("memory");
  ({ server } = browser);
});

const stored = () => JSON.stringify([...browser.localStorage.entries]);
const sentTo = async (tab, address) => (await (await tab.client.fetch(address)).json()).authorization;

test("requests carry the access token in their header", async () => {
  const { client } = await browser.openLoggedIn();

  const response = await client.fetch(ME, { method: "POST", body: "{}" });

  assert.equal((await response.json()).user, "ada");
  assert.match(server.asked("POST me/")[0].headers.authorization, /^Bearer eyJ/);
});

test("requests need no CSRF token, and login and refresh do", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(3600);
  await client.fetch(ME, { method: "POST", body: "{}" });

  const [me, refresh, login] = ["POST me/", REFRESH, "POST "].map((what) => server.asked(what)[0]);
  assert.equal(me.headers["x-csrftoken"], undefined);
  assert.match(refresh.headers["x-csrftoken"], /^csrf of session 1/);
  assert.equal(login.headers["x-csrftoken"], "csrf 0");
});

test("origins that are named get it too, with their ports", async () => {
  const tab = await browser.openLoggedIn(ORIGINS);

  assert.match(await sentTo(tab, ELSEWHERE), /^Bearer eyJ/);
  assert.match(await sentTo(tab, "https://img.example:8443/a.png"), /^Bearer eyJ/);
});

test("no other origin gets it, however its name begins", async () => {
  const tab = await browser.openLoggedIn(ORIGINS);

  const others = ["https://api.example.evil/", "https://api.example:444/", "http://api.example/"];
  for (const other of [...others, "https://img.example/", "https://other.example/"]) {
    assert.equal(await sentTo(tab, other), null);
  }
});

test("a 401 of a named origin is followed by one refresh and the same request", async () => {
  const { client } = await browser.openLoggedIn(ORIGINS);
  server.refuseForeignNext();

  const response = await client.fetch(ELSEWHERE);

  assert.equal((await response.json()).foreign, true);
  assert.equal(server.count(REFRESH), 1);
});

test("no token is stored", async () => {
  const { client } = await browser.openLoggedIn();
  browser.later(3600);
  await client.fetch(ME);

  assert.match(stored(), /refreshExpiresAt/);
  assert.doesNotMatch(stored(), /eyJ/);
});

test("after a reload the session is known, and one refresh brings a token", async () => {
  const first = await browser.openLoggedIn();
  const tab = await browser.reload(first);
  assert.ok(tab.client.session);

  const response = await tab.client.fetch(ME);

  assert.equal((await response.json()).user, "ada");
  assert.deepEqual(server.seen.slice(-3), ["GET csrf/", REFRESH, "GET me/"]);
});

test("a session of which nothing is known here is found by its cookie", async () => {
  await browser.openLoggedIn();
  browser.localStorage.entries.clear();
  const { client } = await browser.open();

  assert.equal((await client.fetch(ME)).status, 200);
  assert.ok(client.session);
});

test("six tabs that wake together send one refresh", async () => {
  const tabs = [await browser.openLoggedIn()];
  for (let count = 0; count < 5; count += 1) tabs.push(await browser.open());
  browser.later(3600);

  const responses = await Promise.all(tabs.map(({ client }) => client.fetch(ME)));

  assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]));
  assert.equal(server.count(REFRESH), 1);
});

test("a login of somebody else in another tab changes the token of this one", async () => {
  const first = await browser.openLoggedIn();
  const second = await browser.open();

  await second.client.login({ username: "bob", password: "right" });
  await settled();

  assert.equal((await (await first.client.fetch(ME)).json()).user, "bob");
  assert.deepEqual(first.heard, ["ended"]);
});

test("after a logout requests carry nothing, in no tab", async () => {
  const first = await browser.openLoggedIn(ORIGINS);
  const second = await browser.open(ORIGINS);
  await second.client.fetch(ME);

  await first.client.logout();
  await settled();

  assert.equal(await sentTo(second, ELSEWHERE), null);
  assert.deepEqual(server.cookies, {});
});

test("what cookie mode has stored is no token", async () => {
  server.mode = "cookie";
  await browser.openLoggedIn({ mode: "cookie" });
  server.mode = "memory";
  const { client } = await browser.open();

  assert.equal((await client.fetch(ME)).status, 200);
  assert.match(server.asked("GET me/")[0].headers.authorization, /^Bearer eyJ/);
});

test("a server without the setting is named", async () => {
  server.mode = "cookie";
  const { client } = await browser.open();

  await assert.rejects(client.login(ADA), {
    name: "AuthError",
    message: "200: https://shop.example/api/auth/ does not answer as in memory mode.",
  });
});

test("origins in cookie mode are refused with the reason", async () => {
  await assert.rejects(browser.open({ mode: "cookie", ...ORIGINS }), {
    name: "TypeError",
    message: 'origins are for the modes "memory" and "header": a cookie goes to its own host.',
  });
});
