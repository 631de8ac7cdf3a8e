"""NIST SP 800-63B-4: sessions, and how long they may last at each level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from . import routes, settings
from .requirement import Requirement, Standard, always, only_you


@dataclass(frozen=True, kw_only=True)
class Level:
    """How long a session may last at an assurance level, and without activity."""

    name: str
    section: str
    overall: timedelta
    inactive: timedelta | None


LEVELS = (
    Level(name="AAL1", section="2.1.3", overall=timedelta(days=30), inactive=None),
    Level(name="AAL2", section="2.2.3", overall=timedelta(hours=24), inactive=timedelta(hours=1)),
    Level(
        name="AAL3", section="2.3.3", overall=timedelta(hours=12), inactive=timedelta(minutes=15)
    ),
)
_UNITS = (("days", timedelta(days=1), 2), ("hours", timedelta(hours=1), 1))
"""Each from so many of them on."""


def in_units(length: timedelta) -> tuple[str, int]:
    """A length of time in days, hours or minutes: the keyword of a timedelta, and how many."""
    for unit, one, least in _UNITS:
        if length >= least * one:
            return unit, length // one
    return "minutes", length // timedelta(minutes=1)


def in_words(length: timedelta) -> str:
    """The same in words: ``1 hour``, ``15 minutes``."""
    unit, count = in_units(length)
    return f"{count} {unit if count > 1 else unit[:-1]}"


_TEST = "tests/management/test_standards.py::TestLifetimes::test_a_level_is_met_by_its_own_limits"


def _limits(level: Level) -> Requirement:
    overall, inactive = in_words(level.overall), ""
    if level.inactive is not None:
        inactive = f", and after {in_words(level.inactive)} without activity"
    return Requirement(
        number=level.section,
        asks=f"{level.name}: a user logs in again after {overall} at most{inactive}.",
        does="SESSION_MAX_AGE counts from the login, REFRESH_TOKEN_LIFETIME from the last refresh.",
        tests=(_TEST,),
        left="The factors that the level asks for, and activity of the user, which a page that "
        "refreshes by itself does not show.",
        look=settings.within(level.overall, level.inactive),
    )


NIST = Standard(
    name="NIST SP 800-63B-4",
    title="Digital Identity Guidelines: authentication and authenticator management",
    note="What it asks of sessions (section 5), of timeouts at each level, and of guessing. Which "
    "authenticators a level needs is not looked at.",
    requirements=(
        *map(_limits, LEVELS),
        Requirement(
            number="3.2.2",
            asks="At most 100 failed attempts in a row at one account.",
            does="Slows guessing by name and address, and by address (`THROTTLE_RATES`), and tells "
            "Django's signal of each failure. Counts no total.",
            tests=(
                "tests/flows/test_throttled_logins.py::TestOneName"
                "::test_twenty_guesses_a_minute_are_answered_and_no_more",
                "tests/flows/test_obtain.py::TestFailedLogin::test_is_told_by_djangos_signal",
                "tests/axes/test_lock_out.py::test_too_many_lock_the_account",
            ),
            left="The limit, for each account.",
            look=routes.rate_limit,
        ),
        Requirement(
            number="5.1",
            asks="The secret of a session comes from a good generator, with 64 bits or more.",
            does="256 random bits in each row.",
            tests=(
                "tests/sessions/test_statements.py::TestWhatALoginStores"
                "::test_has_an_id_and_a_secret_of_its_own",
            ),
            look=always("The secret of a session comes from the system's generator."),
        ),
        Requirement(
            number="5.1",
            asks="Logging out makes it worthless.",
            does="Ends the session, whichever of its tokens is shown.",
            tests=("tests/flows/test_logout.py::TestLogout::test_works_with_an_older_generation",),
            look=routes.logout,
        ),
        Requirement(
            number="5.1",
            asks="It travels over HTTPS alone.",
            does="Cookies are Secure; a check insists on it.",
            tests=(
                "tests/transports/test_checks.py::TestInProduction"
                "::test_cookies_over_plain_http_are_an_error",
            ),
            left="HTTPS everywhere.",
            look=settings.https,
        ),
        Requirement(
            number="5.1",
            asks="It should not lie where injected scripts read it, such as localStorage.",
            does="By cookie, no answer has a token in its body.",
            tests=(
                "tests/flows/test_no_token_in_a_body.py::TestALogin"
                "::test_answers_no_token_in_any_shape",
            ),
            left="In header mode, where the page keeps them.",
            look=routes.storage,
        ),
        Requirement(
            number="5.1",
            asks="Requests that change something are protected against other sites.",
            does="By cookie: Origin or Fetch Metadata, and Django's CSRF token.",
            tests=(
                "tests/flows/test_csrf.py::TestARequestThatAnotherSiteMayHaveMade"
                "::test_a_request_without_the_csrf_token_is_refused",
            ),
            look=routes.cross_site_requests,
        ),
        Requirement(
            number="5.1.1",
            asks="Cookies are Secure and HttpOnly, of few hosts, with `__Host-` and SameSite, and "
            "expire with the session.",
            does="Sets all of it.",
            tests=(
                "tests/flows/test_cookies.py::TestLogin"
                "::test_puts_the_access_token_out_of_reach_of_scripts_and_other_hosts",
                "tests/flows/test_cookies.py::TestLogin"
                "::test_has_cookies_that_go_when_their_tokens_do",
            ),
            look=routes.cookies,
        ),
        Requirement(
            number="5.1.1",
            asks="Cookies should be opaque, and tell nothing personal in clear.",
            does="A token can be read by whoever has it, so it holds the user's key alone by "
            "default.",
            tests=(
                "tests/flows/test_obtain.py::TestAccessToken"
                "::test_holds_nothing_personal_by_default",
            ),
            left="What your claims serializer adds.",
            look=settings.personal_claims,
        ),
        Requirement(
            number="5.1.2",
            asks="An access token is no proof that the user is there.",
            does="Says when the user logged in (`auth_time`), and no rotation makes that younger.",
            tests=("tests/flows/test_refresh.py::TestRefresh::test_keeps_the_time_of_the_login",),
            left="Ask for a recent login where presence matters.",
            look=routes.recent_logins,
        ),
        Requirement(
            number="5.2",
            asks="The limits are written down, and both end the session.",
            does="Two settings, of which the earlier ends it.",
            tests=(
                "tests/flows/test_refresh.py::TestRefresh"
                "::test_moves_the_idle_limit_but_not_the_absolute_one",
            ),
            left="Write down why yours are right.",
            look=settings.lifetimes_to_document,
        ),
        Requirement(
            number="5.3",
            asks="Watching a session for fraud is allowed, and a matter of privacy.",
            does="Finds a refresh token used twice, and keeps device and address if RECORD_CLIENT "
            "says so.",
            tests=(
                "tests/sessions/test_client.py::TestNothingIsKept"
                "::test_nothing_of_the_client_is_kept_where_record_client_is_off",
            ),
            left="What you watch, and whether you may.",
            look=only_you("Show what you do with signals and addresses."),
        ),
    ),
)
