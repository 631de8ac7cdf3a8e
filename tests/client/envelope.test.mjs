/** What a project's exception handler makes of refusals, and what the client makes of that. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ME = "https://shop.example/me/";
const REFRESH = "POST refresh/";

const STANDARDIZED = {
  type: "client_error",
  errors: [{ code: "token_not_valid", detail: "This session has ended.", attr: null }],
};
const HOG = { type: "authentication_error", code: "not_authenticated", detail: "No.", attr: null };
const SILENT = { success: false, message: "This session has ended." };
const OUR_CHALLENGE = { "WWW-Authenticate": 'Bearer realm="api", error="invalid_token"' };
const PROXY = { error: { code: "Unauthorized" } };

let browser, server, tab;

async function openBrowserIn(mode) {
  browser = await openBrowser(mode);
  ({ server } = browser);
  tab = await browser.openLoggedIn();
}

beforeEach(() => openBrowserIn("cookie"));

/** Ask once the access token is over, and the server answers the refresh so. */
async function askWhereRefreshIsAnswered(body, headers) {
  browser.later(900);
  server.answerNext("GET me/", 401, body, headers);
  server.answerNext(REFRESH, 401, body, headers);
  const response = await tab.client.fetch(ME);
  await settled();
  return response;
}

test("a code inside an envelope ends the session", async () => {
  const response = await askWhereRefreshIsAnswered(STANDARDIZED);

  assert.equal(response.status, 401);
  assert.deepEqual(tab.heard, ["ended"]);
});

test("a code at the top of an envelope ends the session", async () => {
  await askWhereRefreshIsAnswered(HOG);

  assert.deepEqual(tab.heard, ["ended"]);
});

test("our challenge ends the session, whatever the envelope leaves out", async () => {
  await askWhereRefreshIsAnswered(SILENT, OUR_CHALLENGE);

  assert.deepEqual(tab.heard, ["ended"]);
});

test("the same in header mode", async () => {
  await openBrowserIn("header");

  await askWhereRefreshIsAnswered(SILENT, OUR_CHALLENGE);

  assert.deepEqual(tab.heard, ["ended"]);
});

test("an envelope of something before the server ends nothing", async () => {
  await assert.rejects(askWhereRefreshIsAnswered(PROXY), { status: 401, code: "Unauthorized" });

  assert.deepEqual(tab.heard, []);
});

test("a password that something before the server asks for ends nothing", async () => {
  const basic = { "WWW-Authenticate": 'Basic realm="staging"' };

  await assert.rejects(askWhereRefreshIsAnswered(SILENT, basic), { status: 401, code: null });

  assert.deepEqual(tab.heard, []);
});

test("a refusal in an envelope that may pass ends nothing", async () => {
  const passing = { ...OUR_CHALLENGE, "Retry-After": "60" };

  await assert.rejects(askWhereRefreshIsAnswered(STANDARDIZED, passing), { retryAfter: 60 });

  assert.deepEqual(tab.heard, []);
});

test("a logout that is refused in an envelope is one", async () => {
  await openBrowserIn("header");
  server.answerNext("POST logout/", 401, SILENT, OUR_CHALLENGE);

  await tab.client.logout();

  assert.equal(tab.client.session, null);
});

test("a login that is refused in an envelope says why", async () => {
  const errors = [{ code: "no_active_account", detail: "No such account.", attr: null }];
  server.answerNext("POST ", 401, { type: "client_error", errors }, { "WWW-Authenticate": "x" });

  await assert.rejects(tab.client.login({}), {
    code: "no_active_account",
    detail: "No such account.",
    challenge: "x",
  });
});

test("a stale CSRF token that is told in an envelope is fetched anew", async () => {
  const errors = [{ code: "csrf_failed", detail: "No.", attr: null }];
  server.answerNext("POST me/", 403, { type: "client_error", errors });

  const response = await tab.client.fetch(ME, { method: "POST" });

  assert.equal(response.status, 200);
  assert.equal(server.count("POST me/"), 2);
});
