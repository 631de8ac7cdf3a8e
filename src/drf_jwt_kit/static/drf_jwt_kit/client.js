/**
 * Logs a browser in and out, and keeps it logged in: one refresh for all tabs.
 *
 * What a tab knows of the session is a small record that all tabs share. In cookie mode it holds
 * deadlines and lies in localStorage; the tokens are in cookies that no script can read. In memory
 * mode the access token is in memory, for other hosts, and the rest as in cookie mode. In header
 * mode it holds the refresh token and lies in memory, unless the project says where else. Whoever
 * changes it holds the lock of all tabs, so that a login never meets a refused refresh, whose answer
 * takes the cookies away. The clock only measures how long ago an answer came. Whether the session
 * lives is the server's to say.
 *
 * The types are in client.d.ts.
 *
 * @typedef {import("./client.js").Client} Client
 * @typedef {import("./client.js").ClientOptions} ClientOptions
 * @typedef {import("./client.js").LogoutReason} LogoutReason
 * @typedef {import("./client.js").Session} Session
 * @typedef {import("./client.js").TextStorage} TextStorage
 *
 * @typedef {object} Pass What may be sent until a deadline: a cookie, or the access token itself.
 * @property {string} id The id of the record that it came with.
 * @property {number} expiresAt
 * @property {number} due When it is time to refresh.
 * @property {string} [access] Not in cookie mode.
 *
 * @typedef {object} SharedRecord What all tabs know of the session.
 * @property {number} n Larger in each record than in the one before.
 * @property {string} id
 * @property {string} [login] The login that it goes back to; unknown where the record was lost.
 * @property {LogoutReason} [ended] Why the session ended.
 * @property {number} refreshExpiresAt
 * @property {Pass} [pass] In cookie mode only: an access token is stored nowhere.
 * @property {string} [refresh] In header mode only.
 * @property {boolean} [bound] Whether the browser has bound it to its device, and renews it by itself.
 * Where it was only asked to, false: the server knows more. Where it was not, nothing.
 */

const SOON = 30_000; // ms before expiry at which to refresh, or a tenth of the lifetime if less
const PATIENCE = 30_000; // ms until an answer counts as lost: all tabs wait for the lock meanwhile
const NEWS = 100; // ms that the news of another tab's refresh may take to get here
const WORTH_WAITING = 5; // s of Retry-After at most
const OURS = /^(token_not_valid|not_authenticated)$/; // codes inside of somebody's envelope
const CHALLENGE = /^(?!Basic|Digest)[\w-]+ realm=/i;

export class AuthError extends Error {
  /**
   * @param {number} status
   * @param {unknown} body
   * @param {number | null} [retryAfter]
   * @param {string | null} [challenge]
   */
  constructor(status, body, retryAfter = null, challenge = null) {
    const { code, detail } = coded(body) ?? Object(body);
    const word = typeof code === "string" ? code : null;
    const words = typeof detail === "string" ? detail : "The server's answer says no more.";
    super(`${status}${word ? ` ${word}` : ""}: ${words}`);
    this.name = /** @type {const} */ ("AuthError");
    this.status = status;
    this.code = word;
    this.detail = words;
    this.body = body;
    this.retryAfter = retryAfter;
    this.challenge = challenge;
  }
}

/**
 * @param {ClientOptions} options
 * @returns {Client}
 */
export function createClient(options) {
  const { baseUrl, mode = "cookie", origins = [], storage, csrfHeader = "X-CSRFToken" } = options ?? {};
  if (!["cookie", "memory", "header"].includes(mode)) {
    throw new TypeError(`mode is ${JSON.stringify(mode)}, and can be "cookie", "memory" or "header".`);
  }
  if (!baseUrl) throw new TypeError('baseUrl is missing: say where the endpoints are, as "/api/auth/".');
  if (typeof storage === "string") {
    throw new TypeError(`storage is the text ${JSON.stringify(storage)}, and can be localStorage itself.`);
  }
  if (mode === "cookie" && origins.length) {
    throw new TypeError('origins are for the modes "memory" and "header": a cookie goes to its own host.');
  }
  const elsewhere = origins.map((one) => new URL(one));
  const settings = { mode, elsewhere, storage, csrfHeader };
  const made = globalThis.fetch;
  const logouts = /** @type {ReturnType<typeof audience<LogoutReason>>} */ (audience());
  const changes = /** @type {ReturnType<typeof audience<Session | null>>} */ (audience());
  /** @type {ReturnType<typeof connect> | undefined} */
  let connected;

  /** From the first use on: where pages are built and rendered, modules make clients too. */
  function here() {
    const base = connected ? null : addressOf(baseUrl);
    if (base) connected = connect(base, settings, made, logouts.tell, changes.tell);
    return connected;
  }

  function atWork() {
    if (here()) return /** @type {NonNullable<typeof connected>} */ (connected);
    throw new TypeError(`baseUrl is "${baseUrl}": where no page is, it has to be a whole address.`);
  }

  return {
    login: async (credentials) => atWork().login(credentials),
    logout: async () => atWork().logout(),
    reauthenticate: async (proof) => atWork().reauthenticate(proof),
    fetch: async (input, init) => atWork().fetch(input, init),
    onLogout(listener) {
      here();
      return logouts.add(listener);
    },
    onChange(listener) {
      here();
      return changes.add(listener);
    },
    get session() {
      return here()?.session() ?? null;
    },
  };
}

/**
 * The client at an address, with all that it remembers and hears.
 *
 * @param {URL} base
 * @param {{ mode: string, elsewhere: URL[], storage?: TextStorage | null, csrfHeader: string }} settings
 * @param {typeof fetch} made What was the platform's fetch when the client was made.
 * @param {(reason: LogoutReason) => void} tellOfLogout
 * @param {(session: Session | null) => void} tellOfChange
 */
function connect(base, { mode, elsewhere, storage, csrfHeader }, made, tellOfLogout, tellOfChange) {
  const byCookie = mode !== "header"; // the refresh token
  const carries = mode !== "cookie"; // requests have the access token in their header
  const ours = [base, ...elsewhere].map(({ origin }) => `${origin}/`);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  const name = `drf_jwt_kit:${base.href}`;
  const retryKey = `${name}:retry-key`;
  // A redirect to a third host, a store of files for instance, works without cookies alone.
  const abroad = !carries && base.origin !== globalThis.origin;
  const kept = storageOrMemory(() => (byCookie && storage === undefined ? localStorage : storage));
  const channel = openChannel(name);

  /** @type {SharedRecord | undefined} */
  let record;
  /** @type {Pass | undefined} */
  let pass;
  /** @type {Pass | undefined} An access token that another tab has got: ours if we share its record. */
  let offered;
  /** @type {Promise<string> | undefined} */
  let csrf;
  /** @type {Promise<void> | undefined} */
  let renewing;
  /** @type {(() => void) | undefined} Ends the wait for news. */
  let hear;
  /** @type {Session | null} The same object until it changes. */
  let session = null;
  let asking = false;

  // What is known, and who is told

  /** Take over what another tab has written since. */
  function look() {
    takeIfNewer(jsonOf(kept.getItem(name)));
    if (offered && offered.id === record?.id) pass = offered;
    notice();
  }

  /** Tell of the session where it is another one by now, or its deadlines are, or there is none. */
  function notice() {
    const { login: id = "", ended, refreshExpiresAt = 0 } = record ?? { ended: "ended" };
    const next = ended ? null : { id, expiresAt: pass?.expiresAt ?? 0, refreshExpiresAt };
    if (JSON.stringify(next) === JSON.stringify(session)) return;
    session = next;
    tellOfChange(next);
  }

  /** @param {any} next A record, or what somebody else has put in its place. */
  function takeIfNewer(next) {
    // After a larger number, or none, no record of ours would ever count as newer.
    if (Number.isSafeInteger(next?.n) && next.n > (record?.n ?? 0)) take(next, false);
  }

  /**
   * @param {SharedRecord} next
   * @param {boolean} ours Whether it was this tab's doing.
   */
  function take(next, ours) {
    const before = record;
    const another = isAnother(next.login, before?.login);
    record = next;
    const anew = next.login !== before?.login;
    if (anew) csrf = undefined; // a login makes the token of before void
    if (anew || next.ended || next.bound) pass = undefined;
    if (next.pass && !carries) pass = next.pass;
    if (before ? !before.ended : next.ended === "logout") {
      const reason = next.ended ?? (another && !ours ? "ended" : undefined);
      if (reason) tellOfLogout(reason);
    }
  }

  /** @param {Omit<SharedRecord, "n">} contents */
  function publish(contents) {
    const next = { ...contents, n: Math.max(Date.now(), (record?.n ?? 0) + 1) };
    take(next, true);
    kept.setItem(name, JSON.stringify(next));
  }

  /** @param {LogoutReason} reason */
  function end(reason) {
    kept.removeItem(retryKey);
    publish({
      id: random(),
      login: record?.login,
      ended: record?.ended ?? reason,
      refreshExpiresAt: 0,
      bound: record?.bound || undefined,
    });
    notice();
    channel?.postMessage({ record: byCookie ? record : undefined });
  }

  /**
   * Leave to the browser what it does by itself, from the first request on whose answer is awaited.
   *
   * @param {string | undefined} login
   */
  function leaveToBrowser(login) {
    publish({ id: random(), login, refreshExpiresAt: record?.refreshExpiresAt ?? 0, bound: true });
    notice();
    channel?.postMessage({ record });
  }

  /**
   * Keep what a login, a refresh or a younger login has answered. The last brings no refresh token.
   *
   * @param {number} started When the request was sent: however slow the answer, the deadline is not too late.
   * @param {Record<string, any>} answer
   * @param {string | undefined} login
   */
  function settle(started, answer, login) {
    const access = carries ? answer.access : undefined;
    if (!byCookie) look(); // without a lock, another tab may have heard a later answer by now
    const refresh = byCookie ? undefined : later(answer.refresh, record?.refresh);
    const held = refresh !== answer.refresh; // its deadline is known already
    const lifetime = 1000 * (byCookie ? answer.expires_in : secondsOf(access));
    const idle = 1000 * (byCookie ? answer.refresh_expires_in : secondsOf(held ? "" : refresh));
    if (Number.isNaN(lifetime) || (carries && !access)) {
      // Without the body, which may hold tokens.
      throw new AuthError(200, { detail: `${base.href} does not answer as in ${mode} mode.` });
    }
    const id = random();
    const expiresAt = started + lifetime;
    const got = { id, expiresAt, due: expiresAt - Math.min(SOON, lifetime / 10), access };
    publish({
      id,
      login,
      refresh,
      refreshExpiresAt: Number.isNaN(idle) ? (record?.refreshExpiresAt ?? 0) : started + idle,
      pass: carries ? undefined : got,
      bound: answer.device_bound,
    });
    pass = got;
    notice();
    const offers = carries && (byCookie || kept.shared);
    channel?.postMessage({ record: byCookie ? record : undefined, pass: offers ? got : undefined });
  }

  /** Names what a request was sent with; whoever is refused asks whether it has changed since. */
  const stamp = () => (carries ? pass?.id : record?.id);

  // What is asked of the server

  /**
   * The platform's fetch, or what a test or a tool has put in its place.
   *
   * @type {typeof fetch}
   */
  function platformFetch(input, init) {
    asking = true;
    try {
      return globalThis.fetch(input, init);
    } finally {
      asking = false;
    }
  }

  /** @returns {Promise<string>} */
  function csrfToken() {
    csrf ??= call("csrf/").then(
      (answer) => answer.csrf_token,
      (error) => {
        csrf = undefined;
        throw error;
      },
    );
    return csrf;
  }

  /** @param {string | null} refused Forget this token, unless a newer one is here or on its way. */
  async function forgetCsrf(refused) {
    if ((await csrf) === refused) csrf = undefined;
  }

  /**
   * @param {string} path
   * @param {object} [body] POSTed as JSON; without one it is a GET.
   * @param {Record<string, string>} [headers]
   * @returns {Promise<Record<string, any>>} The answer's JSON. Throws an AuthError for a refusal.
   */
  async function call(path, body, headers = {}) {
    for (let again = byCookie && body; ; again = undefined) {
      const token = byCookie && body ? await csrfToken() : null;
      const address = new URL(path, base);
      const response = await platformFetch(address, {
        method: body ? "POST" : "GET",
        credentials: byCookie ? "include" : "same-origin",
        redirect: "error", // it would take passwords and refresh tokens along, wherever it leads
        cache: "no-store",
        headers: {
          Accept: "application/json",
          ...(body && { "Content-Type": "application/json" }),
          ...(token !== null && { [csrfHeader]: token }),
          ...headers,
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout?.(PATIENCE),
      });
      const answer = jsonOf(await response.text());
      if (response.ok && answer) return answer;
      if (response.status === 404 && !answer) throw new AuthError(404, { detail: nowhere(address) });
      const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
      const challenge = response.headers.get("WWW-Authenticate");
      const refusal = new AuthError(response.status, answer, seconds >= 0 ? seconds : null, challenge);
      if (!again || refusal.code !== "csrf_failed") throw refusal;
      await forgetCsrf(token);
    }
  }

  /** @param {URL} address */
  function nowhere(address) {
    const urls = byCookie ? "drf_jwt_kit.urls.cookie" : "drf_jwt_kit.urls";
    return `Nothing is at ${address.href}. Is baseUrl where ${urls} is included?`;
  }

  /**
   * The same, and once more after a 503, or a refusal that may pass, if that is soon over.
   *
   * @type {typeof call}
   */
  async function callPatiently(path, body, headers) {
    try {
      return await call(path, body, headers);
    } catch (error) {
      const { status, retryAfter } = refusalOf(error);
      const seconds = retryAfter ?? Infinity;
      if ((status !== 503 && status !== 401) || seconds > WORTH_WAITING || isUnproven(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      return call(path, body, headers);
    }
  }

  /** Under the lock. Throws where the server did not say whether the session goes on. */
  async function refresh() {
    if (!byCookie && !record?.refresh) return;
    if (record?.bound !== undefined && (await call("bind/").catch(() => null))?.device_bound) {
      // The browser has renewed what it could before it sent this. What it could not is over.
      const refusal = record.bound && (await call("verify/", {}).catch(refusalOf));
      if (refusal && refusal.status === 401) end("ended");
      else leaveToBrowser(record.ended ? random() : record.login);
      return;
    }
    const stored = kept.getItem(retryKey) ?? "";
    const key = /^[\da-f]{32}$/.test(stored) ? stored : random(); // others may not fit a header
    kept.setItem(retryKey, key); // before asking: the tab itself may be closed
    const started = Date.now();
    const held = record?.login;
    const login = record?.ended ? random() : held;
    try {
      const body = byCookie ? {} : { refresh: record?.refresh };
      settle(started, await callPatiently("refresh/", body, { "Idempotency-Key": key }), login);
      kept.removeItem(retryKey);
    } catch (error) {
      const unproven = isUnproven(error);
      if (!unproven && !isFinal(refusalOf(error))) throw error;
      look();
      if (isOver(held)) return; // it is another login's by now
      if (unproven && !record?.bound) leaveToBrowser(login);
      else end("ended");
    }
  }

  /**
   * Refresh, unless that was done since `sent`. One for all requests of this tab at a time.
   *
   * @param {string | undefined} sent
   */
  async function renew(sent) {
    if (stamp() !== sent) return;
    renewing ??= locked(name, async (waited) => {
      look();
      if (waited && stamp() === sent) {
        await news();
        look();
      }
      if (stamp() === sent) await refresh();
    }).finally(() => {
      renewing = undefined;
    });
    await renewing;
  }

  /** A lock can be here before what was written under it. */
  function news() {
    return new Promise((resolve) => {
      hear = () => resolve(undefined);
      setTimeout(hear, NEWS);
    });
  }

  /** @param {string | undefined} login */
  const isOver = (login) => isAnother(record?.login, login);

  const isDue = () => Boolean(session) && !record?.bound && !(Date.now() < (pass?.due ?? 0));

  /** @param {unknown} error Why there was no refresh: no reason to give up what is still good. */
  function throwUnlessGood(error) {
    if (!(Date.now() < (pass?.expiresAt ?? 0))) throw error;
  }

  /**
   * @param {Request} request
   * @param {string | undefined} login Whose request it is: while it waits, somebody else may log in.
   * @returns {Promise<Response>}
   */
  async function send(request, login) {
    if (!carries && !/^(GET|HEAD|OPTIONS|TRACE)$/i.test(request.method)) {
      request.headers.set(csrfHeader, await unlessAborted(request.signal, csrfToken()));
    }
    if (isOver(login)) return platformFetch(request, { credentials: "omit" });
    if (carries && pass) request.headers.set("Authorization", `Bearer ${pass.access}`);
    return platformFetch(request, abroad ? { credentials: "include" } : undefined);
  }

  // What happens elsewhere

  if (channel) {
    channel.onmessage = ({ data }) => {
      takeIfNewer(data?.record);
      offered = data?.pass ?? offered;
      look();
      hear?.();
    };
  }
  globalThis.addEventListener?.("storage", ({ key }) => {
    if (key !== name) return;
    look();
    hear?.();
  });
  globalThis.addEventListener?.("pageshow", ({ persisted }) => {
    if (persisted) look(); // nothing was heard in the back-forward cache
  });
  look();

  return {
    /** @param {object} credentials */
    async login(credentials) {
      await locked(name, async () => {
        look();
        const started = Date.now();
        settle(started, await call("", credentials), random());
        kept.removeItem(retryKey);
      });
      return /** @type {Session} */ (session);
    },

    async logout() {
      await locked(name, async () => {
        look();
        if (byCookie || record?.refresh) {
          const body = byCookie ? {} : { refresh: record?.refresh };
          await callPatiently("logout/", body).catch((error) => {
            // A token that is none of the server's opens nothing, so it may as well be forgotten.
            if (!isFinal(refusalOf(error))) throw error;
          });
        }
        end("logout");
      });
    },

    /** @param {object} proof */
    async reauthenticate(proof) {
      look();
      const login = record?.login;
      async function prove() {
        if (isOver(login)) throw new AuthError(401, { detail: "Somebody else has logged in meanwhile." });
        const started = Date.now();
        const headers = carries && pass ? { Authorization: `Bearer ${pass.access}` } : undefined;
        const answer = await call("reauthenticate/", proof, headers);
        if (record?.bound) leaveToBrowser(login);
        else settle(started, { device_bound: record?.bound, ...answer }, login);
      }
      await locked(name, async () => {
        look();
        const early = isDue();
        if (early) await refresh().catch(throwUnlessGood);
        await prove().catch(async (error) => {
          // What proves who the user is has not been looked at where the token was refused.
          if (early || !OURS.test(refusalOf(error).code ?? "")) throw error;
          await refresh();
          if (!session) throw error;
          await prove();
        });
      });
      return /** @type {Session} */ (session);
    },

    /** @type {typeof fetch} */
    async fetch(input, init) {
      if (asking) return made(input, init); // it has taken the platform's place, and this is its own
      const given = input instanceof Request ? input : absolute(input);
      const address = given instanceof Request ? given.url : given.href;
      // Not a "blob:" either, though its origin is the page's.
      if (!ours.some((origin) => address.startsWith(origin))) return platformFetch(input, init);
      const request = new Request(given, init);
      const { signal, headers, credentials } = request;
      if (headers.has("Authorization") || (!carries && credentials === "omit")) {
        return platformFetch(request);
      }
      signal.throwIfAborted?.();

      look();
      const login = record?.login;
      const early = isDue();
      if (early) await unlessAborted(signal, renew(stamp())).catch(throwUnlessGood);
      if (early && !session) return send(request, login); // asking again is no use

      const sent = stamp();
      const first = request.clone();
      const response = await send(first, login);
      if (response.status === 401 && !isOver(login)) {
        await unlessAborted(signal, renew(sent));
      } else if (!carries && (await isCsrfRefusal(response))) {
        look();
        await forgetCsrf(first.headers.get(csrfHeader));
      } else {
        return response;
      }
      const repeats = response.status === 403 || session;
      return repeats && !isOver(login) ? send(request, login) : response;
    },

    session() {
      look();
      return session;
    },
  };
}

/**
 * Those who want to be told of something. Each is told once all that is at hand is done.
 *
 * @template T
 */
function audience() {
  /** @type {Set<(news: T) => void>} */
  const all = new Set();
  return {
    /** @param {T} news */
    tell(news) {
      for (const one of all) queueMicrotask(() => all.has(one) && one(news));
    },
    /** @param {(news: T) => void} listener */
    add(listener) {
      /** @param {T} news */
      const own = (news) => listener(news);
      all.add(own);
      return () => void all.delete(own);
    },
  };
}

/** @type {Map<string, Promise<unknown>>} The queue of each lock, where the browser has none. */
const queues = new Map();

/**
 * Do `work` while no other tab does any under this name.
 *
 * @param {string} name
 * @param {(waited: boolean) => Promise<void>} work Told whether another had the lock before.
 * @returns {Promise<void>}
 */
async function locked(name, work) {
  let begun = false;
  /** @param {boolean} waited */
  const begin = (waited) => {
    begun = true;
    return work(waited);
  };
  try {
    const { locks } = navigator;
    await locks.request(name, { ifAvailable: true }, (lock) => (lock ? begin(false) : undefined));
    // A browser may put a tab to sleep that has the lock.
    const signal = AbortSignal.timeout?.(2 * PATIENCE);
    if (!begun) await locks.request(name, { signal }, () => begin(true));
  } catch (error) {
    if (begun) throw error;
    // No lock comes, on plain HTTP or where the user forbids storage: one by one in this tab, then.
    const turn = (queues.get(name) ?? Promise.resolve()).then(() => work(false));
    queues.set(
      name,
      turn.catch(() => {}),
    );
    await turn;
  }
}

/**
 * What `find` finds, if it can be used; something that forgets with the page otherwise.
 *
 * @param {() => TextStorage | null | undefined} find
 * @returns {TextStorage & { shared: boolean }}
 */
function storageOrMemory(find) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  try {
    const found = find();
    if (found) {
      found.setItem("drf_jwt_kit", ""); // throws where it is full or forbidden
      found.removeItem("drf_jwt_kit");
      return {
        shared: true,
        getItem: (name) => found.getItem(name),
        setItem(name, value) {
          try {
            found.setItem(name, value);
          } catch {
            found.removeItem(name); // full by now: what is old would mislead
          }
        },
        removeItem: (name) => found.removeItem(name),
      };
    }
  } catch {
    // The user or the browser forbids it.
  }
  return {
    shared: false,
    getItem: (name) => memory.get(name) ?? null,
    setItem: (name, value) => void memory.set(name, value),
    removeItem: (name) => void memory.delete(name),
  };
}

/** @param {string} name */
function openChannel(name) {
  try {
    const channel = new BroadcastChannel(name);
    // Node would not end while it is open; browsers know no such method.
    /** @type {{ unref?: () => void }} */ (channel).unref?.();
    return channel;
  } catch {
    return undefined; // an old browser, or a sandbox
  }
}

/** @param {string | URL} url */
function addressOf(url) {
  try {
    return absolute(url);
  } catch {
    return undefined; // below a page, and there is none
  }
}

/** @param {string | URL} url */
function absolute(url) {
  return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
}

/**
 * @param {string | null} text
 * @returns {Record<string, any> | null} null where it is no JSON object.
 */
function jsonOf(text) {
  try {
    const value = JSON.parse(text ?? "");
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/**
 * The lifetime of a token in seconds, by the server's clock alone; NaN where that is not known.
 *
 * @param {unknown} token
 */
function secondsOf(token) {
  const claims = claimsOf(token);
  return claims?.exp - claims?.iat;
}

/**
 * The refresh token to keep: where several share a storage without a lock, an answer may be overtaken.
 *
 * @param {string | undefined} answered
 * @param {string | undefined} held
 */
function later(answered, held) {
  const [next, before] = [claimsOf(answered), claimsOf(held)];
  const overtaken = next?.sid === before?.sid && before?.gen > next?.gen;
  return overtaken ? held : (answered ?? held);
}

/**
 * @param {unknown} token
 * @returns {Record<string, any> | null} null where it is no token.
 */
function claimsOf(token) {
  try {
    const [, payload = ""] = String(token).split(".");
    return jsonOf(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return null;
  }
}

/** @param {Response} response */
async function isCsrfRefusal(response) {
  if (response.status !== 403) return false;
  return coded(jsonOf(await response.clone().text()))?.code === "csrf_failed";
}

/**
 * @param {unknown} error
 * @returns {Partial<AuthError>}
 */
function refusalOf(error) {
  return error instanceof AuthError ? error : {};
}

/**
 * The part of a refusal that has a code: a handler of the project's may have put it into something.
 *
 * @param {any} body
 * @returns {Record<string, unknown> | undefined}
 */
function coded(body) {
  if (typeof body !== "object" || !body) return undefined;
  return typeof body.code === "string" ? body : Object.values(body).map(coded).find(Boolean);
}

/**
 * Whether our server refuses for good. It says so by a code or a challenge; without either, it was
 * something before it that answered.
 *
 * @param {Partial<AuthError>} refusal
 */
function isFinal({ status, body, code, retryAfter, challenge }) {
  if (status !== 401 || retryAfter !== null) return false;
  const outside = typeof Object(body).code === "string";
  return outside || OURS.test(code ?? "") || CHALLENGE.test(challenge ?? "");
}

/**
 * Whether our server asks for a proof that only the browser itself can give.
 *
 * @param {unknown} error
 */
function isUnproven(error) {
  return coded(refusalOf(error).body)?.reason === "proof_required";
}

/**
 * Whether these are two logins, as far as both are known.
 *
 * @param {string | undefined} login
 * @param {string | undefined} other
 */
function isAnother(login, other) {
  return Boolean(login && other && login !== other);
}

function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on plain HTTP
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @template T
 * @param {AbortSignal} signal
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function unlessAborted(signal, promise) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
