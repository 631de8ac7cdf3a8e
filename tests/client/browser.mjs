/**
 * A browser for tests of the client: tabs with shared storage, locks and channels, and a clock.
 *
 * Each tab has client.js for itself. All live in one process and find these in place of Node's own
 * fetch, navigator, localStorage and BroadcastChannel; a test can take any of them away, make
 * storage late, as it can be between two processes of a browser, and freeze a tab, as the
 * back-forward cache does.
 */

import { mock } from "node:test";

import { Server } from "./server.mjs";

const MODULE = new URL("../../src/drf_jwt_kit/static/drf_jwt_kit/client.js", import.meta.url);
let tabs = 0;

/** A new browser with nothing stored, in front of a new server. */
export async function openBrowser(mode = "cookie") {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: 1_800_000_000_000 });
  const browser = new Browser(new Server(mode), mode);
  browser.install();
  return browser;
}

class Browser {
  constructor(server, mode) {
    this.server = server;
    this.mode = mode;
    this.localStorage = new FakeStorage();
    this.locks = new FakeLocks();
    this.tabs = [];
  }

  install() {
    const { server, locks } = this;
    const current = () => this.opening;
    place("fetch", server.fetch);
    place("localStorage", this.localStorage);
    place("navigator", { locks });
    place("document", { baseURI: "https://shop.example/page/" });
    place("origin", "https://shop.example");
    place("addEventListener", (kind, hear) => current().target.addEventListener(kind, hear));
    const everywhere = () => this.tabs;
    class FakeChannel {
      constructor(name) {
        this.name = name;
        this.tab = current();
        this.tab.channels.push(this);
      }
      postMessage(data) {
        const copy = structuredClone(data);
        const all = everywhere().flatMap((tab) => tab.channels);
        const others = all.filter((each) => each !== this && each.name === this.name);
        for (const other of others) {
          if (!other.tab.frozen) setImmediate(() => other.onmessage({ data: copy }));
        }
      }
    }
    place("BroadcastChannel", FakeChannel);
  }

  /** Take something of the platform away: "localStorage", "BroadcastChannel", "navigator". */
  without(name) {
    Object.defineProperty(globalThis, name, FORBIDDEN);
  }

  /** A new tab with a client of its own, and what its onLogout and its onChange have heard. */
  async open(options = {}) {
    const tab = await this.load(options);
    tab.client.onLogout((reason) => tab.heard.push(reason));
    tab.client.onChange((session) => tab.seen.push(session));
    return tab;
  }

  /** A new tab that has made its client, and not used it yet. */
  async load(options = {}) {
    const tab = { target: new EventTarget(), channels: [], frozen: false, heard: [], seen: [] };
    const { createClient } = await import(`${MODULE}?tab=${(tabs += 1)}`);
    this.tabs.push(tab);
    this.opening = tab;
    tab.client = createClient({ baseUrl: this.server.base, mode: this.mode, ...options });
    return tab;
  }

  /** A worker of these pages: it has an address, locks and channels, and neither page nor storage. */
  async openWorker(options = {}) {
    delete globalThis.localStorage;
    this.leave();
    place("location", { href: "https://shop.example/worker.js" });
    const worker = await this.open(options);
    delete globalThis.location;
    this.install();
    return worker;
  }

  /** From now on there is no page, as on a server that builds or renders some. */
  leave() {
    delete globalThis.document;
  }

  /** A tab in which Ada has logged in. */
  async openLoggedIn(options) {
    const tab = await this.open(options);
    await tab.client.login({ username: "ada", password: "right" });
    return tab;
  }

  /** The same page once more: all that was in memory is gone. */
  async reload(tab, options) {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    return this.open(options);
  }

  /** Time goes by, for browser and server. */
  later(seconds) {
    this.server.time += seconds;
    this.setClock(seconds);
  }

  /** Somebody sets the clock of the machine. */
  setClock(seconds) {
    mock.timers.setTime(Date.now() + seconds * 1000);
  }

  /** Put this in the place of every value that is stored. */
  poison(value) {
    for (const key of this.localStorage.entries.keys()) this.localStorage.setItem(key, value);
  }

  /** Into the back-forward cache: nothing is heard there. */
  freeze(tab) {
    tab.frozen = true;
  }

  /** And back. */
  restore(tab) {
    tab.frozen = false;
    tab.target.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  }

  /** What a storage event tells the others of what one tab has written. */
  tellOfStorage() {
    for (const key of this.localStorage.entries.keys()) {
      for (const { target } of this.tabs) {
        target.dispatchEvent(Object.assign(new Event("storage"), { key }));
      }
    }
  }
}

/** What is stored; `late` keeps readers from what was written since. */
export class FakeStorage {
  entries = new Map();
  late = false;

  getItem(name) {
    return (this.late ? this.seenLate : this.entries).get(name) ?? null;
  }

  setItem(name, value) {
    if (this.full && value) throw new DOMException("", "QuotaExceededError");
    this.entries.set(name, String(value));
  }

  removeItem(name) {
    this.entries.delete(name);
  }

  /** From now on readers see what is there now, whatever is written. */
  beLate() {
    this.seenLate = new Map(this.entries);
    this.late = true;
  }

  get text() {
    return [...this.entries].flat().join("\n");
  }
}

/** Web Locks: one at a time for each name, in the order of asking. */
class FakeLocks {
  held = new Set();
  waiting = [];

  async request(name, options, work = options) {
    if (this.held.has(name)) {
      if (options.ifAvailable) return work(null);
      await new Promise((resolve, reject) => {
        this.waiting.push({ name, resolve });
        options.signal?.addEventListener("abort", () => reject(options.signal.reason));
      });
    }
    this.held.add(name);
    try {
      return await work({ name });
    } finally {
      const next = this.waiting.findIndex((each) => each.name === name);
      if (next < 0) this.held.delete(name);
      else this.waiting.splice(next, 1)[0].resolve();
    }
  }
}

const FORBIDDEN = {
  configurable: true,
  get() {
    throw new DOMException("", "SecurityError");
  },
};

function place(name, value) {
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
}

/** Let everything that is under way get as far as it can. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}
