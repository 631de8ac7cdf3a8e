"""What did the project set, and what is wrong with it? Sentences with the cure, for a developer."""

from __future__ import annotations

import difflib
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any

from .kinds import KIT, SIMPLE_JWT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from dataclasses import Field

    Specs = Sequence[Field[Any]]


def given(
    specs: Specs, kit: Mapping[str, Any], simple_jwt: Mapping[str, Any]
) -> Iterator[tuple[Field[Any], str, Any]]:
    """Each setting that one of the dicts has: its field, that dict's name, and the value."""
    mappings = {KIT: kit, SIMPLE_JWT: simple_jwt}
    for spec in specs:
        for source in spec.metadata["sources"]:
            if spec.name in mappings[source]:
                yield spec, source, _ours(mappings[source][spec.name])
                break


def problems(specs: Specs, kit: Mapping[str, Any], simple_jwt: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each thing that is wrong with the two dicts."""
    for name, mapping in ((KIT, kit), (SIMPLE_JWT, simple_jwt)):
        if not isinstance(mapping, dict):
            yield f"{name} must be a dict of settings, not {mapping!r}."
            return
    known = [spec.name for spec in specs if KIT in spec.metadata["sources"]]
    for name, value in kit.items():
        if name not in known:
            yield (
                f"{KIT}[{name!r}] is not a setting (its value: {_shown(name, value)})."
                f" {nearest(name, known)}"
            )
    wrong = [
        f"{source}[{spec.name!r}] must be {spec.metadata['accepts']}, "
        f"not {_shown(spec.name, value)}."
        for spec, source, value in given(specs, kit, simple_jwt)
        if not spec.metadata["valid"](value)
    ]
    yield from wrong or _contradictions(specs, kit, simple_jwt)


def nearest(name: object, names: Sequence[str]) -> str:
    """A sentence with the one of ``names`` that ``name`` was meant to be, or with all of them."""
    close = difflib.get_close_matches(str(name).upper(), names, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"The settings are: {', '.join(names)}."


def _contradictions(
    specs: Specs, kit: Mapping[str, Any], simple_jwt: Mapping[str, Any]
) -> Iterator[str]:
    values = {spec.name: spec.default for spec in specs if spec.default is not MISSING}
    values["SESSION_MAX_AGE"] = None
    values.update({spec.name: value for spec, _, value in given(specs, kit, simple_jwt)})
    access, refresh = values["ACCESS_TOKEN_LIFETIME"], values["REFRESH_TOKEN_LIFETIME"]
    longest = values["SESSION_MAX_AGE"]
    if refresh < access:
        yield (
            f"REFRESH_TOKEN_LIFETIME ({refresh}) is shorter than ACCESS_TOKEN_LIFETIME "
            f"({access}), so a session would end before its first access token. "
            "Make it at least as long."
        )
    ahead, interval = values["KEYS_PUBLISHED_AHEAD"], values["KEYS_RELOAD_INTERVAL"]
    if ahead < interval:
        yield (
            f"{KIT}['KEYS_PUBLISHED_AHEAD'] ({ahead}) is shorter than KEYS_RELOAD_INTERVAL "
            f"({interval}), so a key would sign before every process has read it. Make it at "
            "least as long."
        )
    if longest is not None and longest < refresh:
        yield (
            f"{KIT}['SESSION_MAX_AGE'] ({longest}) is shorter than REFRESH_TOKEN_LIFETIME "
            f"({refresh}). Make it at least as long."
        )


def _ours(value: Any) -> Any:
    """Simple JWT's own class path means ours of that name."""
    theirs = "rest_framework_simplejwt."
    if isinstance(value, str):
        if value.startswith(theirs):
            value = "drf_jwt_kit." + value.removeprefix(theirs)
        return {
            "drf_jwt_kit.authentication.default_user_authentication_rule": "drf_jwt_kit.sessions.account.default_user_authentication_rule",
            "drf_jwt_kit.tokens.ClaimsSerializer": "drf_jwt_kit.sessions.claims.ClaimsSerializer",
        }.get(value, value)
    if isinstance(value, (list, tuple)):
        return type(value)(_ours(item) for item in value)
    return value


def _shown(name: object, value: object) -> str:
    looks_secret = any(word in str(name).upper() for word in ("KEY", "SECRET", "PASSWORD"))
    has_password = str(name).upper().endswith("URL") and "@" in str(value)
    return "(not shown)" if looks_secret or has_password else repr(value)
