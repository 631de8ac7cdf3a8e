// What each claim of the access token is, for somebody who sees one for the first time.

const MEANINGS = {
  username: "Who you are, for the page to greet you by. The shop has put it there (shop/claims.py).",
  roles: "Your groups at the time the token was written. The shop’s own views ask the database instead, so that a role that was taken away is gone at once.",
  exp: "When the token expires. From then on it opens nothing, whoever holds it.",
  auth_time: "When you gave your password. A refresh does not move it, so a view can ask for a recent login.",
  sid: "Your session: one login on one device. The server looks it up at every request, which is why ending it counts at once.",
  email: "From the shop’s claims serializer, as are all personal facts here. Whoever finds the token can read them.",
  tier: "A claim of the shop’s own. Each refresh writes it anew.",
  locale: "Another one of the shop’s own.",
  place: "Which database holds your session, as a hash. A server that asks no database for each request trusts the tokens of its own alone.",
  iat: "When it was written: at the login, or at the last refresh.",
  jti: "The name of this one token. Nothing is stored under it.",
  user_id: "Your number in the user table.",
  token_type: "An access token is for requests, a refresh token for getting the next pair. Neither is taken for the other.",
  iss: "Who wrote the token.",
  aud: "Which services may take it. Others must refuse it.",
  scope: "What the token may be used for.",
};

const ORDER = Object.keys(MEANINGS);
const MOMENTS = new Set(["exp", "iat", "auth_time"]);
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** The claims in the order in which they are understood, each `{ name, value, meaning }`. */
export function explained(claims) {
  const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const names = Object.keys(claims).sort((one, other) => place(one) - place(other));
  return names.map((name) => ({ name, value: readable(name, claims[name]), meaning: MEANINGS[name] ?? "" }));
}

function readable(name, value) {
  if (MOMENTS.has(name)) return clock.format(value * 1000);
  if (Array.isArray(value)) return value.length ? value.join(", ") : "none";
  return value === null || value === "" ? "none" : String(value);
}
