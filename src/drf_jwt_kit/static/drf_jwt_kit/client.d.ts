/** A session, with deadlines in milliseconds since 1970 by the clock of this machine. */
export interface Session {
  /** Names the login: the same in all tabs until somebody logs in anew. Empty where it is not known. */
  readonly id: string;
  /**
   * When the access token expires; 0 where this tab has none yet, or where the browser renews it by
   * itself (DEVICE_BOUND).
   */
  readonly expiresAt: number;
  /** When the session expires, unless it is refreshed before. */
  readonly refreshExpiresAt: number;
}

/** `"logout"`: somebody logged out, here or in another tab. `"ended"`: the server, or another login, ended it. */
export type LogoutReason = "logout" | "ended";

/** What `localStorage` and `sessionStorage` have. */
export interface TextStorage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

export interface ClientOptions {
  /**
   * Where `drf_jwt_kit.urls.cookie` (or, in header mode, `drf_jwt_kit.urls`) is included.
   * A relative one is below the page that there is at the first use.
   */
  baseUrl: string | URL;
  /**
   * `"cookie"` (the default): no script sees a token. `"header"`: this module holds them.
   * `"memory"`: it holds the access token, and the refresh token is in a cookie (COOKIE_REFRESH_ONLY).
   */
  mode?: "cookie" | "memory" | "header";
  /** Not in cookie mode: where the access token is sent besides the origin of `baseUrl`. */
  origins?: readonly (string | URL)[];
  /**
   * Cookie and memory mode: where deadlines and the retry key are kept, `localStorage` unless given.
   * Header mode: where the refresh token is kept, in memory unless given.
   * `null` is memory, which a reload empties.
   */
  storage?: TextStorage | null;
  /** The header for the CSRF token, if the project has changed CSRF_HEADER_NAME. */
  csrfHeader?: string;
}

export interface Client {
  /**
   * Log in. `credentials` is the body as the server wants it, `{ username, password }` by default.
   * Rejects with an AuthError when refused, and with what `fetch` gives when no answer came.
   */
  login(credentials: object): Promise<Session>;
  /**
   * End the session at the server, and tell the other tabs.
   * Rejects where the server could not be asked; then nothing has changed and the user is logged in.
   */
  logout(): Promise<void>;
  /**
   * Prove anew who the user is: the session stays the same one, and its login is younger. `proof` is
   * the body as the server wants it, `{ password }` by default. It is sent once, with a good token.
   * Rejects as `login` does, and the session goes on unless the server has ended it.
   */
  reauthenticate(proof: object): Promise<Session>;
  /**
   * The platform's `fetch`, for requests to the origin of `baseUrl`, and to `origins`, with the session.
   * Others are handed to the platform as they are.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Be told, once, when the session is over. Returns a function that stops it. */
  onLogout(listener: (reason: LogoutReason) => void): () => void;
  /**
   * Be told whenever `session` has changed, in whichever tab: a login, perhaps of somebody else, a
   * refresh, an end. Returns a function that stops it.
   */
  onChange(listener: (session: Session | null) => void): () => void;
  /**
   * The session as far as this browser knows, or null: the same object until it changes.
   * Only the server knows for certain.
   */
  readonly session: Session | null;
}

/** The server refused a login, a refresh, a logout or a proof. */
export class AuthError extends Error {
  constructor(status: number, body: unknown, retryAfter?: number | null, challenge?: string | null);
  readonly name: "AuthError";
  /** The status of the answer. */
  readonly status: number;
  /** The code of the refusal, such as `no_active_account`; null where the answer has none. */
  readonly code: string | null;
  /** The refusal in words. */
  readonly detail: string;
  /** The answer's JSON; null if it is not JSON. */
  readonly body: unknown;
  /** After how many seconds to try again; null where the answer does not say. */
  readonly retryAfter: number | null;
  /** The answer's `WWW-Authenticate`; null where it has none, or another origin does not show it. */
  readonly challenge: string | null;
}

/** A client of the session that this browser has with the server at `baseUrl`. Make one a page. */
export function createClient(options: ClientOptions): Client;
