"""RFC 9700, as far as it concerns whoever issues and takes tokens of its own."""

from __future__ import annotations

from . import keys, routes, settings
from .requirement import Requirement, Standard, always, not_met

_REFRESH = "tests/flows/test_refresh.py"
_SCOPES = "tests/flows/test_scopes.py"

RFC_9700 = Standard(
    name="RFC 9700",
    title="Best Current Practice for OAuth 2.0 Security (BCP 240)",
    note="This package is no authorization server. What is asked of one about its tokens is held "
    "to all the same; redirects, codes and clients do not occur.",
    requirements=(
        Requirement(
            number="2.2.1",
            asks="A stolen access token should be of no use to another sender.",
            does="Nothing: they are bearer tokens. They are short-lived, and end with their "
            "session. What renews them is bound to a browser's key where DEVICE_BOUND is on.",
            left="A key of the client's own (DPoP, mutual TLS), if you need it.",
            look=lambda: not_met(f"No access token is bound. {settings.said(_ACCESS)}"),
        ),
        Requirement(
            number="2.3",
            asks="An access token should open as little as possible, at as few services as "
            "possible.",
            does="Writes and demands an audience if one is set; a scope limits what a token may "
            "do, and no refresh widens it.",
            tests=(
                "tests/flows/test_bad_input.py::TestTokens"
                "::test_a_token_for_another_audience_or_of_another_issuer_is_refused",
                f"{_SCOPES}::TestAScopeOfGetToken::test_never_grows_beyond_that_of_the_login",
            ),
            left="AUDIENCE, and scopes for what needs less than everything.",
            look=settings.audience,
        ),
        Requirement(
            number="2.4",
            asks="No client but the service's own is given the user's password.",
            does="Takes a password at its own login alone, which can be left out of the URLs.",
            tests=(
                "tests/sessions/test_start.py::TestStart"
                "::test_ends_another_kind_of_login_in_the_same_tokens",
            ),
            left="Give no third party a form for your users' passwords.",
            look=routes.password_login,
        ),
        Requirement(
            number="4.3.2",
            asks="No token stands in an address, where histories and logs keep it.",
            does="Reads tokens from the header, the body of its endpoints and cookies, never from "
            "an address.",
            tests=(
                "tests/management/test_standards.py::test_a_token_in_the_address_opens_nothing",
            ),
            look=always("No endpoint and no authentication class reads the query."),
        ),
        Requirement(
            number="4.7.1",
            asks="A request that another site has made is told from the page's own.",
            does="By cookie: Origin or Fetch Metadata, and Django's CSRF token, before anything "
            "is done.",
            tests=(
                "tests/flows/test_csrf.py::TestARequestThatAnotherSiteMayHaveMade"
                "::test_a_request_of_another_origin_is_refused",
                "tests/flows/test_csrf.py::TestARequestThatAnotherSiteMayHaveMade"
                "::test_a_request_without_the_csrf_token_is_refused",
            ),
            left="CSRF_TRUSTED_ORIGINS: hosts that you trust as your own.",
            look=routes.cross_site_requests,
        ),
        Requirement(
            number="4.13",
            asks="What a proxy says of a client cannot be said by the client.",
            does="Believes no forwarded address but from as many proxies as the project has.",
            tests=("tests/sessions/test_client.py::TestAddress::test_is_not_changed_by_a_header",),
            left="NUM_PROXIES, and a proxy that drops such headers of clients.",
            look=settings.proxies,
        ),
        Requirement(
            number="4.14.2",
            asks="A refresh token that is used a second time is noticed, and its grant ends.",
            does="Rotates at each refresh; an older token ends the session, its access tokens "
            "included.",
            tests=(
                f"{_REFRESH}::TestReplayedRefreshToken"
                "::test_ends_the_whole_session_access_tokens_included",
                "tests/properties/test_theorem.py::test_every_promise_holds_in_every_history",
            ),
            look=settings.rotation,
        ),
        Requirement(
            number="4.14.2",
            asks="A refresh token cannot be made up or altered.",
            does="Signs it, and binds it to a secret of its session's row: a stolen key is not "
            "enough.",
            tests=(
                f"{_REFRESH}::TestRefusedRefresh"
                "::test_a_stolen_signing_key_alone_neither_mints_nor_ends",
            ),
            look=keys.one_algorithm_each,
        ),
        Requirement(
            number="4.14.2",
            asks="A refresh grants no more than was consented to.",
            does="Narrows the scope at a refresh, and never widens it.",
            tests=(f"{_SCOPES}::TestAScopeOfGetToken::test_never_grows_beyond_that_of_the_login",),
            look=always("The scope of a login is the limit of its refreshes."),
        ),
        Requirement(
            number="4.14.2",
            asks="A new password and a logout may end refresh tokens.",
            does="Both end the session, at once.",
            tests=(
                "tests/sessions/test_ending.py::TestPasswordChange"
                "::test_ends_every_session_in_the_same_transaction",
                "tests/flows/test_logout.py::TestLogout"
                "::test_a_logout_by_refresh_token_ends_the_session",
            ),
            look=routes.logout,
        ),
        Requirement(
            number="4.14.2",
            asks="A refresh token that nobody uses expires.",
            does="Counts from the last refresh.",
            tests=(f"{_REFRESH}::TestRefresh::test_moves_the_idle_limit_but_not_the_absolute_one",),
            look=settings.idle_limit,
        ),
    ),
)
_ACCESS = "ACCESS_TOKEN_LIFETIME"
