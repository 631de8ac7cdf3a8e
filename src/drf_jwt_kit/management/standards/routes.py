"""What do a project's addresses show of a requirement?"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings as django_settings

from drf_jwt_kit import views
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.routed import routed_classes
from drf_jwt_kit.transports.checks import has_pages

from .requirement import Evidence, met, not_met, yours
from .settings import said


def rate_limit() -> Evidence:
    """What slows down whoever guesses passwords."""
    logins = _routed(*_WITH_PASSWORD)
    if not logins:
        return yours("No login of ours is routed. Show what limits the one that is.")
    throttles = sorted({cls.__name__ for view in logins for cls in _throttles(view)})
    if throttles:
        return yours(f"Throttles of the login: {', '.join(throttles)}. Show that they are enough.")
    if apps.is_installed("axes"):
        return yours("django-axes is installed. Show that its limit is at most 100.")
    rates = get_settings().THROTTLE_RATES
    if rates.login_user and rates.login_ip:
        return yours(
            f"{said('THROTTLE_RATES')} slows guessing down, and counts no total. Show what does."
        )
    return not_met(f"{said('THROTTLE_RATES')}, and django-axes is not installed.")


def logout() -> Evidence:
    """Whether a client can log out."""
    return _has("A logout", views.TokenLogoutView)


def devices() -> Evidence:
    """Whether users see their sessions and end them."""
    found = _routed(views.SessionListView) and _routed(views.SessionDetailView)
    if not found:
        return not_met("The list of sessions is not routed.")
    if get_settings().RECENT_LOGIN_TO_END_OTHERS is not None:
        return met(f"The list of sessions is routed. {said('RECENT_LOGIN_TO_END_OTHERS')}")
    text = "The list of sessions is routed, and ends them for whoever holds a token"
    return yours(f"{text}. Show that the page asks for the password before, if you need that.")


def end_of_the_others() -> Evidence:
    """Whether a user can end all other sessions."""
    return _has("Logging out everywhere", views.TokenLogoutAllView)


def password_login() -> Evidence:
    """Whether a view of ours takes passwords."""
    if _routed(*_WITH_PASSWORD):
        return yours(
            "A login by password is routed. Show that only pages and apps of yours use it."
        )
    return met("No login of ours by password is routed.")


def recent_logins() -> Evidence:
    """Which views ask for a login that was lately."""
    asking = sorted(
        {cls.__name__ for cls in routed_classes() if getattr(cls, "max_auth_age", None) is not None}
    )
    if asking:
        return yours(f"Views with max_auth_age: {', '.join(asking)}. Show that these are all.")
    return yours("No routed view has max_auth_age. Show that none needs a recent login.")


def new_session_at_login() -> Evidence:
    """Whether a login ends the session that the client had."""
    if has_pages():
        return met("Browsers: a login by cookie ends the session of the cookie that it came with.")
    return yours("Clients send no token at login. Show that they log out before they log in.")


def cookies() -> Evidence:
    """With which attributes cookies are set, if any are."""
    if not has_pages():
        return yours(f"No address of ours sets a cookie. {_ELSEWHERE}")
    settings = get_settings()
    names = ("COOKIE_SECURE", "COOKIE_DOMAIN", "COOKIE_ACCESS_SAMESITE", "COOKIE_REFRESH_SAMESITE")
    found = f"HttpOnly, Path=/, {settings.refresh_cookie_name}; {said(*names)}"
    strict = {settings.COOKIE_ACCESS_SAMESITE, settings.COOKIE_REFRESH_SAMESITE} <= {
        "Lax",
        "Strict",
    }
    is_right = settings.COOKIE_SECURE and settings.COOKIE_DOMAIN is None and strict
    return met(found) if is_right else not_met(found)


def cross_site_requests() -> Evidence:
    """What a request from another site can do."""
    if not has_pages():
        return met("No address of ours takes a cookie: another site's page cannot send the token.")
    trusted = ", ".join(getattr(django_settings, "CSRF_TRUSTED_ORIGINS", ())) or "none"
    return met(f"Origin or Fetch Metadata, and Django's CSRF token. Trusted origins: {trusted}")


def storage() -> Evidence:
    """Where tokens are kept in a browser."""
    logins = _routed(views.TokenObtainPairView)
    if any(not issubclass(view, views.CookieObtainView) for view in logins):
        return yours(f"A login answers tokens in its body. {_ELSEWHERE}")
    if not has_pages():
        return yours(f"No login of ours is routed. {_ELSEWHERE}")
    if get_settings().COOKIE_REFRESH_ONLY:
        return yours(f"{said('COOKIE_REFRESH_ONLY')}: a script can read the access token.")
    return met("The endpoints for browsers put both tokens into cookies that no script reads.")


_WITH_PASSWORD = (views.TokenObtainPairView, views.ReauthenticateView)
_ELSEWHERE = "Show where clients keep their tokens, and that it is not localStorage."


def _has(what: str, view: Any) -> Evidence:
    return met(f"{what} is routed.") if _routed(view) else not_met(f"{what} is not routed.")


def _routed(*kinds: type) -> list[Any]:
    return [cls for cls in routed_classes() if issubclass(cls, kinds)]


def _throttles(view: Any) -> list[type]:
    """The throttles that a view has, of its own or by the project's default."""
    return [cls for cls in view.throttle_classes if isinstance(cls, type)]
