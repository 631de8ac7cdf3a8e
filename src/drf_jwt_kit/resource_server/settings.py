"""Whose tokens does this service accept, and how does it fetch their keys?

``DRF_JWT_KIT["RESOURCE_SERVER"]``, with a table in docs/reference/settings.md made from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver

from drf_jwt_kit.conf import fields, get_settings, validation
from drf_jwt_kit.conf.safe_url import is_safe_address
from drf_jwt_kit.jose.algorithms import ASYMMETRIC
from drf_jwt_kit.jose.remote import Issuer

_NAME = "DRF_JWT_KIT['RESOURCE_SERVER']"


@dataclass(frozen=True, kw_only=True)
class ResourceServerSettings:
    """Every key of ``RESOURCE_SERVER``. Call :func:`get_resource_server_settings` to get it."""

    JWKS_URL: str = fields.setting(
        MISSING,
        "an https URL (http only to this machine), without a password in it",
        is_safe_address,
    )
    """Where the issuer publishes its keys (RFC 7517)."""

    ISSUER: str = fields.text(MISSING)
    """Required in `iss`, letter for letter."""

    AUDIENCE: str | tuple[str, ...] = fields.setting(
        MISSING,
        "a string or a list of strings",
        fields.is_text_or_texts,
        convert=fields.text_or_tuple,
    )
    """The issuer's name, or names, for this service. One of them is required in `aud`."""

    ALGORITHMS: tuple[str, ...] = fields.setting(
        ASYMMETRIC,
        f"a list of some of: {', '.join(ASYMMETRIC)}",
        lambda value: fields.is_texts(value) and set(value) <= set(ASYMMETRIC),
        convert=fields.as_tuple,
    )
    """The accepted algorithms. A key that names none is for the first one here that fits it."""

    TOKEN_TYPES: tuple[str, ...] = fields.setting(
        ("at+jwt",),
        "a list of strings",
        fields.is_texts,
        convert=lambda value: tuple(name.lower().removeprefix("application/") for name in value),
    )
    """The accepted values of the header's `typ`. Issuers that ignore RFC 9068 may write `JWT`. A
    token that says it is a refresh, ID or logout token is refused whatever stands here."""

    USER_ID_CLAIM: str = fields.text("user_id")
    """The claim for `request.user.pk`, a string. Other issuers usually have `sub`."""

    SCOPE_CLAIM: str = fields.text("scope")
    """The claim that holds the scopes: a string of words, or a list. Some issuers use `scp`."""

    LEEWAY: timedelta = fields.short_duration(timedelta(seconds=10), most=60)
    """How far the clock of the issuer's machine may be off."""

    KEYS_MAX_AGE: timedelta = fields.duration(
        Issuer.keys_max_age,
        at_least=("FETCH_INTERVAL", "keys could not be fetched when they should"),
    )
    """How long fetched keys are used before they are fetched again."""

    KEYS_KEPT_FOR: timedelta = fields.duration(
        Issuer.keys_kept_for, at_least=("KEYS_MAX_AGE", "good keys would be dropped")
    )
    """How long fetched keys are used while fetching fails. After that, requests get 503."""

    FETCH_INTERVAL: timedelta = fields.duration(Issuer.fetch_interval)
    """The least time between two fetches, whatever keys the tokens name."""

    FETCH_TIMEOUT: timedelta = fields.duration(Issuer.fetch_timeout)
    """How long a fetch may take, and how long connecting to each address of its host may take."""

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any] | None) -> ResourceServerSettings:
        """The settings of a dict. Raises ImproperlyConfigured with everything that is wrong."""
        validation.refuse(problems(mapping))
        return cls(**validation.values(_source(mapping)))


@cache
def get_resource_server_settings() -> ResourceServerSettings:
    """The current settings. Raises ImproperlyConfigured if one is wrong or missing."""
    return ResourceServerSettings.from_mapping(get_settings().RESOURCE_SERVER)


@receiver(setting_changed)
def _forget_settings(*, setting: str, **_kwargs: object) -> None:
    if setting == "DRF_JWT_KIT":
        get_resource_server_settings.cache_clear()


def problems(mapping: Mapping[str, Any] | None) -> Iterator[str]:
    """One sentence for each error in the dict."""
    if mapping:
        yield from validation.problems(_source(mapping))
    else:
        why = "It names the issuer whose tokens this service accepts"
        yield f"{_NAME} is not set. {why}: a dict with JWKS_URL, ISSUER and AUDIENCE."


def _source(mapping: Mapping[str, Any] | None) -> validation.Source:
    return validation.Source(_NAME, mapping, validation.known(ResourceServerSettings))
