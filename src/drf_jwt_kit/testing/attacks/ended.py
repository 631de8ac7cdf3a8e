"""Is what a user or the project has ended really over, at once and everywhere?

Sources: RFC 9700 section 4.14.2, OWASP ASVS 7.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from unittest import SkipTest

from drf_jwt_kit import sessions
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.sessions import binding, bound
from drf_jwt_kit.testing import forgery
from drf_jwt_kit.testing.client import JWTClient, JWTCookieClient
from drf_jwt_kit.testing.clock import later
from drf_jwt_kit.views import (
    TokenLogoutAllView,
    TokenLogoutView,
    TokenObtainPairView,
    TokenRefreshView,
)

from . import people
from .addresses import Address
from .site import Broken, Site, is_by_cookie, stranger

_A_SECOND = timedelta(seconds=1)


def a_logout_ends_the_access_token(site: Site) -> None:
    """Whoever has copied the access token goes on after the logout."""
    for endpoint in site.endpoints("token_logout", TokenLogoutView):
        pair = site.log_in()
        site.send(endpoint, refresh=str(pair.refresh), access=pair.access)
        _require_over(site, pair.access)


def a_logout_ends_the_refresh_token(site: Site) -> None:
    """Whoever has copied the refresh token gets new ones after the logout."""
    refreshing = site.endpoints("token_refresh", TokenRefreshView)
    for endpoint in site.endpoints("token_logout", TokenLogoutView):
        pair = site.log_in()
        site.send(endpoint, refresh=str(pair.refresh), access=pair.access)
        _require_no_refresh(site, refreshing, str(pair.refresh))


def a_logout_everywhere_ends_every_session(site: Site) -> None:
    """Who has lost a phone cannot end the session that is on it."""
    for endpoint in site.endpoints("token_logout_all", TokenLogoutAllView):
        user = site.new_user()
        elsewhere, here = site.log_in(user), site.log_in(user)  # the older one may be pushed out
        site.send(endpoint, access=here.access)
        _require_over(site, elsewhere.access)


def a_replayed_refresh_token_ends_the_session(site: Site) -> None:
    """Whoever has stolen a refresh token refreshes beside its owner, and nobody finds out. Leave
    ROTATE_REFRESH_TOKENS on, and let the endpoint be drf_jwt_kit's."""
    for endpoint in site.endpoints("token_refresh", TokenRefreshView):
        first = site.log_in()
        second = site.refreshed(endpoint, site.refresh(endpoint, str(first.refresh)))
        with later(get_settings().ROTATION_LEEWAY + _A_SECOND):
            _require_no_refresh(site, [endpoint], str(first.refresh))
            _require_no_refresh(site, [endpoint], second)
            _require_over(site, first.access)


def a_copy_of_a_bound_session_gets_no_tokens(site: Site) -> None:
    """Whoever copies the cookies of a session that is bound to its device goes on with them
    elsewhere. Let the endpoint be drf_jwt_kit's."""
    if not bound.is_offered():
        raise SkipTest("DEVICE_BOUND is off: no session is bound to a device")
    for endpoint in site.endpoints("token_refresh", TokenRefreshView):
        copied = str(site.log_in().refresh)
        binding.bind(copied, forgery.of_a_device(bound.challenge_to_bind(copied)))
        with later(get_settings().ROTATION_LEEWAY + _A_SECOND):
            _require_no_refresh(site, [endpoint], copied)


def a_forged_refresh_token_is_refused(site: Site) -> None:
    """Anybody can get tokens for anybody: the endpoint does not verify what it is sent."""
    pair = site.log_in()
    refresh = str(pair.refresh)
    forged = (
        *(forgery.unsigned(refresh), forgery.stripped(refresh)),
        *(forgery.of_another_key(refresh), forgery.with_claims(refresh, gen=1), pair.access),
    )
    for one in forged:
        _require_no_refresh(site, site.endpoints("token_refresh", TokenRefreshView), one)


def a_new_password_ends_the_session(site: Site) -> None:
    """Whoever has stolen a session keeps it when its owner changes the password."""
    user = site.new_user()
    pair = site.log_in(user)
    user.set_password(f"{people.PASSWORD}, and one more")
    user.save()
    _require_over(site, pair.access)


def a_deactivated_user_is_refused(site: Site) -> None:
    """Whom you lock out goes on with the tokens that it has."""
    user = site.new_user()
    if not (get_settings().CHECK_USER_IS_ACTIVE and people.can_be_deactivated()):
        raise SkipTest("the project does not deactivate users, or CHECK_USER_IS_ACTIVE is off")
    pair = site.log_in(user)
    user.is_active = False
    user.save()
    _require_over(site, pair.access)


def a_deleted_user_is_refused(site: Site) -> None:
    """Who is no longer there goes on with the tokens that it had."""
    user = site.new_user()
    pair = site.log_in(user)
    user.delete()
    _require_over(site, pair.access)


def a_session_that_the_project_has_ended_is_over(site: Site) -> None:
    """``sessions.revoke`` and the admin end nothing there: nobody asks for the session."""
    user = site.new_user()
    pair = site.log_in(user)
    sessions.revoke(user=user)
    _require_over(site, pair.access)


def a_refused_login_does_not_tell_who_has_an_account(site: Site) -> None:
    """The answer to a wrong password is another one than that to a wrong name."""
    for endpoint in site.endpoints("token_obtain_pair", TokenObtainPairView):
        known, unknown = site.new_user(), site.new_user()
        unknown.delete()
        told = [_told(endpoint, who) for who in (known, unknown)]
        if told[0] != told[1]:
            raise Broken(f"{endpoint.path} answers {told[0]} or {told[1]}.")
        if told[0][0] < HTTPStatus.BAD_REQUEST:
            raise Broken(f"{endpoint.path} answers {told[0][0]} to a wrong password.")


def _told(endpoint: Address, user: Any) -> tuple[int, str]:
    """The status and the text of a refusal, without the name and what is different each time."""
    client: JWTClient = stranger()
    if is_by_cookie(endpoint):
        client = JWTCookieClient(raise_request_exception=False)
        client.open_page()
    name = user.get_username()
    body = {type(user).USERNAME_FIELD: name, "password": "wrong"}
    answer = client.post(endpoint.path, body, format="json", secure=True)
    text = answer.content.decode(errors="replace").replace(name, "")
    return answer.status_code, re.sub(r"[0-9a-f-]{8,}|[0-9]+", "", text)


def _require_over(site: Site, access: str) -> None:
    with later(get_settings().REVOCATION_LAG + _A_SECOND):  # a stateless view may be that late
        site.require_refused([access], site.ours)


def _require_no_refresh(site: Site, endpoints: Iterable[Address], refresh: str) -> None:
    for endpoint in endpoints:
        status = site.refresh(endpoint, refresh).status_code
        if status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise Broken(f"{endpoint.path} answers {status} to it, where 401 is due.")
