// A front end of plain Simple JWT, as its documentation begins one: tokens come in the answers
// and travel in a header. The theft is played against it, too.

import { asJson } from "./elements.js";

/** Whoever uses the views below `url`. Each call answers `{ status, body }`; status 0 where no answer came. */
export function plainClient(url) {
  let access, refresh;

  async function ask(path, init) {
    try {
      const response = await fetch(url + path, { ...init, credentials: "omit" });
      return { status: response.status, body: await response.json() };
    } catch {
      return { status: 0, body: null };
    }
  }

  return {
    async login(username, password) {
      const answer = await ask("token/", asJson({ username, password }));
      ({ access, refresh } = answer.body ?? {});
      return answer;
    },
    async refresh() {
      const answer = await ask("token/refresh/", asJson({ refresh }));
      access = answer.body?.access;
      return answer;
    },
    open: () => ask("secure/", { headers: { Authorization: `Bearer ${access}` } }),
  };
}
