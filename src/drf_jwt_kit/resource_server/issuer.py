"""Which keys has the issuer that the settings name? One set for each process."""

from __future__ import annotations

from dataclasses import fields

from drf_jwt_kit.jose.fetch import fetch
from drf_jwt_kit.jose.remote import Issuer, IssuerKeys
from drf_jwt_kit.keys.shared import shared

from .settings import get_resource_server_settings


@shared("DRF_JWT_KIT")
def get_issuer_keys() -> IssuerKeys:
    """The keys of the issuer that the settings name, fetched when the first one is looked up."""
    settings = get_resource_server_settings()
    named = {field.name: getattr(settings, field.name.upper()) for field in fields(Issuer)}
    return IssuerKeys(Issuer(**named), fetch=fetch)
