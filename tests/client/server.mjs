/**
 * A server that speaks the protocol of the token endpoints, for tests of the client.
 *
 * It is stricter than the real one: there is no leeway, so that a second refresh with one refresh
 * token ends the session unless it brings the retry key of the first. Cookies are those of one
 * browser, which all tabs share. It has a clock of its own, in seconds.
 */

export const ACCESS = 900;
export const REFRESH = 86_400;

const API = "https://shop.example";

/** Does what is asked, unless something else was agreed on beforehand for that request, once. */
export class Server {
  constructor(mode) {
    this.mode = mode;
    this.time = 1_000_000;
    this.cookies = {};
    this.csrf = "csrf 0";
    this.sessions = new Map();
    this.seen = []; // "POST refresh/": what was asked, in order
    this.requests = []; // the same, with headers and body
    this.agreed = [];
    this.rotates = true;
    this.logins = 0;
    this.refusesForeign = false;
    this.offers = false; // to bind sessions to the device
    this.hasKey = true;
  }

  get base() {
    return `${API}/api/auth/`;
  }

  /** How often this was asked. */
  count(what) {
    return this.seen.filter((each) => each === what).length;
  }

  /** The requests for this, oldest first. */
  asked(what) {
    return this.requests.filter((each) => each.what === what);
  }

  /** The next request for `what` is answered so, and nothing else happens. */
  answerNext(what, status, body, headers = {}) {
    this.agreed.push({ what, instead: () => answer(status, body, headers) });
  }

  /** The next request for `what` does not get here. */
  cutNext(what) {
    const instead = () => {
      throw new TypeError("fetch failed");
    };
    this.agreed.push({ what, instead });
  }

  /** The next request for `what` is done, and its answer gets lost: no cookie arrives. */
  loseNext(what) {
    this.agreed.push({ what, lost: true });
  }

  /** The next request for `what` waits until the function that this returns is called. */
  holdNext(what, body) {
    const gate = Promise.withResolvers?.() ?? withResolvers();
    this.agreed.push({ what, until: gate.promise, instead: body && (() => answer(200, body)) });
    return gate.resolve;
  }

  /** The next request to another origin is refused there. */
  refuseForeignNext() {
    this.refusesForeign = true;
  }

  /** The browser binds its session, and from now on renews it by itself while it has the key. */
  bind() {
    this.sessions.get(this.claimsOf(this.cookies.refresh).sid).bound = true;
  }

  /** DEVICE_BOUND is turned off. */
  unbind() {
    this.offers = false;
    for (const session of this.sessions.values()) session.bound = false;
  }

  /** End every session, as another device can. */
  endSessions() {
    this.sessions.clear();
  }

  /** What takes the place of the platform's fetch. */
  fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, origin } = new URL(request.url);
    if (origin !== API) {
      const refused = this.refusesForeign;
      this.refusesForeign = false;
      if (refused) return refusal("token_not_valid");
      return answer(200, { foreign: true, authorization: request.headers.get("Authorization") });
    }
    const path = pathname.replace("/api/auth/", "").replace(/^\//, "");
    const what = `${request.method} ${path}`;
    const body = await request.text();
    const headers = Object.fromEntries(request.headers);
    this.seen.push(what);
    const { credentials, redirect, cache } = request;
    this.requests.push({ what, headers, body, credentials, redirect, cache });
    if (this.hasKey) this.renew();
    const presented = credentials === "omit" ? {} : { ...this.cookies };

    const index = this.agreed.findIndex((each) => each.what === what);
    const [agreed] = index < 0 ? [{}] : this.agreed.splice(index, 1);
    await orAborted(request.signal, agreed.until);
    if (agreed.instead) return agreed.instead();
    const before = { ...this.cookies };
    const response = this.respond(what, headers, body, presented);
    if (!agreed.lost) return response;
    this.cookies = before;
    throw new TypeError("fetch failed");
  };

  respond(what, headers, body, cookies) {
    const byCookie = this.mode !== "header";
    const carries = this.mode !== "cookie";
    const unsafe = !what.startsWith("GET");
    if (what === "GET csrf/" && byCookie) return answer(200, { csrf_token: this.csrf });
    const guarded = !carries || /^POST (refresh\/|logout\/|reauthenticate\/)?$/.test(what);
    if (byCookie && unsafe && guarded && headers["x-csrftoken"] !== this.csrf) {
      return answer(403, { detail: "CSRF Failed.", code: "csrf_failed" });
    }
    const json = body.startsWith("{") ? JSON.parse(body) : {};
    const refresh = byCookie ? cookies.refresh : json.refresh;
    if (what === "POST ") return this.login(json, refresh);
    if (what === "POST refresh/") return this.refresh(refresh, headers["idempotency-key"]);
    if (what === "POST logout/") return this.logout(refresh);
    if (what === "GET bind/") return this.tellOfBinding(cookies.refresh);
    const access = carries ? headers.authorization?.slice("Bearer ".length) : cookies.access;
    const claims = this.claimsOf(access);
    if (what.endsWith(" public/")) return answer(200, { user: claims?.user ?? null });
    if (!claims) return refusal("token_not_valid");
    if (what === "POST reauthenticate/") return this.reauthenticate(claims, json);
    return answer(200, { user: claims.user, body });
  }

  login({ username, password }, presented) {
    if (password === "wrong") return refusal("no_active_account");
    const id = `session ${(this.logins += 1)} of ${username}`;
    this.sessions.delete(this.claimsOf(presented)?.sid);
    this.sessions.set(id, { user: username, gen: 0 });
    this.csrf = `csrf of ${id}`;
    return this.handOut(id, true);
  }

  refresh(presented, key) {
    if (!presented) return this.clear(refusal("not_authenticated"));
    const { sid, gen } = this.claimsOf(presented) ?? {};
    const session = this.sessions.get(sid);
    if (!session) return this.clear(refusal("token_not_valid"));
    if (session.bound) return refusal("token_not_valid", "proof_required", { "Retry-After": "1" });
    const again = gen === session.gen - 1 && key === session.key;
    if (gen !== session.gen && !again) {
      this.sessions.delete(sid);
      return this.clear(refusal("token_not_valid"));
    }
    if (this.rotates && !again) Object.assign(session, { gen: gen + 1, key });
    return this.handOut(sid, this.rotates);
  }

  /** Another access token of the session; its refresh token stays. */
  reauthenticate({ sid, user }, { password }) {
    if (password === "wrong") return refusal("no_active_account");
    const access = token({ sid, user, iat: this.time, exp: this.time + ACCESS, auth_time: this.time });
    if (this.mode === "header") return answer(200, { access });
    if (this.mode === "memory") return answer(200, { access, expires_in: ACCESS });
    this.cookies.access = access;
    return answer(200, { expires_in: ACCESS });
  }

  tellOfBinding(presented) {
    const session = this.sessions.get(this.claimsOf(presented)?.sid);
    return session ? answer(200, { device_bound: Boolean(session.bound) }) : refusal("token_not_valid");
  }

  /** What the browser does before a request goes out that the access cookie is missing from. */
  renew() {
    const session = this.sessions.get(this.claimsOf(this.cookies.refresh)?.sid);
    if (!session?.bound || this.claimsOf(this.cookies.access)) return;
    session.gen += 1;
    this.handOut(this.claimsOf(this.cookies.refresh).sid, true);
  }

  logout(presented) {
    if (this.mode === "header" && !this.claimsOf(presented)) return refusal("token_not_valid");
    this.sessions.delete(this.claimsOf(presented)?.sid);
    return this.clear(answer(200, {}));
  }

  handOut(sid, both) {
    const { user, gen } = this.sessions.get(sid);
    const iat = this.time;
    const access = token({ sid, user, iat, exp: iat + ACCESS });
    const refresh = token({ sid, user, gen, iat, exp: iat + REFRESH });
    if (this.mode === "header") return answer(200, both ? { access, refresh } : { access });
    const offer = this.offers && { device_bound: false };
    const lifetimes = { expires_in: ACCESS, refresh_expires_in: REFRESH, ...offer };
    this.cookies = this.mode === "memory" ? { refresh } : { access, refresh };
    return answer(200, this.mode === "memory" ? { access, ...lifetimes } : lifetimes);
  }

  clear(response) {
    this.cookies = {};
    return response;
  }

  /** The claims of a token whose session lives and whose time is not over. */
  claimsOf(presented) {
    if (!presented) return undefined;
    const claims = JSON.parse(Buffer.from(presented.split(".")[1] ?? "e30", "base64url"));
    return claims.exp > this.time && this.sessions.has(claims.sid) ? claims : undefined;
  }
}

function token(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ ...claims, jti: `ÿ${Math.random()}` })}.signature`;
}

function answer(status, body, headers = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, { status, headers });
}

function refusal(code, reason, headers) {
  return answer(401, { detail: "Refused.", code, reason }, headers);
}

function orAborted(signal, promise) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    Promise.resolve(promise).then(resolve, reject);
  });
}

function withResolvers() {
  const gate = {};
  gate.promise = new Promise((resolve) => Object.assign(gate, { resolve }));
  return gate;
}
