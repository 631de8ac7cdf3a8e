"""Which name of this package takes the place of one of Simple JWT's?"""

from __future__ import annotations

from importlib import import_module

ROOT = "rest_framework_simplejwt"
MODULES = ("authentication", "serializers", "tokens", "views")
"""Those of Simple JWT's that are here too. Exceptions stay where they are: ours are theirs, too."""

_OURS = "drf_jwt_kit"
_NO_BACKEND = "It signs and reads no token of ours. Use classes of drf_jwt_kit.tokens."
_NO_SLIDING = "There are no sliding tokens: use an access and a refresh token."
_NONE = {
    "tokens.SlidingToken": _NO_SLIDING,
    "views.TokenObtainSlidingView": _NO_SLIDING,
    "views.TokenRefreshSlidingView": _NO_SLIDING,
    "views.token_obtain_sliding": _NO_SLIDING,
    "views.token_refresh_sliding": _NO_SLIDING,
    "serializers.TokenObtainSlidingSerializer": _NO_SLIDING,
    "serializers.TokenRefreshSlidingSerializer": _NO_SLIDING,
    "serializers.TokenObtainSerializer": "Extend TokenObtainPairSerializer of ours.",
    "tokens.Token": "Extend AccessToken or RefreshToken of drf_jwt_kit.tokens.",
    "tokens.BlacklistMixin": "RefreshToken of drf_jwt_kit.tokens has its methods.",
    "models.TokenUser": "request.user is the project's own user, and claims are in request.auth.",
    "backends.TokenBackend": _NO_BACKEND,
    "state.token_backend": _NO_BACKEND,
}


def counterpart(path: str) -> str | None:
    """Ours for a dotted path below ``rest_framework_simplejwt``; None if that stays or is gone."""
    module, _, rest = path.removeprefix(f"{ROOT}.").partition(".")
    name = rest.partition(".")[0]
    if module not in MODULES or (name and not hasattr(import_module(f"{_OURS}.{module}"), name)):
        return None
    return f"{_OURS}.{path.removeprefix(f'{ROOT}.')}"


def why_none(path: str) -> str:
    """What to do without a name that has no counterpart; empty if it stays as it is."""
    module, _, rest = path.removeprefix(f"{ROOT}.").partition(".")
    return _NONE.get(f"{module}.{rest.partition('.')[0]}", "")
