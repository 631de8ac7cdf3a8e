/**
 * client.d.ts as its users meet it, and beside what client.js says of itself. Compiled, never run:
 * a line that should not compile is marked, and one that does after all is an error.
 */

import * as written from "../../src/drf_jwt_kit/static/drf_jwt_kit/client.js"; // client.d.ts
import { AuthError, createClient } from "../../src/drf_jwt_kit/static/drf_jwt_kit/client.js";
import type { Client, LogoutReason, Session } from "../../src/drf_jwt_kit/static/drf_jwt_kit/client.js";
import * as derived from "./build/derived.js"; // what tsc made of client.js

// Each can stand for the other, so neither lacks a name or says another type.
export const asWritten: typeof written = derived;
export const asDerived: typeof derived = written;

const client: Client = createClient({ baseUrl: "/api/auth/" });
createClient({ baseUrl: new URL("https://shop.example/api/auth/"), csrfHeader: "X-Shop-CSRF" });
createClient({ baseUrl: "/api/token/", mode: "header", storage: sessionStorage });
createClient({ baseUrl: "/api/auth/", storage: null });

// @ts-expect-error: without an address there is nobody to ask
createClient({});
// @ts-expect-error: a mode that does not exist
createClient({ baseUrl: "/api/auth/", mode: "cookies" });

// fetch can stand wherever the platform's is asked for.
export const platforms: typeof fetch = client.fetch;

// Whatever the project's serializer takes, by an interface too.
interface Passkey {
  assertion: string;
}
export const passkey = (given: Passkey): Promise<Session> => client.login(given);
// @ts-expect-error: a name alone is no body
client.login("ada");

const stop: () => void = client.onLogout((reason: LogoutReason) => console.log(reason));
stop();
const unwatch: () => void = client.onChange((session: Session | null) => console.log(session?.id.length));
unwatch();

export async function journey(): Promise<Session | null> {
  try {
    const { expiresAt, refreshExpiresAt } = await client.login({ username: "ada", password: "…" });
    console.log(expiresAt - Date.now(), refreshExpiresAt - Date.now());
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { status, code, detail, body, retryAfter, name } = error;
    console.log(status.toFixed(), code?.length, detail.length, body, retryAfter, name === "AuthError");
  }
  const response: Response = await client.fetch("/api/secure/", { method: "POST", body: "{}" });
  console.log(response.ok);
  const younger: Session = await client.reauthenticate({ password: "…" });
  console.log(younger.id);
  // @ts-expect-error: a password alone is no body
  await client.reauthenticate("…");
  await client.logout();
  // @ts-expect-error: only logging in and out changes it
  client.session = null;
  return client.session;
}
