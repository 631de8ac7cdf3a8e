"""What does a token endpoint accept and answer? ``sessions`` does the work.

The names are those of Simple JWT.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from inspect import getattr_static
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ImproperlyConfigured
from django.core.exceptions import ValidationError as DjangoValidationError
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers
from rest_framework_simplejwt import serializers as simplejwt

from . import sessions
from .conf import get_settings
from .conf.asking import for_request
from .exceptions import NoActiveAccount, refused_as
from .jose.codec import TokenKind
from .sessions.account import authenticated, may_log_in, typed
from .sessions.begin import log_in
from .sessions.claims import GivesTokens, OwnToken
from .sessions.faults import persistent
from .sessions.grant import COMPUTED, GIVEN, proof_in
from .sessions.presented import REFRESH, presented_of
from .sessions.presented import read as read_verified
from .throttling import CountedLogin, count_refresh, counted_login
from .tokens import RefreshToken
from .tokens.access import RefusedToken
from .tokens.refresh import read

if TYPE_CHECKING:
    # Simple JWT's get_token takes a type variable of its own, which no override can name. Type
    # checkers see the class without it, so that a project may say `user: User`.
    _ObtainSerializer = serializers.Serializer[Any]
else:
    _ObtainSerializer = simplejwt.TokenObtainPairSerializer


class PasswordField(simplejwt.PasswordField):
    """A password exactly as typed: not shown, not trimmed, at most 4,096 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "max_length": 4096, **kwargs})


class ScopeField(serializers.CharField):
    """What a client wants its tokens to do, of what is granted: at most that, and at least one word
    of it. Empty means all. Source: RFC 6749 sections 3.3 and 6."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, "max_length": 512, **kwargs})


class TokenObtainPairSerializer(GivesTokens, _ObtainSerializer):
    """Credentials in, ``access`` and ``refresh`` out.

    Override ``get_token`` to add claims, or ``validate`` to answer more.
    """

    username_field: str
    user: Any
    token_class: type[RefreshToken] = RefreshToken
    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        serializers.Serializer.__init__(self, *args, **kwargs)
        if self.username_field == simplejwt.TokenObtainSerializer.username_field:
            # Simple JWT reads it at import; a subclass may have named another one.
            self.username_field = get_user_model().USERNAME_FIELD
        self.fields[self.username_field] = serializers.CharField(write_only=True)
        self.fields["password"] = PasswordField()
        if "scope" not in self.fields:
            self.fields["scope"] = ScopeField()

    @sensitive_variables()
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Log the user in, and answer its tokens. Raises NoActiveAccount, whatever was wrong.

        In a view of ours the session begins when the view has its answer, and only if tokens of it
        are in that: what an override refuses after this, or answers without them, leaves nothing
        behind. Tokens that are answered encrypted are not seen; use ``sessions.start`` for them.

        Where a user proves anew who it is, this asks the same and renews the login of the session.
        """
        request, renewal = self.context.get("request"), self.context.get("renewal")
        with counted_login(request, attrs[self.username_field]) as counted:
            self.user = self._authenticated(request, attrs)
            if renewal is not None and not renewal.is_of(self.user):
                raise NoActiveAccount(self.error_messages["no_active_account"])
            self.password_accepted(self.user)
        if renewal is not None:
            proof = proof_in(self.login_data(attrs) or {})
            renewed = renewal.prepare(self.user, request, let_in=counted.forget, **proof)
            answered: dict[str, Any] = renewed.as_data()
            return answered
        token = self.own_token(self.user)
        pair = log_in(
            self.user,
            request,
            token=token,
            obtain_serializer=self._path(),
            asks=asked_scope(self, attrs),
            data=self.login_data(attrs),
            announce=partial(self._let_in, request, counted),
            implied=True,
        )
        return pair.as_data()

    def password_accepted(self, user: Any) -> None:
        """Called when the password is right, before anything of a session is made or renewed.

        Override it to ask for more first: what it raises is the answer, and no session begins."""

    def login_data(self, attrs: dict[str, Any]) -> Mapping[str, Any] | None:
        """What to remember of this login, for the claims of each of its tokens: override it.

        ``attrs`` is what the client sent, ``self.user`` whom the password has proved. May raise a
        refusal; a ValueError is the project's error, as in any serializer. What cannot be kept is
        400 (DataNotKept), as ``sessions.start`` says. Of a user who proves anew who it is, ``acr``
        and ``amr`` of it are kept, and the rest stays as it was.
        """
        return None

    @classmethod
    def get_token(cls, user: Any) -> RefreshToken:
        """The refresh token of a session that is not stored yet. Claims that an override sets on it
        go into the access token. Every refresh calls the override again, only for its claims."""
        return cls.token_class.for_user(user)

    @classmethod
    def remember(cls, token: Any) -> Any:
        """``token`` with the path of this class, and with the source of the scope set on it."""
        if isinstance(token, RefreshToken):
            token.scope_source = COMPUTED if "scope" in token.payload else GIVEN
            token.computed = frozenset(token.own_claims)
            if token.session is not None:
                token.session.obtain_serializer = cls._path()
        return token

    @classmethod
    def own_token(cls, user: Any) -> OwnToken | None:
        """The token of ``get_token`` if a project has overridden that or ``token_class``."""
        if getattr_static(cls, "get_token") is _GET_TOKEN and cls.token_class is RefreshToken:
            return None
        token = cls.get_token(user)
        if isinstance(token, RefreshToken):
            return cast("OwnToken", cls.remember(token))
        raise ImproperlyConfigured(
            f"{cls.__name__}.get_token returned a {type(token).__module__}."
            f"{type(token).__qualname__}. Import RefreshToken from drf_jwt_kit.tokens, and "
            "the serializer you extend from drf_jwt_kit.serializers."
        )

    @sensitive_variables()
    @persistent
    def _authenticated(self, request: Any, attrs: dict[str, Any]) -> Any:
        names = (self.username_field, "password")
        try:
            field: Any = get_user_model()._meta.get_field(self.username_field)
            field.to_python(attrs[self.username_field])
        except DjangoValidationError as error:
            raise serializers.ValidationError({self.username_field: error.messages}) from error
        with typed(attrs["password"]):
            user = authenticated(request, **{name: attrs[name] for name in names})
        if not may_log_in(user):
            raise NoActiveAccount(self.error_messages["no_active_account"])
        return user

    def _let_in(self, request: Any, counted: CountedLogin) -> None:
        """What is done when nothing can refuse the login any more."""
        if get_settings().UPDATE_LAST_LOGIN:
            user_logged_in.send(sender=type(self.user), request=request, user=self.user)
        counted.forget()

    @classmethod
    def _path(cls) -> str:
        """The path at which refreshes find this class, empty if the settings name it."""
        path = f"{cls.__module__}:{cls.__qualname__}"
        configured = get_settings().load("TOKEN_OBTAIN_SERIALIZER")
        return "" if cls is configured or "<locals>" in path else path


_GET_TOKEN = getattr_static(TokenObtainPairSerializer, "get_token")
"""Ours; anything else is a project's, whatever it was made with."""


class TokenRefreshSerializer(serializers.Serializer[Any]):
    """A refresh token in, ``access`` and the next ``refresh`` out."""

    refresh = serializers.CharField()
    access = serializers.CharField(read_only=True)
    scope = ScopeField()
    token_class = RefreshToken

    @sensitive_variables()
    @refused_as(RefusedToken)
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Rotate. Raises InvalidToken. What an override refuses after this has been rotated: refuse
        before."""
        request = self.context.get("request")
        retry_key = "" if request is None else request.META.get("HTTP_IDEMPOTENCY_KEY", "")
        presented = attrs["refresh"]
        with for_request(request):
            if self.token_class is RefreshToken:
                token = read_verified(presented, REFRESH)
            else:  # a project's own, which may refuse it
                token = presented_of(self.token_class(presented), TokenKind.REFRESH)
        count_refresh(request, token.session_id)
        scope = asked_scope(self, attrs)
        proof = self.context.get("proof")
        self.pair = sessions.refresh(token, request, retry_key=retry_key, scope=scope, proof=proof)
        return self.pair.as_data()


def asked_scope(serializer: Any, attrs: Mapping[str, Any]) -> str:
    """The scope that a client has asked for, unless a project has a field of that name."""
    is_ours = isinstance(serializer.fields.get("scope"), ScopeField)
    return str(attrs.get("scope", "")) if is_ours else ""


class TokenVerifySerializer(serializers.Serializer[Any]):
    """A token of either kind in; an empty answer if the API, or a refresh, would accept it."""

    token = serializers.CharField(write_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask without writing anything. Raises InvalidToken."""
        token = read(attrs["token"])
        ask = sessions.would_refresh if isinstance(token, RefreshToken) else sessions.authenticate
        ask(token)
        return {}


class TokenBlacklistSerializer(serializers.Serializer[Any]):
    """A refresh token in, and its session is ended. Simple JWT's name for logging out."""

    refresh = serializers.CharField(write_only=True)

    @refused_as(RefusedToken)
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Log out. Raises InvalidToken for a token that is not ours."""
        sessions.logout(attrs["refresh"])
        return {}
