"""Walks through the life of a session over real HTTP, and explains each step: ``make tour``.

Starts a server of its own, unless BASE_URL names one that runs (``make demo``). Ends with
exit code 1 at the first answer that is not the promised one.
"""

import argparse
import os
import signal
import sys
import time
from typing import Any, NoReturn

from demo import MANAGER, PASSWORD
from touring import screen
from touring.conversation import Answer, Conversation, Surprise, Unreachable, decoded
from touring.server import OwnServer, ServerFailed

SHORT_LEEWAY = 1.0  # seconds, on a server of our own
USUAL_LEEWAY = 10.0  # what drf_jwt_kit does without a setting
LAPTOP = "Laptop/1.0 (tour)"
PHONE = "Phone/1.0 (tour)"


def journey(tour: Conversation, credentials: dict[str, str], leeway: float) -> None:
    """The whole story. Raises Surprise at the first answer that does not fit it."""
    first = log_in(tour, credentials)
    read_the_access_token(tour, first, credentials["username"])
    open_the_secure_view(tour, first)
    second = refresh(tour, first)
    repeat_within_the_leeway(tour, first, second)
    replay_after_the_leeway(tour, first, second, leeway)
    laptop, phone = log_in_on_two_devices(tour, credentials)
    end_the_phone_from_the_laptop(tour, laptop, phone)
    log_out(tour, laptop)


def log_in(tour: Conversation, credentials: dict[str, str]) -> Answer:
    tour.step(
        "Log in",
        "The password travels once. Two tokens stand in for it from here on: a short-lived one "
        "for requests, and one to get the next pair with.",
    )
    return tour.post("/api/token/", credentials).expect(200)


def read_the_access_token(tour: Conversation, tokens: Answer, username: str) -> None:
    tour.step(
        "Read the access token",
        "Anyone who holds a token can read it, but only the server can write one: claims are "
        "for facts, never for secrets.",
    )
    header, claims = decoded(tokens["access"])
    screen.token(header, claims)
    print()
    tour.check("It is an access token.", expected="at+jwt", got=header.get("typ"))
    tour.check(f"It names {username}.", expected=username, got=claims.get("username"))
    tour.check(
        "The refresh token names nobody: it holds none of these claims.",
        expected=set(),
        got={"username", "roles", "email", "tier", "locale"} & set(decoded(tokens["refresh"])[1]),
    )


def open_the_secure_view(tour: Conversation, tokens: Answer) -> None:
    tour.step(
        "Ask for the secure view",
        "A view with SecureViewMixin answers 401 without a token, and names in WWW-Authenticate "
        "what it wants; with the token it opens.",
    )
    tour.get("/api/secure/").expect(401, code="not_authenticated")
    answer = tour.get("/api/secure/", access=tokens["access"])
    answer.expect(200, message="You are authenticated!")


def refresh(tour: Conversation, tokens: Answer) -> Answer:
    tour.step(
        "Refresh",
        "A refresh token is good for one exchange: it brings a new access token, with the claims "
        "of this moment, and the next refresh token, one generation on.",
    )
    answer = ask_to_refresh(tour, tokens).expect(200)
    generations = generation(tokens), generation(answer)
    tour.check("The generation went from 0 to 1.", expected=(0, 1), got=generations)
    return answer


def repeat_within_the_leeway(tour: Conversation, first: Answer, second: Answer) -> None:
    tour.step(
        "Refresh with the same token again, at once",
        "Two browser tabs, or a lost answer, send the same token twice. Within the leeway that "
        "is an honest duplicate: it gets the same generation, so there is still one line of "
        "tokens and nobody is logged out.",
    )
    answer = ask_to_refresh(tour, first).expect(200)
    tour.check(
        "An honest duplicate: generation 1 once more, not 2.",
        expected=generation(second),
        got=generation(answer),
    )


def replay_after_the_leeway(
    tour: Conversation, first: Answer, second: Answer, leeway: float
) -> None:
    tour.step(
        "Refresh with it once more, too late",
        "After the leeway no honest client still sends this token: somebody has copied it. The "
        "server cannot tell thief from owner, so the session ends for both.",
    )
    wait = leeway + 0.2
    screen.paragraph(
        f"Waiting {wait:g} s, until this server's ROTATION_LEEWAY has passed ({leeway:g} s; "
        "--leeway names another) ..."
    )
    time.sleep(wait)
    ask_to_refresh(tour, first).expect(401, code="token_not_valid", reason="session_ended")
    answer = tour.get("/api/secure/", access=second["access"])
    answer.expect(401, reason="session_ended")
    screen.fact("The newest access token has ended with it, long before its time.")
    ask_to_refresh(tour, second).expect(401, reason="session_ended")
    screen.fact("And so has the newest refresh token. The user logs in again; the thief cannot.")


def log_in_on_two_devices(tour: Conversation, credentials: dict[str, str]) -> tuple[Answer, Answer]:
    tour.step(
        "Log in on two devices",
        "Each login is a session of its own, which its user can see and end.",
    )
    laptop = tour.post("/api/token/", credentials, device=LAPTOP).expect(200)
    phone = tour.post("/api/token/", credentials, device=PHONE).expect(200)
    listed = tour.get("/api/token/sessions/", access=laptop["access"]).expect(200).body
    found = {session["id"]: (session["device"], session["current"]) for session in listed}
    tour.check(
        "Both are listed, and the laptop, which asks, is the current one.",
        expected=[(LAPTOP, True), (PHONE, False)],
        got=[found.get(session_of(device)) for device in (laptop, phone)],
    )
    return laptop, phone


def end_the_phone_from_the_laptop(tour: Conversation, laptop: Answer, phone: Answer) -> None:
    tour.step(
        "End the phone from the laptop",
        "A lost device is logged out from any other: its tokens are dead with the next request, "
        "and nobody else notices.",
    )
    address = f"/api/token/sessions/{session_of(phone)}/"
    tour.delete(address, access=laptop["access"]).expect(204)
    tour.get("/api/secure/", access=phone["access"]).expect(401, reason="session_ended")
    ask_to_refresh(tour, phone).expect(401, reason="session_ended")
    tour.get("/api/secure/", access=laptop["access"]).expect(200)
    screen.fact("The phone is out, the laptop is still in.")


def log_out(tour: Conversation, laptop: Answer) -> None:
    tour.step(
        "Log out",
        "Logging out ends the session on the server, so both tokens are dead at once: there is "
        "no waiting for the access token to expire.",
    )
    tour.post("/api/token/logout/", {"refresh": laptop["refresh"]}).expect(200)
    tour.get("/api/secure/", access=laptop["access"]).expect(401, reason="session_ended")
    ask_to_refresh(tour, laptop).expect(401, reason="session_ended")


def ask_to_refresh(tour: Conversation, tokens: Answer) -> Answer:
    return tour.post("/api/token/refresh/", {"refresh": tokens["refresh"]})


def generation(tokens: Answer) -> Any:
    return decoded(tokens["refresh"])[1].get("gen")


def session_of(tokens: Answer) -> Any:
    return decoded(tokens["access"])[1].get("sid")


def main() -> int:
    options = read_options()
    credentials = {"username": options.username, "password": options.password}
    if options.base_url:
        print(f"A tour of {options.base_url}.")
        return walk(options.base_url, credentials, options.leeway)
    print("Starting the example project with an empty database and a leeway of 1 s ...")
    with OwnServer(leeway=SHORT_LEEWAY) as server:
        outcome = walk(server.url, credentials, SHORT_LEEWAY)
        if outcome:
            screen.failure(f"The end of the server's log:\n{server.last_words()}")
        return outcome


def walk(url: str, credentials: dict[str, str], leeway: float) -> int:
    """Take the journey; 0 if all went as promised, and otherwise 1 after saying what did not."""
    tour = Conversation(url)
    begun = time.monotonic()
    try:
        journey(tour, credentials, leeway)
    except Surprise as surprise:
        screen.failure(f"The tour failed at step {tour.steps}: {surprise}")
        return 1
    except Unreachable as problem:
        screen.failure(
            f"{problem}\nStart it with `make demo`, or leave BASE_URL out: the tour then starts a "
            "server of its own."
        )
        return 1
    seconds = time.monotonic() - begun
    screen.summary(
        f"{tour.steps} steps, {tour.requests} requests, {seconds:.1f} s: every answer was the "
        "promised one."
    )
    return 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A tour of drf_jwt_kit over real HTTP.")
    parser.add_argument(
        "--base-url",
        default=os.environ.get("BASE_URL"),
        help="a server that runs the example project; without it the tour starts its own",
    )
    parser.add_argument(
        "--leeway",
        type=float,
        default=USUAL_LEEWAY,
        help="that server's ROTATION_LEEWAY in seconds (%(default)g)",
    )
    parser.add_argument("--username", default=MANAGER, help="who logs in (%(default)s)")
    parser.add_argument("--password", default=PASSWORD, help="and how")
    options = parser.parse_args()
    if options.base_url and not options.base_url.startswith(("http://", "https://")):
        parser.error(f"BASE_URL must begin with http:// or https://, not {options.base_url!r}.")
    return options


def leave(signum: int, _frame: Any) -> NoReturn:
    sys.exit(128 + signum)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True, errors="replace")
    signal.signal(signal.SIGTERM, leave)  # so that a server of our own is stopped as well
    try:
        sys.exit(main())
    except ServerFailed as problem:
        screen.failure(str(problem))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever reads has seen enough: make tour | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
