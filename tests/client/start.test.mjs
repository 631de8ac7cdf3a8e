/** Where a client is made and what it finds there: no page yet, a worker, another fetch by now. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ADA = { username: "ada", password: "right" };
const ME = "https://shop.example/me/";
const RELATIVE = { baseUrl: "/api/auth/" };

let browser, server;

beforeEach(async () => {
  browser = await openBrowser();
  ({ server } = browser);
});

test("a client with a relative base can be made where no page is", async () => {
  browser.leave();

  const { client } = await browser.load(RELATIVE);

  assert.equal(client.session, null);
});

test("whoever listens there hears nothing, and nothing is opened", async () => {
  browser.leave();
  const tab = await browser.open(RELATIVE);

  await settled();

  assert.deepEqual([tab.heard, tab.seen, tab.channels], [[], [], []]);
});

const NEEDS_ADDRESS = {
  name: "TypeError",
  message: 'baseUrl is "/api/auth/": where no page is, it has to be a whole address.',
};

test("a login needs a whole address there, and says so", async () => {
  browser.leave();
  const { client } = await browser.load(RELATIVE);

  await assert.rejects(client.login(ADA), NEEDS_ADDRESS);
});

test("a logout needs one too", async () => {
  browser.leave();
  const { client } = await browser.load(RELATIVE);

  await assert.rejects(client.logout(), NEEDS_ADDRESS);
});

test("so does a request", async () => {
  browser.leave();
  const { client } = await browser.load(RELATIVE);

  await assert.rejects(client.fetch(ME), NEEDS_ADDRESS);
});

test("a whole address works there", async () => {
  browser.leave();
  const { client } = await browser.load();

  await client.login(ADA);

  assert.equal((await client.fetch(ME)).status, 200);
});

test("a client that was made before there was a page works on it, for those who listened before", async () => {
  browser.leave();
  const tab = await browser.open(RELATIVE);
  browser.install();

  const session = await tab.client.login(ADA);
  await settled();

  assert.deepEqual(tab.seen, [session]);
});

test("nothing is asked, stored or listened to before the first use", async () => {
  const tab = await browser.load();

  assert.deepEqual([server.seen, browser.localStorage.entries.size, tab.channels], [[], 0, []]);
});

test("whoever only listens for changes is told of another tab's login", async () => {
  const other = await browser.open();
  const tab = await browser.load();
  tab.client.onChange((session) => tab.seen.push(session));

  await other.client.login(ADA);
  await settled();

  assert.deepEqual(tab.seen, other.seen);
});

test("whoever only listens for the end is told of another tab's logout", async () => {
  const other = await browser.openLoggedIn();
  const tab = await browser.load();
  tab.client.onLogout((reason) => tab.heard.push(reason));

  await other.client.logout();
  await settled();

  assert.deepEqual(tab.heard, ["logout"]);
});

test("one use after the other finds the same client", async () => {
  const tab = await browser.open();

  await tab.client.login(ADA);
  await tab.client.fetch(ME);

  assert.equal(tab.channels.length, 1);
});

test("a worker refreshes by the cookies that the page has", async () => {
  await browser.openLoggedIn();
  browser.later(900);
  const { client } = await browser.openWorker(RELATIVE);

  const response = await client.fetch(ME);

  assert.equal(response.status, 200);
});

test("a worker and a page that wake together send one refresh", async () => {
  const page = await browser.openLoggedIn();
  const worker = await browser.openWorker(RELATIVE);
  browser.later(900);

  const responses = await Promise.all([page.client.fetch(ME), worker.client.fetch(ME)]);

  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200],
  );
  assert.equal(server.count("POST refresh/"), 1);
});

test("a worker is told of what its pages do", async () => {
  const page = await browser.open();
  const worker = await browser.openWorker(RELATIVE);

  const session = await page.client.login(ADA);
  await settled();
  await page.client.logout();
  await settled();

  assert.deepEqual([worker.seen, worker.heard], [[session, null], ["logout"]]);
});

test("a fetch that a test or a tool puts in the platform's place later is asked", async () => {
  const { client } = await browser.openLoggedIn();
  globalThis.fetch = async () => new Response("mocked", { status: 418 });

  const responses = [await client.fetch(ME), await client.fetch("https://other.example/")];

  assert.deepEqual(
    responses.map(({ status }) => status),
    [418, 418],
  );
});

test("a fetch around this one does not go in circles", async () => {
  const { client } = await browser.openLoggedIn();
  globalThis.fetch = async (...given) => client.fetch(...given);

  const responses = [await fetch(ME, { method: "POST" }), await fetch("https://other.example/")];

  assert.deepEqual(
    responses.map(({ status }) => status),
    [200, 200],
  );
  assert.equal(server.count("POST me/"), 1);
});

test("a fetch around the platform's that throws at once leaves the client as it was", async () => {
  const { client } = await browser.openLoggedIn();
  const platform = globalThis.fetch;
  globalThis.fetch = () => {
    throw new TypeError("no");
  };
  await assert.rejects(client.fetch(ME), TypeError);

  globalThis.fetch = platform;

  assert.equal((await (await client.fetch(ME)).json()).user, "ada");
});
