// The story of a stolen refresh token, told while it happens: here, and beside it at plain Simple
// JWT. Every answer that is shown has come from the server; where it is another than expected, the
// story says what it means.

import { asJson, badge, element } from "./elements.js";
import { loot } from "./thief.js";
import { inWords } from "./words.js";

const MARGIN = 0.3; // seconds, so that the leeway is over on the server's clock, too

/**
 * Plays it and fills `list`. `ask(path, init)` sends a request of the honest client and answers
 * `{ status, body }`; `refresh` makes that client refresh; `login`, `refreshPlain` and `openPlain` do
 * the same with Simple JWT's; `say` tells a screen reader; `expectEnd` is called before the play
 * ends the session. Resolves to whether it has. An abort of `signal` ends the play, for its reason.
 */
export async function playTheft({ list, say, signal, mode, leeway, expectEnd, ...acts }) {
  list.replaceChildren();
  const step = (title, kind = "") => begin(list, say, signal, title, kind);
  const whilePlaying = ([name, act]) => [name, async (...args) => {
    const answer = await act(...args);
    signal.throwIfAborted();
    return answer;
  }];
  try {
    const still = Object.fromEntries(Object.entries(acts).map(whilePlaying));
    return await tellStory({ ...still, step, mode, leeway, expectEnd });
  } catch (failure) {
    if (!signal.aborted) throw failure;
    step("The play ends here").tell(signal.reason);
    return false;
  }
}

async function tellStory({ ask, refresh, login, refreshPlain, openPlain, step, mode, leeway, expectEnd }) {
  const start = step("You are logged in at both");
  start.ours("By the form of this page.");
  const known = await login();
  start.plain(known.status === 200 ? "By the same password, at its own view." : `That does not work, so it is left out: ${inWords(known.status, known.body)}`, known);
  const beside = known.status === 200;

  const script = step("A script on this page looks for tokens", "thief");
  const stolen = loot();
  script.ours(
    stolen.refresh
      ? `It reads the refresh token out of an answer that client.js got, ${shortened(stolen.refresh)}, and sends it to the thief.`
      : "It reads the cookies, both storages, every request and every answer, and finds no token. That is what HttpOnly is for.",
  );
  if (beside) script.plain(`It reads the refresh token out of the login’s answer, ${shortened(stolen.plain)}, and sends it to the thief.`);
  if (mode === "cookie") {
    const malware = step("So the thief needs malware on your computer", "thief");
    malware.ours("That reads the browser’s own files, where HttpOnly protects nothing. Here the demonstration’s server does it, and copies your refresh cookie.");
    if (beside) malware.plain("Not needed: the script was enough.");
  }
  const { refresh: token, plain: plainToken } = stolen;
  const copied = await ask("demo/theft/", asJson({ ...(token && { refresh: token }), ...(beside && { plain: plainToken }) }));
  if (copied.status !== 200) return giveUp(step, copied);
  const has = step("The thief has your refresh token", "thief");
  has.ours(`${copied.body.copied}, an exact copy. You notice nothing, and neither does the server.`);
  if (beside) has.plain(`${shortened(plainToken)}, an exact copy. Nobody notices here either.`);

  const onward = step("You go on working");
  if (copied.body.seconds_to_rotation > 0) {
    await onward.wait(copied.body.seconds_to_rotation + MARGIN, "You have refreshed a moment ago, and a refresh so soon after would get the same token again. On with it in");
    onward.tell("Your access token runs out.");
  }
  const refreshed = await refresh();
  if (refreshed.status !== 200) return giveUp(step, refreshed);
  onward.ours("client.js refreshes. You have a newer refresh token now; the thief’s is old.", refreshed);
  if (beside) onward.plain("You refresh, and get a new access token. The refresh token stays as it is, and so does the copy.", await refreshPlain());

  const waiting = step("The thief waits");
  await waiting.wait(
    leeway + MARGIN,
    "Two tabs, or a lost answer, may send an old token honestly: for a short while the server takes it for that. A thief who uses it now is found out at a later refresh, unless as quick each time. This one waits, and tries in",
  );
  waiting.tell(`The leeway, ${leeway} s here, is over.`);

  expectEnd();
  const replayed = await ask("demo/theft/replay/", asJson({}));
  if (replayed.status !== 200) return giveUp(step, replayed);
  const attempt = step("The thief uses the copy", "thief");
  const { status, body, plain: gone } = replayed.body;
  if (status === 200) {
    attempt.ours("The thief is in: nobody has used this token before. Your own next refresh will give it away.", replayed.body);
    await refresh();
  } else {
    attempt.ours(`“${inWords(status, body)}” The server has seen this token used before, so two hold it. It cannot tell which of them is you, and ends the session for both.`, replayed.body);
  }
  if (gone) attempt.plain(gone.refresh === 200 ? `The thief is in, and a view opened for the new access token (${gone.view}).` : "The copy is refused.", { status: gone.refresh });

  const last = step("You make your next request");
  const answer = await ask("secure/");
  if (beside) {
    const opened = await openPlain();
    last.plain(opened.status === 200 ? "It is answered as before. Nothing tells you that there are two of you." : inWords(opened.status, opened.body), opened);
  }
  if (answer.status !== 401) {
    last.ours("It is answered as before, so the theft was not found. That should not be.", answer);
    return false;
  }
  last.ours(`Your access token had minutes left, and is dead all the same: “${inWords(answer.status, answer.body)}”`, answer);
  const end = step("How it ends", "end");
  end.ours("Both are out. You log in again with your password. The thief does not have that, and the copy is worth nothing. Only this session has ended: your other devices go on.");
  if (gone) end.plain(gone.again === 200 ? "The thief goes on: the same copy has refreshed again, and will until it expires, a day after your login. That you log out changes nothing." : "The thief is out as well.", { status: gone.again });
  return true;
}

function begin(list, say, signal, title, kind) {
  const item = element("li", { class: kind || null }, element("h3", {}, title));
  const line = element("p");
  const lanes = element("div", { class: "lanes" });
  const show = () => item.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  const lane = (kind, name) => (text, answer) => {
    const said = element("p", {}, ...(answer ? [badge(answer.status), " "] : []), text);
    lanes[kind === "ours" ? "prepend" : "append"](element("div", { class: `lane ${kind}` }, element("b", {}, name), said));
    item.append(lanes);
    say(`${name}: ${text}`);
    show();
  };
  list.append(item);
  show();
  say(title);
  return {
    ours: lane("ours", "drf_jwt_kit"),
    plain: lane("plain", "Simple JWT"),
    tell(text, answer) {
      line.replaceChildren(...(answer ? [badge(answer.status), " "] : []), text);
      item.append(line);
      say(text);
      show();
    },
    async wait(seconds, text) {
      item.append(line);
      const end = performance.now() + seconds * 1000;
      for (let left = seconds; left > 0; left = (end - performance.now()) / 1000) {
        line.replaceChildren(`${text} `, element("strong", { class: "wait" }, `${Math.ceil(left)} s`), ".");
        await new Promise((resolve) => setTimeout(resolve, Math.min(250, left * 1000)));
        signal.throwIfAborted();
      }
    },
  };
}

function giveUp(step, { status, body }) {
  step("The play stops here").tell(inWords(status, body), { status });
  return false;
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const shortened = (token) => `${token.slice(0, 10)}…${token.slice(-6)}`;
