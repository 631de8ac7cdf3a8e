"""Whose tokens does this service take, and how does it fetch their keys?

``DRF_JWT_KIT["RESOURCE_SERVER"]``, with a table in docs/reference/settings.md made from here.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from drf_jwt_kit.conf import get_settings, nearest
from drf_jwt_kit.conf.kinds import (
    MINUTE,
    as_tuple,
    duration,
    is_text,
    is_texts,
    setting,
    text,
)
from drf_jwt_kit.conf.safe_url import is_safe_address
from drf_jwt_kit.jose.algorithms import ASYMMETRIC
from drf_jwt_kit.jose.remote import Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from dataclasses import Field


def _is_one_or_several(value: object) -> bool:
    return is_text(value) or is_texts(value)


@dataclass(frozen=True, kw_only=True)
class ResourceServerSettings:
    """Every key of ``RESOURCE_SERVER``. Ask :func:`get_resource_server_settings` for it."""

    JWKS_URL: str = setting(
        MISSING,
        "Where the issuer publishes its keys (RFC 7517).",
        "an https URL (http only to this machine), without a password in it",
        is_safe_address,
    )
    ISSUER: str = setting(
        MISSING, "Demanded in `iss`, letter for letter.", "a string that is not empty", is_text
    )
    AUDIENCE: str | tuple[str, ...] = setting(
        MISSING,
        "What the issuer calls this service. One of them is demanded in `aud`.",
        "a string or a list of strings",
        _is_one_or_several,
        convert=lambda value: value if isinstance(value, str) else tuple(value),
    )
    ALGORITHMS: tuple[str, ...] = setting(
        ASYMMETRIC,
        "What keys may be for. A key that names no algorithm is for the first one that fits it.",
        f"a list of some of: {', '.join(ASYMMETRIC)}",
        lambda value: is_texts(value) and set(value) <= set(ASYMMETRIC),
        convert=as_tuple,
    )
    TOKEN_TYPES: tuple[str, ...] = setting(
        ("at+jwt",),
        "What the header's `typ` may be. An issuer that does not follow RFC 9068 may write `JWT`.",
        "a list of strings",
        is_texts,
        convert=lambda value: tuple(name.lower().removeprefix("application/") for name in value),
    )
    USER_ID_CLAIM: str = text(
        "user_id", "The claim that `request.user.pk` is: a string. Of other issuers, `sub`."
    )
    SCOPE_CLAIM: str = text(
        "scope", "The claim that holds the scopes: a string of words, or a list. Sometimes `scp`."
    )
    LEEWAY: timedelta = setting(
        timedelta(seconds=10),
        "How far the issuer's clock may be off, which is another machine's.",
        "a timedelta from 0 to 60 seconds",
        lambda value: isinstance(value, timedelta) and timedelta(0) <= value <= MINUTE,
    )
    KEYS_MAX_AGE: timedelta = duration(
        Issuer.keys_max_age, "How long fetched keys are used before they are fetched again."
    )
    KEYS_KEPT_FOR: timedelta = duration(
        Issuer.keys_kept_for, "How long they are used while fetching fails. After that, 503."
    )
    FETCH_INTERVAL: timedelta = duration(
        Issuer.fetch_interval, "The least time between two fetches, whatever keys tokens ask for."
    )
    FETCH_TIMEOUT: timedelta = duration(
        Issuer.fetch_timeout,
        "How long a fetch may take in all; a host with several addresses, to reach each.",
    )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any] | None) -> ResourceServerSettings:
        """The settings of a dict. Raises ImproperlyConfigured, with all that is wrong."""
        wrong = list(problems(mapping))
        if wrong:
            raise ImproperlyConfigured("\n".join(wrong))
        converters = {spec.name: spec.metadata["convert"] for spec in fields(cls)}
        return cls(**{name: converters[name](value) for name, value in (mapping or {}).items()})


@cache
def get_resource_server_settings() -> ResourceServerSettings:
    """The current settings. Raises ImproperlyConfigured where one is wrong or missing."""
    return ResourceServerSettings.from_mapping(get_settings().RESOURCE_SERVER)


@receiver(setting_changed)
def _forget_settings(*, setting: str, **_kwargs: object) -> None:
    if setting == "DRF_JWT_KIT":
        get_resource_server_settings.cache_clear()


def problems(mapping: Mapping[str, Any] | None) -> Iterator[str]:
    """One sentence for each thing that is wrong with the dict."""
    where = "DRF_JWT_KIT['RESOURCE_SERVER']"
    if not mapping:
        yield (
            f"{where} is not set. Set it to a dict with JWKS_URL, ISSUER and AUDIENCE: whose "
            "tokens this service takes."
        )
        return
    specs = {spec.name: spec for spec in fields(ResourceServerSettings)}
    for name, spec in specs.items():
        if spec.default is MISSING and name not in mapping:
            yield f"{where}[{name!r}] is missing. Set it to {spec.metadata['accepts']}."
    wrong = list(_wrong_values(mapping, specs, where))
    yield from wrong or _contradictions(mapping, where)


def _wrong_values(
    mapping: Mapping[str, Any], specs: Mapping[str, Field[Any]], where: str
) -> Iterator[str]:
    for name, value in mapping.items():
        if name not in specs:
            yield f"{where}[{name!r}] is not a setting. {nearest(name, list(specs))}"
        elif not specs[name].metadata["valid"](value):
            shown = "(not shown)" if "@" in str(value) else repr(value)  # it may hold a password
            yield f"{where}[{name!r}] must be {specs[name].metadata['accepts']}, not {shown}."


def _contradictions(mapping: Mapping[str, Any], where: str) -> Iterator[str]:
    defaults = ResourceServerSettings
    max_age = mapping.get("KEYS_MAX_AGE", defaults.KEYS_MAX_AGE)
    if mapping.get("FETCH_INTERVAL", defaults.FETCH_INTERVAL) > max_age:
        yield (
            f"{where}['FETCH_INTERVAL'] is longer than KEYS_MAX_AGE ({max_age}), so keys could not "
            "be fetched when they should. Make it shorter."
        )
    if mapping.get("KEYS_KEPT_FOR", defaults.KEYS_KEPT_FOR) < max_age:
        yield (
            f"{where}['KEYS_KEPT_FOR'] is shorter than KEYS_MAX_AGE ({max_age}), so good keys "
            "would be dropped. Make it at least as long."
        )
