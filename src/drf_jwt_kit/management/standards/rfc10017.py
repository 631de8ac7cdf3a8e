"""RFC 10017: applications in browsers."""

from __future__ import annotations

from . import routes, settings
from .requirement import Requirement, Standard

_COOKIES = "tests/flows/test_cookies.py"
_REFRESH = "tests/flows/test_refresh.py"

RFC_10017 = Standard(
    name="RFC 10017",
    title="OAuth 2.0 for Browser-Based Applications (part of BCP 212)",
    note="Pages and API of one project are the case of section 7.1, which needs no OAuth and "
    "points to the cookies of 6.1.3.2. Pages that hold tokens are the case of 6.3.",
    requirements=(
        Requirement(
            number="6.1.3.2",
            asks="Cookies are Secure and HttpOnly, of one host and the whole path, with SameSite "
            "and a prefix that says so.",
            does="Sets all of it, with `__Host-`. The refresh cookie is Strict, the access cookie "
            "Lax, so that links from elsewhere arrive logged in.",
            tests=(
                f"{_COOKIES}::TestLogin"
                "::test_puts_the_access_token_out_of_reach_of_scripts_and_other_hosts",
                f"{_COOKIES}::TestLogin::test_keeps_the_refresh_token_from_other_sites_altogether",
            ),
            left="COOKIE_ACCESS_SAMESITE = 'Strict', if nobody comes from another site.",
            look=routes.cookies,
        ),
        Requirement(
            number="6.1.3.3",
            asks="A defence against requests of other sites, sibling hosts included.",
            does="Checks the origin and Django's CSRF token at every request that changes "
            "something.",
            tests=(
                "tests/flows/test_csrf.py::TestARequestThatAnotherSiteMayHaveMade"
                "::test_a_request_of_a_sibling_host_that_is_not_trusted_is_refused",
            ),
            look=routes.cross_site_requests,
        ),
        Requirement(
            number="6.3.2.3",
            asks="Refresh tokens of a page are rotated, or bound to the client.",
            does="Rotates them, and ends the session at a second use. With DEVICE_BOUND, browsers "
            "that can also bind them to a key.",
            tests=(
                f"{_REFRESH}::TestReplayedRefreshToken"
                "::test_ends_the_whole_session_access_tokens_included",
                "tests/flows/test_bound.py::TestCopiedCookies::test_open_nothing_new",
            ),
            look=settings.rotation,
        ),
        Requirement(
            number="6.3.2.3",
            asks="A refresh token has a greatest age, or expires unused; a new one gets no longer "
            "life.",
            does="Has both limits. The greatest age counts from the login, and no rotation moves "
            "it.",
            tests=(f"{_REFRESH}::TestRefresh::test_moves_the_idle_limit_but_not_the_absolute_one",),
            look=settings.absolute_limit,
        ),
        Requirement(
            number="6.3.2.3",
            asks="Logging out ends the refresh tokens of the login.",
            does="One session has one chain of refresh tokens, which ends with it.",
            tests=(f"{_COOKIES}::TestLogout::test_ends_the_session_and_clears_both",),
            look=routes.logout,
        ),
        Requirement(
            number="7.3",
            asks="No page of another party takes the user's password.",
            does="Takes it at its own login and `reauthenticate/` alone, which can be left out of "
            "the URLs.",
            tests=(
                "tests/sessions/test_start.py::TestStart"
                "::test_ends_another_kind_of_login_in_the_same_tokens",
            ),
            left="Pages that ask for passwords are yours.",
            look=routes.password_login,
        ),
        Requirement(
            number="8",
            asks="A page keeps tokens where injected code gets as little as possible.",
            does="By cookie, no answer has a token in its body.",
            tests=(
                "tests/flows/test_no_token_in_a_body.py::TestALogin"
                "::test_answers_no_token_in_any_shape",
            ),
            left="In header mode, where the page keeps them.",
            look=routes.storage,
        ),
    ),
)
