// The story of a stolen refresh token, told while it happens. Every answer that is shown has
// come from the server; where it is another than expected, the story says what it means.

import { asJson, badge, element } from "./elements.js";
import { loot } from "./thief.js";
import { inWords } from "./words.js";

const MARGIN = 0.3; // seconds, so that the leeway is over on the server's clock, too

/**
 * Plays it and fills `list`. `ask(path, init)` sends a request of the honest client and answers
 * `{ status, body }`; `say` tells a screen reader; `refresh` makes the client refresh. Resolves
 * to whether the session has ended.
 */
export async function playTheft({ ask, refresh, say, list, mode, leeway }) {
  list.replaceChildren();
  const step = (title, kind = "") => begin(list, say, title, kind);

  const script = step("A script on this page looks for tokens", "thief");
  const stolen = loot().refresh;
  script.tell(
    stolen
      ? `It reads the refresh token out of an answer that client.js got, ${shortened(stolen)}, and sends it to the thief.`
      : "It reads the cookies, both storages, every request and every answer, and finds no token. That is what HttpOnly is for.",
  );
  if (mode === "cookie") {
    step("So the thief needs malware on your computer", "thief").tell(
      "That reads the browser’s own files, where HttpOnly protects nothing. Here the demonstration’s server does it, and copies your refresh cookie.",
    );
  }
  const copied = await ask("demo/theft/", asJson(stolen ? { refresh: stolen } : {}));
  if (copied.status !== 200) return giveUp(step, copied);
  step("The thief has your refresh token", "thief").tell(
    `${copied.body.copied}, an exact copy. You notice nothing, and neither does the server.`,
  );

  const onward = step("You go on working");
  if (copied.body.seconds_to_rotation > 0) {
    await onward.wait(copied.body.seconds_to_rotation + MARGIN, "You have refreshed a moment ago, and a refresh so soon after would get the same token again. On with it in");
  }
  const refreshed = await refresh();
  if (refreshed.status !== 200) return giveUp(step, refreshed);
  onward.tell("Your access token runs out and client.js refreshes. You have a newer refresh token now; the thief’s is old.", refreshed);

  const waiting = step("The thief waits");
  await waiting.wait(
    leeway + MARGIN,
    "Two tabs, or a lost answer, may send an old token honestly: for a short while the server takes it for that. A thief who uses it now is found out at a later refresh, unless as quick each time. This one waits, and tries in",
  );
  waiting.tell(`The leeway, ${leeway} s here, is over.`);

  const replayed = await ask("demo/theft/replay/", asJson({}));
  if (replayed.status !== 200) return giveUp(step, replayed);
  const attempt = step("The thief uses the copy", "thief");
  const { status, body } = replayed.body;
  if (status === 200) {
    attempt.tell("The thief is in: nobody has used this token before. Your own next refresh will give it away.", replayed.body);
    await refresh();
  } else {
    attempt.tell(`“${inWords(status, body)}” The server has seen this token used before, so two hold it. It cannot tell which of them is you, and ends the session for both.`, replayed.body);
  }

  const last = step("You make your next request");
  const answer = await ask("secure/");
  if (answer.status !== 401) {
    last.tell("It is answered as before, so the theft was not found. That should not be.", answer);
    return false;
  }
  last.tell(`Your access token had minutes left, and is dead all the same: “${inWords(answer.status, answer.body)}”`, answer);
  step("Both are out", "end").tell(
    "You log in again with your password. The thief does not have that, and the copy is worth nothing. Only this session has ended: your other devices go on.",
  );
  return true;
}

function begin(list, say, title, kind) {
  const item = element("li", { class: kind || null }, element("h3", {}, title));
  list.append(item);
  item.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  say(title);
  const line = element("p");
  return {
    tell(text, answer) {
      line.replaceChildren(...(answer ? [badge(answer.status), " "] : []), text);
      item.append(line);
      say(text);
      item.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
    },
    async wait(seconds, text) {
      item.append(line);
      const end = performance.now() + seconds * 1000;
      for (let left = seconds; left > 0; left = (end - performance.now()) / 1000) {
        line.replaceChildren(`${text} `, element("strong", { class: "wait" }, `${Math.ceil(left)} s`), ".");
        await new Promise((resolve) => setTimeout(resolve, Math.min(250, left * 1000)));
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
