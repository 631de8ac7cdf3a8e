/** What fetch does with a request, other than refreshing. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openBrowser, settled } from "./browser.mjs";

const ME = "https://shop.example/me/";

let browser, server, client;

beforeEach(async () => {
  browser = await openBrowser();
  ({ server } = browser);
  ({ client } = await browser.openLoggedIn());
});

/** Put a fetch in the platform's place that notes how it is called. */
function spyOnFetch() {
  const calls = [];
  globalThis.fetch = async (...given) => {
    calls.push(given);
    return new Response("theirs");
  };
  return calls;
}

test("a request to another origin is handed to the platform as it is", async () => {
  const calls = spyOnFetch();
  const [input, init] = [new URL("https://other.example/me/"), { method: "POST", body: "x" }];

  await client.fetch(input, init);

  assert.equal(calls.length, 1);
  assert.equal(calls[0][0], input);
  assert.equal(calls[0][1], init);
});

test("an origin that begins like ours is another one", async () => {
  const calls = spyOnFetch();

  await client.fetch("https://shop.example.evil.example/me/", { method: "POST" });
  await client.fetch("https://shop.example:8443/me/", { method: "POST" });
  await client.fetch("http://shop.example/me/", { method: "POST" });

  assert.deepEqual(
    calls.map(([, init]) => init),
    [{ method: "POST" }, { method: "POST" }, { method: "POST" }],
  );
});

test("a blob of the page is handed to the platform as it is", async () => {
  const calls = spyOnFetch();

  await client.fetch("blob:https://shop.example/0b5a");

  assert.deepEqual(calls, [["blob:https://shop.example/0b5a", undefined]]);
});

test("a request with an Authorization of its own is left alone", async () => {
  const calls = spyOnFetch();
  const init = { headers: { authorization: "Basic YWRh" } };

  await client.fetch(ME, init);

  assert.equal(calls[0][1], init);
});

test("a Request with an Authorization of its own is left alone", async () => {
  const calls = spyOnFetch();
  const request = new Request(ME, { headers: { Authorization: "Basic YWRh" } });

  await client.fetch(request);

  assert.equal(calls[0][0], request);
});

test("our requests carry cookies, also to a host beside the page's", async () => {
  await client.fetch(ME);

  assert.equal(server.asked("GET me/")[0].credentials, "include");
});

test("a request that changes nothing carries no CSRF token", async () => {
  await client.fetch(ME);

  assert.equal(server.asked("GET me/")[0].headers["x-csrftoken"], undefined);
});

test("a request that may change something carries the CSRF token", async () => {
  const response = await client.fetch(ME, { method: "DELETE" });

  assert.equal(response.status, 200);
  assert.equal(server.asked("DELETE me/")[0].headers["x-csrftoken"], server.csrf);
});

test("a method in small letters counts as what it means", async () => {
  await client.fetch(ME, { method: "patch" });

  assert.equal(server.asked("patch me/")[0].headers["x-csrftoken"], server.csrf);
});

test("the CSRF token is fetched once for many requests", async () => {
  server.seen.length = 0;

  await Promise.all([1, 2, 3].map(() => client.fetch(ME, { method: "POST" })));

  assert.equal(server.count("GET csrf/"), 1);
});

test("another name for its header can be given", async () => {
  const { client: other } = await browser.open({ csrfHeader: "X-Shop-CSRF" });

  await other.fetch(ME, { method: "POST" }).catch(() => {});

  assert.equal(server.asked("POST me/")[0].headers["x-shop-csrf"], server.csrf);
});

test("after a CSRF refusal the token is fetched anew and the request repeated", async () => {
  await client.fetch(ME, { method: "POST" });
  server.csrf = "another";

  const response = await client.fetch(ME, { method: "POST", body: "text" });

  assert.equal(response.status, 200);
  assert.deepEqual(server.seen.slice(-3), ["POST me/", "GET csrf/", "POST me/"]);
  assert.equal(server.asked("POST me/").at(-1).body, "text");
});

test("requests that are refused for one CSRF token fetch one other", async () => {
  await client.fetch(ME, { method: "POST" });
  server.seen.length = 0;
  server.csrf = "another";

  await Promise.all([1, 2, 3].map(() => client.fetch(ME, { method: "POST" })));

  assert.equal(server.count("GET csrf/"), 1);
});

test("a second CSRF refusal is the answer", async () => {
  const refusal = { detail: "CSRF Failed.", code: "csrf_failed" };
  server.answerNext("POST me/", 403, refusal);
  server.answerNext("POST me/", 403, refusal);

  const response = await client.fetch(ME, { method: "POST" });

  assert.deepEqual([response.status, await response.json()], [403, refusal]);
  assert.equal(server.count("POST me/"), 2);
});

test("any other refusal is the answer, and can still be read", async () => {
  server.answerNext("POST me/", 403, { detail: "No.", code: "permission_denied" });

  const response = await client.fetch(ME, { method: "POST" });

  assert.deepEqual(await response.json(), { detail: "No.", code: "permission_denied" });
  assert.equal(server.count("POST me/"), 1);
});

test("a failed fetch of the CSRF token is not remembered", async () => {
  server.cutNext("GET csrf/");

  await assert.rejects(client.fetch(ME, { method: "POST" }), TypeError);
  const response = await client.fetch(ME, { method: "POST" });

  assert.equal(response.status, 200);
});

test("a relative URL means one below the page", async () => {
  const response = await client.fetch("../me/");

  assert.equal(response.status, 200);
  assert.equal(server.count("GET me/"), 1);
});

test("a URL object is taken", async () => {
  assert.equal((await client.fetch(new URL(ME))).status, 200);
});

test("a Request is taken with its method, headers and body", async () => {
  const headers = { "Content-Type": "text/plain", "X-Own": "kept" };

  await client.fetch(new Request(ME, { method: "PUT", headers, body: "text" }));

  const [{ headers: sent, body }] = server.asked("PUT me/");
  assert.deepEqual([sent["x-own"], sent["content-type"], body], ["kept", "text/plain", "text"]);
});

test("a Request can be changed by the second argument", async () => {
  await client.fetch(new Request(ME), { method: "POST", body: "text" });

  assert.equal(server.asked("POST me/")[0].body, "text");
});

test("the body of a Request is repeated", async () => {
  browser.setClock(-3600);
  browser.later(1000);

  await client.fetch(new Request(ME, { method: "POST", body: "text" }));

  assert.deepEqual(
    server.asked("POST me/").map(({ body }) => body),
    ["text", "text"],
  );
});

test("a stream is repeated", async () => {
  browser.setClock(-3600);
  browser.later(1000);
  const body = new Blob(["a long ", "text"]).stream();

  await client.fetch(ME, { method: "POST", body, duplex: "half" });

  assert.deepEqual(
    server.asked("POST me/").map((each) => each.body),
    ["a long text", "a long text"],
  );
});

test("a form is repeated with the same boundary", async () => {
  browser.setClock(-3600);
  browser.later(1000);
  const body = new FormData();
  body.set("name", "Ada");

  await client.fetch(ME, { method: "POST", body });

  const [first, second] = server.asked("POST me/");
  assert.match(first.body, /name="name"\r\n\r\nAda/);
  assert.equal(second.body, first.body);
  assert.equal(second.headers["content-type"], first.headers["content-type"]);
});

test("a request that was given up before is not sent", async () => {
  server.seen.length = 0;

  await assert.rejects(client.fetch(ME, { signal: AbortSignal.abort("why") }), (e) => e === "why");

  assert.deepEqual(server.seen, []);
});

test("a request that is given up on its way ends with the reason", async () => {
  server.holdNext("GET me/");
  const giving = new AbortController();
  const request = client.fetch(ME, { signal: giving.signal });
  await settled();

  giving.abort("enough");

  await assert.rejects(request, (error) => error === "enough");
});

test("giving up a request ends its wait for a refresh, and not the refresh", async () => {
  browser.later(890);
  const answer = server.holdNext("POST refresh/");
  const giving = new AbortController();
  const request = client.fetch(ME, { signal: giving.signal });
  const other = client.fetch(ME);
  await settled();

  giving.abort("enough");
  await assert.rejects(request, (error) => error === "enough");
  answer();

  assert.equal((await other).status, 200);
  assert.equal(server.count("POST refresh/"), 1);
});

test("the same after a refusal", async () => {
  server.answerNext("GET me/", 401, { code: "token_not_valid" });
  server.holdNext("POST refresh/");
  const giving = new AbortController();
  const request = client.fetch(ME, { signal: giving.signal });
  await settled();

  giving.abort("enough");

  await assert.rejects(request, (error) => error === "enough");
});

test("a request that gets no answer throws what the platform throws", async () => {
  server.cutNext("GET me/");

  await assert.rejects(client.fetch(ME), { name: "TypeError", message: "fetch failed" });
});

test("fetch and session work without the client before the dot", async () => {
  const { fetch } = client;

  assert.equal((await fetch(ME)).status, 200);
});
