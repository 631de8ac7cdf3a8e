// The page: who is logged in is asked of the API, as any front end would, through client.js.

import { onRequest, showRequests } from "./requests.js";
import { AuthError, createClient } from "../drf_jwt_kit/client.js";
import { explained } from "./claims.js";
import { asJson, badge, byId, element } from "./elements.js";
import { MODES } from "./modes.js";
import { plainClient } from "./plain.js";
import { inWords } from "./words.js";

const { cookieUrl, headerUrl, apiUrl, leeway, password: demoPassword } = document.body.dataset;
const demonstration = "demonstration" in document.body.dataset;

const clients = {
  cookie: createClient({ baseUrl: cookieUrl }),
  header: createClient({ baseUrl: headerUrl, mode: "header" }),
};
const baseUrls = { cookie: cookieUrl, header: headerUrl };

const address = new URL(location.href);
let mode = address.searchParams.get("mode") === "header" ? "header" : "cookie";
const beginsAs = mode === "header" && demoPassword ? address.searchParams.get("as") : null;
address.searchParams.delete("as"); // a reload is no second login
history.replaceState(null, "", address);
let claims = null; // of the access token, as the server read them; null while nobody is logged in
let deadline = 0; // when it expires, by performance.now()
let thief = null; // the malicious script, in the demonstration
let refreshed = false; // since that was read
let play = null; // while the theft is played: `{ sid, controller, endsSession }`
let busy = false; // while the page itself logs in, or out to change the mode, and says so

const client = () => clients[mode];

// --- asking ---------------------------------------------------------------------------------

/** `{ status, body }` of a request to the API through client.js; status 0 where no answer came. */
async function ask(path, init) {
  const answer = await askOnce(path, init);
  if (refreshed) await showSession(); // client.js has got a new token on the way
  else if (answer.status === 200 && claims === null) await begin({ asking: true });
  return answer;
}

/** The same below the endpoints of the mode that is on. */
const askAuth = (path, init) => ask(baseUrls[mode] + path, init);

async function askOnce(path, init) {
  try {
    // The API takes cookies too: what opens a view in header mode shall be the header.
    const own = mode === "header" ? { ...init, credentials: "omit" } : init;
    const response = await client().fetch(path.startsWith("/") ? path : apiUrl + path, own);
    const text = await response.text();
    return { status: response.status, body: text && isJson(response) ? JSON.parse(text) : null };
  } catch (failure) {
    return refusal(failure);
  }
}

const isJson = (response) => response.headers.get("Content-Type")?.includes("json");

function refusal(failure) {
  if (failure instanceof AuthError) return { status: failure.status, body: failure.body };
  if (failure instanceof TypeError || failure instanceof DOMException) return { status: 0, body: null };
  throw failure;
}

// --- telling --------------------------------------------------------------------------------

/**
 * Say it: to screen readers at once, and to eyes in the card in which something was done, where it
 * lies over nothing and stays until something else is said.
 */
function tell(text, { bad = false } = {}) {
  byId("message").textContent = bad ? "" : text;
  byId("alert").textContent = bad ? text : "";
  document.querySelector(".told")?.remove();
  if (text === "") return;
  const close = element("button", { type: "button", class: "close", "aria-label": "Close this message" }, "×");
  close.addEventListener("click", () => {
    tell("");
    byId("main").focus({ preventScroll: true });
  });
  const told = element("div", { class: bad ? "notice bad told" : "notice told" }, text, close);
  (document.activeElement.closest(".card:not([hidden])") ?? document.querySelector(".card:not([hidden])")).append(told);
  told.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", ({ key }) => { if (key === "Escape") tell(""); });

const complain = ({ status, body }) => tell(inWords(status, body), { bad: true });

// --- who is logged in -----------------------------------------------------------------------

async function showSession() {
  const answer = await askOnce("whoami/");
  refreshed = false;
  if (answer.status !== 200) {
    if (claims === null) showStranger();
    else if (answer.status !== 401) complain(answer); // a 401 has ended the session: onLogout
    return false;
  }
  claims = answer.body.claims;
  if (play !== null && play.sid !== claims.sid) stopPlay("Somebody else has logged in on this page.");
  deadline = performance.now() + answer.body.seconds_left * 1000;
  byId("who-name").textContent = claims.username;
  byId("claims").replaceChildren(...explained(claims).map(claimRow));
  const again = byId("second-device");
  if (again) again.href = `?${new URLSearchParams({ mode: "header", as: claims.username })}`;
  showParts();
  tick();
  return true;
}

function showStranger() {
  claims = null;
  for (const id of ["claims", "devices"]) byId(id).replaceChildren();
  thief?.forget();
  showParts();
}

function showParts() {
  const known = claims !== null;
  byId("login-card").hidden = known;
  for (const id of ["session-card", "devices-card", "who"]) byId(id).hidden = !known;
  showThief();
}

function claimRow({ name, value, meaning }) {
  return element("div", {},
    element("dt", {}, element("code", {}, name)),
    element("dd", { class: "value" }, value),
    element("dd", { class: "meaning" }, meaning));
}

function tick() {
  if (claims === null) return;
  const session = client().session;
  const left = Math.max(0, session ? session.expiresAt - Date.now() : deadline - performance.now());
  const seconds = Math.ceil(left / 1000);
  byId("countdown").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  byId("meter").style.setProperty("--left", Math.min(1, left / 1000 / (claims.exp - claims.iat)));
  byId("session-end").textContent = session
    ? `client.js gets the next one by itself. Without a refresh, the session ends ${moment(session.refreshExpiresAt)}.`
    : "client.js gets the next one by itself.";
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const moment = (when) => day.format(new Date(when));

// --- log in, log out ------------------------------------------------------------------------

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  logIn();
});

async function logIn() {
  const { username, password } = byId("login").elements;
  const error = byId("login-error");
  error.textContent = "";
  for (const field of [username, password]) field.toggleAttribute("aria-invalid", false);
  const missing = [username, password].find((field) => field.value === "");
  if (missing) {
    missing.setAttribute("aria-invalid", "true");
    missing.focus();
    error.textContent = missing === username ? "Give your user name." : "Give your password.";
    return;
  }
  try {
    busy = true; // a login that this tab hears of is another tab's
    await client().login({ username: username.value, password: password.value });
  } catch (failure) {
    busy = false;
    const { status, body } = refusal(failure);
    error.textContent = inWords(status, body);
    password.select();
    error.scrollIntoView({ block: "nearest" });
    return;
  }
  password.value = "";
  byId("answer").replaceChildren(); // what a stranger was answered
  const known = await showSession();
  busy = false;
  if (known) {
    (byId("theft-title") ?? byId("session-title")).focus();
    tell(`You are logged in as ${claims.username}.`);
    await showDevices();
  }
}

for (const button of document.querySelectorAll("[data-fill]")) {
  button.addEventListener("click", () => {
    byId("username").value = button.dataset.fill;
    byId("password").value = demoPassword;
    document.querySelector("#login [type=submit]").focus();
  });
}

byId("logout").addEventListener("click", logOut);

/** Whether it is done. Otherwise nothing has changed, and that is said: nobody should walk away believing it. */
async function logOut() {
  try {
    await client().logout();
    return true;
  } catch (failure) {
    const { status, body } = refusal(failure);
    tell(`You are still logged in. ${inWords(status, body)}`, { bad: true });
    return false;
  }
}

for (const [name, one] of Object.entries(clients)) {
  one.onLogout((reason) => {
    if (name !== mode || claims === null || busy) return;
    showStranger();
    byId("answer").replaceChildren();
    if (play?.endsSession) return; // the story says what has happened
    stopPlay("You are not logged in any more.");
    if (one.session !== null) return; // of somebody else, who is welcomed below
    byId("login-title").focus();
    if (reason === "logout") tell("You are logged out. The session has ended on the server, and both tokens are dead.");
    else tell("This session has ended: on another device, by the server, by its own age, or because its cookies were cleared. Log in again.", { bad: true });
  });
  let known = one.session?.id;
  one.onChange((session) => {
    const isNew = session !== null && session.id !== known;
    known = session?.id;
    // After a refresh of this tab's, where storage is forbidden, nobody has come.
    if (name !== mode || !isNew || claims !== null || busy || refreshed) return;
    tell("Somebody has logged in in another tab of this browser, and so in this one.");
    begin();
  });
}

// --- call the API ---------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-call]")) {
  button.addEventListener("click", async () => {
    const { status, body } = await ask(button.dataset.call);
    const sentence = status === 200 ? "The view has opened." : inWords(status, body);
    const shown = [element("p", {}, badge(status), ` ${sentence}`)];
    if (body !== null) shown.push(element("pre", {}, JSON.stringify(body, null, 2)));
    byId("answer").replaceChildren(...shown);
  });
}

/** Have a view call the access token of this moment expired, so that client.js refreshes. */
async function letExpire() {
  await showSession(); // another tab may have got a newer one
  return ask("demo/expired/", asJson({ jti: claims?.jti }));
}

byId("refresh")?.addEventListener("click", async () => {
  const answer = await letExpire();
  if (answer.status === 200) tell("A view called this token expired (401). client.js refreshed and asked again (200): see the requests.");
  else complain(answer);
});

// --- my devices -----------------------------------------------------------------------------

async function showDevices() {
  const answer = await askAuth("sessions/");
  if (answer.status === 200) byId("devices").replaceChildren(...answer.body.map(deviceRow));
  else if (claims !== null) complain(answer);
  return answer.status === 200;
}

function deviceRow(session) {
  const name = session.name || session.device || "A device without a name";
  const facts = [session.ip, `logged in ${moment(session.created_at)}`];
  if (session.last_used_at) facts.push(`last used ${moment(session.last_used_at)}`);
  const label = session.current ? "Log out" : "End";
  const button = element("button", { type: "button", class: "quiet", "aria-label": `${label}: ${name}, logged in ${moment(session.created_at)}` }, label);
  button.addEventListener("click", () => (session.current ? logOut() : endDevice(session.id, name)));
  return element("li", { "data-session": session.id },
    element("div", {},
      element("p", { class: "device" }, name, ...(session.current ? [element("span", { class: "badge" }, "this device")] : [])),
      element("p", { class: "small" }, facts.filter(Boolean).join(" · "))),
    button);
}

async function endDevice(id, name) {
  const answer = await askAuth(`sessions/${id}/`, { method: "DELETE" });
  await showDevices();
  if (claims === null) return; // this session has ended meanwhile, and that was said
  byId("devices-title").focus();
  if (answer.status === 204) tell(`Ended: ${name}. Its next request is refused.`);
  else complain(answer);
}

byId("look-again").addEventListener("click", async () => {
  if (await showDevices()) tell(`Devices that are logged in: ${byId("devices").children.length}.`);
});

byId("end-others").addEventListener("click", async () => {
  const answer = await askAuth("logout/all/?except=current", { method: "POST" });
  await showDevices();
  if (claims === null) return;
  if (answer.status === 200) tell(`Other devices that were logged out: ${answer.body.ended}. This one stays.`);
  else complain(answer);
});

// --- cookie mode, header mode ---------------------------------------------------------------

function showMode() {
  const { summary, facts } = MODES[mode];
  byId("mode-summary").textContent = summary;
  byId("mode-facts").replaceChildren(...facts.map(([name, text]) =>
    element("div", {},
      element("dt", {}, name),
      element("dd", {}, name === "client.js" ? element("code", {}, text) : text))));
  document.querySelector(`[name=mode][value=${mode}]`).checked = true;
}

for (const choice of document.querySelectorAll("[name=mode]")) {
  choice.addEventListener("change", async () => {
    const known = claims !== null;
    stopPlay("The tokens are kept in the other way now, with a login of its own.");
    if (known) {
      busy = true; // or the logout would move the focus away from the switch
      const done = await logOut();
      busy = false;
      if (!done) return showMode();
      showStranger();
    }
    mode = choice.value;
    if (mode === "header") address.searchParams.set("mode", mode);
    else address.searchParams.delete("mode");
    history.replaceState(null, "", address);
    byId("answer").replaceChildren();
    showMode();
    await begin();
    if (known) tell("The other way to keep tokens begins with a login of its own, so you are logged out here.");
  });
}

// --- the requests, and who else reads them --------------------------------------------------

const ENDPOINTS = {
  "csrf/": "client.js fetches the CSRF token",
  "": "the login",
  "refresh/": "client.js gets the next tokens",
  "logout/": "the logout",
  "logout/all/?except=current": "all other sessions end",
  "sessions/": "my devices",
};
const LONG = /([\da-f]{4})[\da-f-]{20,}/g; // ids

const HERE = {
  "whoami/": "what the token says",
  "secure/": "a view of the shop’s",
  "profile/": "a view of the shop’s",
  "report/": "a view of the shop’s, for managers",
  "demo/expired/": "a view that calls the old token expired",
  "demo/theft/": "the thief copies the refresh token",
  "demo/theft/replay/": "the thief is told to use it",
  "demo/plain/token/": "plain Simple JWT: the login",
  "demo/plain/token/refresh/": "plain Simple JWT: the refresh",
  "demo/plain/secure/": "plain Simple JWT: a view",
};

function explanationOf(path) {
  for (const [base, known] of [[cookieUrl, ENDPOINTS], [headerUrl, ENDPOINTS], [apiUrl, HERE]]) {
    if (path.startsWith(base) && path.slice(base.length) in known) return known[path.slice(base.length)];
  }
  return "";
}

showRequests(byId("log"), byId("log-empty"), ({ method, path, status, at }) => {
  const why = [at.toLocaleTimeString(), explanationOf(path)].filter(Boolean).join(" · ");
  return element("li", {},
    element("span", { class: "what" }, element("b", {}, method), ` ${path.replace(LONG, "$1…")}`),
    badge(status),
    element("span", { class: "why" }, why));
});

onRequest(({ method, path, status }) => {
  if (method === "POST" && path === `${baseUrls[mode]}refresh/` && status === 200) refreshed = true;
  showThief();
});

function showThief() {
  if (thief === null) return;
  const { access, refresh } = thief.loot();
  byId("reach").replaceChildren(
    ...[["Access token", access], ["Refresh token", refresh]].map(([name, token]) =>
      element("li", {}, element("span", {}, name),
        token
          ? element("code", { class: "found" }, `${token.slice(0, 10)}…${token.slice(-6)}`)
          : element("span", { class: claims ? "nothing" : "small" }, claims ? "out of reach" : "not there"))));
  const possible = claims !== null && play === null;
  byId("steal").setAttribute("aria-disabled", String(!possible));
  byId("steal-needs").hidden = claims !== null || play !== null;
}

async function setTheStage() {
  const { playTheft } = await import("./theft.js");
  thief = await import("./thief.js");
  const say = (text) => { byId("theft-status").textContent = text; };
  const list = byId("theft-steps");
  byId("steal").addEventListener("click", async () => {
    if (claims === null || play !== null) return;
    const own = { sid: claims.sid, controller: new AbortController(), endsSession: false };
    const plain = plainClient(`${apiUrl}demo/plain/`);
    play = own;
    tell("");
    showThief();
    try {
      const ended = await playTheft({
        ask, say, list, mode,
        refresh: letExpire,
        login: () => plain.login(claims?.username, demoPassword),
        refreshPlain: plain.refresh,
        openPlain: plain.open,
        leeway: Number(leeway),
        signal: own.controller.signal,
        expectEnd: () => { own.endsSession = true; },
      });
      if (ended) offerLogin(list);
    } finally {
      if (play === own) play = null;
      showThief();
    }
  });
}

/** End the play that runs, if one does: what it tells is true of one session in one mode. */
function stopPlay(reason) {
  play?.controller.abort(reason);
}

function offerLogin(list) {
  const button = element("button", { type: "button", class: "quiet" }, "Log in again");
  button.addEventListener("click", () => byId("username").focus());
  list.lastElementChild.append(element("p", { class: "actions" }, button));
}

// --- beginning ------------------------------------------------------------------------------

/**
 * Show who is logged in, where client.js knows of a session. Otherwise the server is asked only if there
 * is reason to: in a browser that forbids storage, client.js does not know of the cookies after a reload.
 */
async function begin({ asking = client().session !== null } = {}) {
  showParts();
  if (asking && (await showSession())) await showDevices();
}

/** In a tab that "Be a second device" has opened: a login of its own, which needs no click. */
async function beSecondDevice(username) {
  byId("username").value = username;
  byId("password").value = demoPassword;
  await logIn();
}

// A page that comes back, from the history or from behind another tab, may have been overtaken.
addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
document.addEventListener("visibilitychange", async () => {
  if (!document.hidden && claims !== null && (await showSession())) await showDevices();
});

showMode();
if (demonstration) await setTheStage();
setInterval(tick, 500);
if (beginsAs === null) await begin();
else await beSecondDevice(beginsAs);
document.body.dataset.ready = "";
