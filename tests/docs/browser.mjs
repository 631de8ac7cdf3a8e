/**
 * A browser for the snippets of the documentation: node, on a page that the snippets' project serves.
 *
 *     node --experimental-vm-modules browser.mjs PAGE MODULE
 *
 * It fetches the page, reads the import map in it, and runs the module, both at their addresses; all
 * imports come over HTTP, and those that a bundler would find in node_modules from npm/ beside this file. Cookies and localStorage are kept in browser.json, for the next module.
 * Nothing is drawn. What fetch adds is what a browser adds: cookies, Origin and Sec-Fetch-Site.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { SourceTextModule, SyntheticModule } from "node:vm";

const [page, entry] = process.argv.slice(2);
const KEPT = "browser.json";
const { cookies, stored } = existsSync(KEPT)
  ? JSON.parse(readFileSync(KEPT, "utf8"))
  : { cookies: {}, stored: {} };
const platformFetch = globalThis.fetch;

async function fetchWithCookies(input, init) {
  const request = new Request(typeof input === "string" ? new URL(input, page) : input, init);
  request.headers.set("Cookie", Object.entries(cookies).map((pair) => pair.join("=")).join("; "));
  request.headers.set("Origin", new URL(page).origin);
  request.headers.set("Sec-Fetch-Site", "same-origin");
  const response = await platformFetch(request);
  for (const line of response.headers.getSetCookie()) {
    const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/.exec(line);
    if (/max-age=0\b/i.test(attributes)) delete cookies[name];
    else cookies[name] = value;
  }
  return response;
}

const modules = new Map();

function moduleAt(url) {
  if (!modules.has(url)) modules.set(url, fetchModule(url));
  return modules.get(url);
}

async function fetchModule(url) {
  const response = await platformFetch(url);
  const kind = response.headers.get("Content-Type") ?? "";
  if (!response.ok || !/^text\/javascript\b/.test(kind)) {
    throw new Error(`${url} answers ${response.status} ${kind}: a browser takes no module from it.`);
  }
  return new SourceTextModule(await response.text(), { identifier: url });
}

const npm = createRequire(new URL("npm/package.json", import.meta.url));

/** A module that a bundler would put into the page. */
async function moduleOfNpm(name) {
  const found = await import(pathToFileURL(npm.resolve(name)).href);
  return new SyntheticModule(Object.keys(found), function () {
    for (const [key, value] of Object.entries(found)) this.setExport(key, value);
  });
}

class Storage {
  getItem(name) {
    return this[name] ?? null;
  }

  setItem(name, value) {
    this[name] = String(value);
  }

  removeItem(name) {
    delete this[name];
  }
}

const localStorage = Object.assign(new Storage(), stored);
Object.assign(globalThis, { fetch: fetchWithCookies, document: { baseURI: page }, localStorage });

const html = await (await fetchWithCookies(page)).text();
const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html);
const { imports } = map ? JSON.parse(map[1]) : { imports: {} };
const main = await moduleAt(new URL(entry, page).href);
await main.link((specifier, { identifier }) => {
  if (imports[specifier]) return moduleAt(new URL(imports[specifier], page).href);
  if (/^[./]/.test(specifier)) return moduleAt(new URL(specifier, identifier).href);
  return moduleOfNpm(specifier);
});
await main.evaluate();
writeFileSync(KEPT, JSON.stringify({ cookies, stored: localStorage }));
