"""How does a session go on whose user has proved anew who it is? Its login is younger then.

Ends nothing, begins nothing, and never makes a session live again. How the proof is made is the
business of the caller. Source: OpenID Connect Core 1.0 section 2 (``auth_time``), RFC 9470.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from drf_jwt_kit.conf.asking import for_its_request
from drf_jwt_kit.conf.moments import as_local, aware, now
from drf_jwt_kit.exceptions import ActedFor, InvalidToken, NoActiveAccount, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.scopes import within

from . import events, grant, rows
from .account import may_log_in, user_id_of
from .claims import additions_at_refresh
from .faults import persistently
from .life import End
from .presented import Presented, presented_of, presented_with
from .refresh import read_row
from .tokens import TokenPair, claims_of, pair_of


class Renewal:
    """The session of a request, whose user is about to prove anew who it is."""

    def __init__(self, request: Any) -> None:
        """Read the session of the access token in ``request``. One query.

        Raises ActedFor for whoever acts as its user, and InvalidToken if it has ended or the token
        has none.
        """
        self._at = now()  # before anything is read: a cut-off that is not seen yet comes later, but
        # for one in a transaction that stays open for longer than its second
        presented = presented_with(request)
        if presented is None:
            raise InvalidToken(Reason.NO_SESSION)
        self._presented: Presented = presented_of(presented, TokenKind.ACCESS)
        read = partial(read_row, self._presented)
        self._session, self.user = persistently(lambda again: read(again=again))
        if self._session.actor or "act" in self._presented.claims:
            raise ActedFor
        end = rows.end_of_session(self._session, self.user)
        if end is not None:
            rows.refuse(self._presented, end.value)
        self._access: TokenPair | None = None
        self._let_in: Callable[[], None] | None = None

    @property
    def obtain_serializer(self) -> str:
        """The path of the serializer that the session began with; empty if it is the project's."""
        return self._session.obtain_serializer

    def is_of(self, user: Any) -> bool:
        """Whether ``user`` is that of the session."""
        return user_id_of(user) == self._presented.user_id == user_id_of(self.user)

    def prepare(
        self,
        user: Any,
        request: Any,
        *,
        acr: str | None = None,
        amr: Sequence[str] = (),
        let_in: Callable[[], None] | None = None,
    ) -> TokenPair:
        """The access token of the younger login, which nobody may get before ``store``.

        It may do no more than the token of the request. ``let_in`` is called when nothing can
        refuse it any more. Raises as ``reauthenticate`` does.
        """
        self._let_in = let_in
        session = self._session
        session.auth_time = as_local(max(self._at, aware(session.auth_time)))
        before = grant.proof_in(session.data)  # what counts is the last one alone
        kept = {name: one for name, one in session.data.items() if name not in before}
        proof = {"acr": acr, "amr": amr if isinstance(amr, str) else [*(amr or ())]}
        grant.remember(session, {**kept, **{name: one for name, one in proof.items() if one}})
        added = additions_at_refresh(session, user)
        claims = claims_of(user, request=request, session=session, added=added)
        self._access = pair_of(
            session, user, claims, write=added.write, rotates=False, scope=self._scope()
        )
        return self._access

    def store(self) -> TokenPair:
        """Write that the login is younger, if the session is live still. One query.

        Raises InvalidToken if it has ended since, and ImproperlyConfigured if nothing is prepared.
        """
        if self._access is None:
            raise ImproperlyConfigured(
                "The obtain serializer of this session has a validate that does not call "
                "super().validate(attrs), so nobody has asked for the password."
            )
        session = self._session
        changed = {"auth_time": session.auth_time, "data": session.data}
        live = rows.stored().live().filter(pk=session.pk)
        if not persistently(lambda again: live.update(**changed)):
            rows.refuse(self._presented, End.REVOKED.value)
        events.reauthenticated(session)
        if self._let_in is not None:
            self._let_in()
        return self._access

    def _scope(self) -> str | None:
        """What the token of the request may do still; None if it has no limit."""
        scope, session = self._presented.scope, self._session
        return scope if scope is None or not session.scope_source else within(scope, session.scope)


@sensitive_variables()
@for_its_request
def reauthenticate(
    user: Any,
    request: Request | HttpRequest,
    *,
    acr: str | None = None,
    amr: Sequence[str] = (),
) -> TokenPair:
    """Renew the login of the session of ``request``, and answer its new access token.

    The caller has just asked ``user`` who it is: by a code, a passkey or somebody else's login.
    ``acr`` and ``amr`` say how; in the session's ``data`` they replace those of the login, whose
    other data stays. The refresh token stays too: what it gets from now on has the new
    ``auth_time``. Two queries, and those of the claims.

    Raises NoActiveAccount if ``user`` is not that of the session or may not log in, ActedFor for
    whoever acts as the user, InvalidToken if the request has no access token of a live session,
    and ServiceUnavailable if the database does not answer.
    """
    renewal = Renewal(request)
    if not (renewal.is_of(user) and may_log_in(user)):
        raise NoActiveAccount
    renewal.prepare(user, request, acr=acr, amr=amr)
    return renewal.store()
