// What an answer of the API means, in a sentence: one for every code, and for every reason of a
// refused token. Programs decide by `code`; `detail` is the server's own sentence, for the log.

const CODES = {
  acted_for: "Only the user may do this, and you are acting as the user.",
  authentication_failed: "The server could not tell who you are.",
  bad_authorization_header: "The Authorization header does not hold one token. That is a mistake in this page.",
  csrf_failed: "The server could not tell that this request came from its own page, so it changed nothing. Reload the page and try again.",
  error: "The server refused this, and does not say why.",
  insufficient_scope: "You are logged in, but this token does not allow that.",
  insufficient_user_authentication: "This needs a more recent login. Log in again.",
  invalid_request: "Something in the form is missing or wrong.",
  invalid_scope: "Nothing of what this page asked for is granted to you.",
  data_not_kept: "What was sent with the login cannot be kept.",
  method_not_allowed: "This address does not do that. That is a mistake in this page.",
  no_active_account: "User name and password do not fit. Which of the two is wrong, the server does not say.",
  not_acceptable: "The server answers in JSON, and this request wants something else. That is a mistake in this page.",
  not_authenticated: "You are not logged in, and this is not for strangers. Log in first.",
  not_found: "There is no such thing, or it has ended already.",
  parse_error: "The server could not read this request. That is a mistake in this page.",
  permission_denied: "You are logged in, but this is not for you: only managers may. Alice is one.",
  request_too_large: "This request is larger than the server takes.",
  temporarily_unavailable: "The server cannot look up sessions just now. Nobody was logged out; try again shortly.",
  throttled: "Too many attempts. Wait a little.",
  unsupported_media_type: "The server takes JSON here and nothing else. That is a mistake in this page.",
};

const REASONS = {
  expired: "The token has expired.",
  invalid: "This is no token of this server, or not any more.",
  no_session: "This token belongs to no session. That is a mistake in the project.",
  proof_required: "This session goes on only in the browser where it began. Log in again.",
  session_ended: "This session has ended. Log in again.",
  no_user: "This shop does not know you yet.",
  wrong_type: "A refresh token was sent where an access token belongs, or the other way round. That is a mistake in this page.",
};

/** The sentence for a refusal. `status` is 0 where no answer came. */
export function inWords(status, body) {
  if (status === 0) return "No answer came: the server is away, or the network is. Try again.";
  const code = body?.code;
  if (code === "token_not_valid") return REASONS[body.reason] ?? "The server did not accept the token.";
  if (code in CODES) return CODES[code];
  return status >= 500 ? "The server has failed. Its log says how." : `The server refused this (${status}).`;
}
