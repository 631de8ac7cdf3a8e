"""ASVS 5.0, chapter V7: sessions."""

from __future__ import annotations

from . import routes, settings
from .requirement import Requirement, Standard, always, only_you

_ENDING = "tests/sessions/test_ending.py"
_FEDERATED = "The package sees no other identity provider."

ASVS_V7 = Standard(
    name="ASVS 5.0, V7",
    title="OWASP Application Security Verification Standard: session management",
    note="All requirements of the chapter, with their numbers.",
    requirements=(
        Requirement(
            number="7.1.1",
            asks="Both timeouts are written down, with the reason where NIST asks for others.",
            does="Has a setting for each, and the table of this page to compare them with.",
            tests=(
                "tests/management/test_standards.py::TestLifetimes"
                "::test_the_defaults_are_those_of_the_first_level",
            ),
            left="Write down why yours are right.",
            look=settings.lifetimes_to_document,
        ),
        Requirement(
            number="7.1.2",
            asks="It is written down how many sessions an account may have, and what happens then.",
            does="A setting limits them; the oldest ends.",
            tests=(
                "tests/sessions/test_limits.py::TestMaxSessionsPerUser::test_lets_the_oldest_out",
            ),
            left="The number, or that there is none.",
            look=settings.most_sessions,
        ),
        Requirement(
            number="7.1.3",
            asks="Systems of a single sign-on are written down, with how their sessions end "
            "together.",
            does="Nothing.",
            left="All of it, if you have one.",
            look=only_you(_FEDERATED),
        ),
        Requirement(
            number="7.2.1",
            asks="A trusted server verifies session tokens.",
            does="Verifies each, and asks for its session; the stateless class within "
            "REVOCATION_LAG.",
            tests=(
                "tests/test_mixins.py::TestCannotBeOpened"
                "::test_a_closed_view_answers_401_with_the_bearer_challenge",
            ),
            look=settings.sessions_asked,
        ),
        Requirement(
            number="7.2.2",
            asks="Tokens are made for each session; no fixed key stands for a user.",
            does="Makes a row and tokens at each login.",
            tests=(
                "tests/flows/test_obtain.py::TestLogin::test_writes_one_row_that_holds_no_token",
            ),
            look=always("Every login begins a session of its own."),
        ),
        Requirement(
            number="7.2.3",
            asks="What identifies a session is random, with 128 bits or more.",
            does="Each row has a secret of 256 random bits, which its refresh tokens are bound to.",
            tests=(
                "tests/sessions/test_statements.py::TestWhatALoginStores"
                "::test_has_an_id_and_a_secret_of_its_own",
            ),
            look=always("The secret of a session comes from the system's generator."),
        ),
        Requirement(
            number="7.2.4",
            asks="A login makes a new token and ends the one before.",
            does="By cookie, ends the session of the cookie that came along.",
            tests=(
                "tests/flows/test_cookies.py::TestLogin"
                "::test_ends_the_session_that_the_browser_was_in",
            ),
            left="Other clients log out before they log in again.",
            look=routes.new_session_at_login,
        ),
        Requirement(
            number="7.3.1",
            asks="A session ends when it is not used.",
            does="Ends what is not refreshed within REFRESH_TOKEN_LIFETIME.",
            tests=(
                "tests/flows/test_refresh.py::TestRefresh"
                "::test_moves_the_idle_limit_but_not_the_absolute_one",
            ),
            left="A page that refreshes by itself is in use: log out idle users there.",
            look=settings.idle_limit,
        ),
        Requirement(
            number="7.3.2",
            asks="A session ends at a greatest age.",
            does="Ends at SESSION_MAX_AGE after the login, however often it is refreshed.",
            tests=(
                "tests/flows/test_refresh.py::TestRefresh"
                "::test_moves_the_idle_limit_but_not_the_absolute_one",
            ),
            look=settings.absolute_limit,
        ),
        Requirement(
            number="7.4.1",
            asks="After logout or expiry nobody can go on, services behind included.",
            does="Refuses access and refresh tokens of an ended session; answers are kept by no "
            "cache.",
            tests=(
                "tests/flows/test_logout.py::TestLogout"
                "::test_a_logout_by_refresh_token_ends_the_session",
                "tests/flows/test_caches.py::TestDjangosCacheOfPages"
                "::test_a_closed_view_is_closed_after_the_logout",
            ),
            left="Services that verify by themselves learn of it when the access token expires.",
            look=routes.logout,
        ),
        Requirement(
            number="7.4.2",
            asks="All sessions end when an account is disabled or deleted.",
            does="Ends them at once, and at the next use where no signal was sent.",
            tests=(
                f"{_ENDING}::TestDeactivationAndDeletion"
                "::test_deactivation_ends_sessions_and_activation_does_not_revive_them",
                f"{_ENDING}::TestDeactivationAndDeletion"
                "::test_deletion_ends_sessions_and_keeps_their_rows",
            ),
            look=settings.inactive_users,
        ),
        Requirement(
            number="7.4.3",
            asks="After a change of a factor, the user may end all other sessions.",
            does="A new password ends all of them; `sessions.keep` spares the one that changed it.",
            tests=(
                f"{_ENDING}::TestKeep::test_spares_the_session_that_changed_its_own_password",
                "tests/flows/test_logout.py::TestLogoutAll"
                "::test_logout_all_spares_the_current_session_where_asked",
            ),
            left="Offer it after a change of a second factor.",
            look=routes.end_of_the_others,
        ),
        Requirement(
            number="7.4.4",
            asks="Every page behind a login shows how to log out.",
            does="Has the endpoint.",
            left="The button.",
            look=only_you("The package sees no page of yours."),
        ),
        Requirement(
            number="7.4.5",
            asks="Administrators can end the sessions of one user, or of all.",
            does="By command, and in Django's admin.",
            tests=(
                "tests/management/test_sessions.py::TestRevoke::test_ends_all_of_a_user",
                "tests/admin/test_sessions.py::TestEndSelected::test_ends_them_as_an_administrator",
            ),
            look=settings.administration,
        ),
        Requirement(
            number="7.5.1",
            asks="Who changes an e-mail address, a factor or the like logs in again before.",
            does="`max_auth_age` of a view asks for a recent login; `reauthenticate/` makes one.",
            tests=(
                "tests/test_mixins.py::TestRecentLogin"
                "::test_asks_to_log_in_again_however_fresh_the_token",
            ),
            left="Name the views.",
            look=routes.recent_logins,
        ),
        Requirement(
            number="7.5.2",
            asks="Users see their sessions, and end any of them after logging in again.",
            does="Lists and ends them. `RECENT_LOGIN_TO_END_OTHERS`, off by default, asks for a "
            "recent login, which `reauthenticate/` makes of a session.",
            tests=(
                "tests/flows/test_logout.py::TestDevices::test_a_user_ends_another_device",
                "tests/flows/test_recent_login_to_end.py::TestEndingOthers"
                "::test_is_refused_with_an_old_login",
            ),
            left="Set it, if you need that.",
            look=routes.devices,
        ),
        Requirement(
            number="7.5.3",
            asks="Very sensitive actions ask for a login or a second check.",
            does="`max_auth_age` of a view asks for a recent login.",
            tests=("tests/test_mixins.py::TestRecentLogin::test_opens_for_a_recent_login",),
            left="Name the views.",
            look=routes.recent_logins,
        ),
        Requirement(
            number="7.6.1",
            asks="Sessions here and at an identity provider end as is written down.",
            does="Nothing.",
            left="All of it, if you have one.",
            look=only_you(_FEDERATED),
        ),
        Requirement(
            number="7.6.2",
            asks="No session begins without an action of the user.",
            does="Begins one at a login, or where your code says so.",
            tests=(
                "tests/flows/test_obtain.py::TestFailedLogin"
                "::test_a_failed_login_starts_no_session",
            ),
            left="Call `sessions.start` only for a user who asked for it.",
            look=only_you("Show where your code calls sessions.start."),
        ),
    ),
)
