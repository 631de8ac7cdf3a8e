/**
 * Renders pages of twenty components, each of which asks the API, after what the how-to's files do.
 *
 *     node renderer.mjs FOLDER API      FOLDER has session.js and middleware.js
 *
 * Prints its port. A page is the JSON of what its components were answered.
 */

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, api] = process.argv.slice(2);
const { middleware } = await import(pathToFileURL(`${folder}/middleware.js`).href);

async function component(cookie) {
  const response = await fetch(`${api}/api/secure/`, { headers: { Cookie: cookie } });
  return response.status;
}

async function page(request) {
  const cookie = request.headers.get("Cookie") ?? "";
  const components = Array.from({ length: 20 }, () => component(cookie));
  return Response.json({ components: await Promise.all(components) });
}

const server = createServer(async (incoming, outgoing) => {
  const url = `http://${incoming.headers.host}${incoming.url}`;
  const request = new Request(url, { method: incoming.method, headers: incoming.headers });
  const response = (await middleware(request)) ?? (await page(request));
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") outgoing.setHeader(name, value);
  }
  outgoing.setHeader("Set-Cookie", response.headers.getSetCookie());
  outgoing.end(await response.text());
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
