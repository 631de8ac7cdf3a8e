"""Is a login made younger only by its own user, who proves it, and only while its session lives?

Sources: RFC 9470 section 2, OWASP ASVS 7.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.sessions import TokenPair
from drf_jwt_kit.testing.clock import later
from drf_jwt_kit.views import ReauthenticateView

from .people import PASSWORD
from .site import Broken, Site

_OF_ANOTHER = f"{PASSWORD}, nor the other one"
_RIGHT, _WRONG = {"password": PASSWORD}, {"password": f"{PASSWORD}, and nobody's"}
_A_WHILE = timedelta(seconds=5)


def another_users_password_renews_no_login(site: Site) -> None:
    """Whoever has stolen a token proves it with an account of its own. Ask for the password of the
    session's user, whatever name is sent."""
    other = site.new_user()
    other.set_password(_OF_ANOTHER)
    other.save()
    named = {type(other).USERNAME_FIELD: other.get_username()}
    _require_not_renewed(site, {**named, "password": _OF_ANOTHER})


def a_refused_password_renews_no_login(site: Site) -> None:
    """Who has no password has a recent login, and opens what asks for one. Look at the password
    before anything is written."""
    _require_not_renewed(site, _WRONG)


def a_session_that_has_ended_is_not_renewed(site: Site) -> None:
    """Whom a logout has locked out gets a token of it again: nobody asks for the session."""
    _require_not_renewed(site, _RIGHT, ended=True)


def a_refresh_token_renews_no_login(site: Site) -> None:
    """The token that lives for days proves who is asking: ask for the kind of a token."""
    _require_not_renewed(site, _RIGHT, by_refresh=True)


def _require_not_renewed(
    site: Site, proof: Mapping[str, str], *, ended: bool = False, by_refresh: bool = False
) -> None:
    for endpoint in site.endpoints("token_reauthenticate", ReauthenticateView):
        user = site.new_user()
        pair = site.log_in(user)
        if ended:
            sessions.revoke(user=user)
        with later(_A_WHILE):
            access = str(pair.refresh) if by_refresh else pair.access
            status = site.send(endpoint, access=access, **proof).status_code
            if status < HTTPStatus.BAD_REQUEST:
                raise Broken(f"{endpoint.path} answers {status} to it, where 401 is due.")
            if _is_younger(pair):
                raise Broken(f"{endpoint.path} answers {status}, and the login is younger.")


def _is_younger(pair: TokenPair) -> bool:
    """Whether the next access token says another time of the login than the one before."""
    with suppress(InvalidToken):
        next_one = sessions.refresh(str(pair.refresh)).access
        return bool(_time_of(next_one) > _time_of(pair.access))
    return False


def _time_of(access: str) -> int:
    return int(read_unverified(access)["auth_time"])
