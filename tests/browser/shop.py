"""The served project: on every loopback name over HTTP, or on sibling hosts over HTTPS."""

from __future__ import annotations

import ssl
from base64 import b64encode
from hashlib import sha256
from http.client import HTTPSConnection
from typing import TYPE_CHECKING, Any

from tests.servers.client import PATIENCE, DistantKit
from tests.servers.site import Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.client import Person

API, FRONT, STRANGER = "api.shop.localhost", "app.shop.localhost", "blog.shop.localhost"
"""Siblings of one site: the API, the front end that it trusts, and one that it does not."""


class Shop(Site):
    """One process with threads, since tests move its clock."""

    package = "tests.browser.served"
    scheme = "http"
    host = "localhost"

    def at(self, path: str = "/", *, host: str | None = None) -> str:
        """An absolute URL of this project; every host name leads here."""
        return f"{self.scheme}://{host or self.host}:{self.port}{path}"

    def sessions(self, user: Person) -> list[dict[str, Any]]:
        """The user's rows, oldest first."""
        return list(self.act("rows", user=user.pk)["rows"])

    def orders(self, user: Person) -> int:
        """How many orders the user has made."""
        return int(self.act("orders", user=user.pk)["orders"])

    def options(self) -> list[str]:
        """No time-outs: the clock that they go by is moved."""
        return ["--timeout", "0"]


class SecureShop(Shop):
    """Over HTTPS, with a certificate of its own making."""

    scheme = "https"
    host = API

    def __init__(self, folder: Path, **options: Any) -> None:
        import trustme

        authority = trustme.CA()
        certificate = authority.issue_cert("localhost", "127.0.0.1", "*.shop.localhost")
        certificate.private_key_pem.write_to_path(folder / "key")
        for number, part in enumerate(certificate.cert_chain_pems):
            part.write_to_path(folder / "certificate", append=number > 0)
        self._files = folder
        self.trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.configure_trust(self.trusting)
        super().__init__(folder, **options)

    def own_settings(self) -> dict[str, Any]:
        """The front end may call it; a stranger may read, by CORS, and is trusted with nothing."""
        front, stranger = self.at(host=FRONT, path=""), self.at(host=STRANGER, path="")
        return {
            "CSRF_TRUSTED_ORIGINS": [front],
            "CORS_ALLOWED_ORIGINS": [front, stranger],
            "CORS_ALLOW_CREDENTIALS": True,
            "CSRF_COOKIE_SECURE": True,
        }

    def options(self) -> list[str]:
        """Its certificate and key."""
        files = self._files
        return [
            *super().options(),
            *("--certfile", str(files / "certificate"), "--keyfile", str(files / "key")),
        ]

    @property
    def pin(self) -> str:
        """Names its key to a browser that is to trust it: where certificates are merely not looked
        at, Chromium binds no session."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        certificate = x509.load_pem_x509_certificate((self._files / "certificate").read_bytes())
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(sha256(key).digest()).decode()

    def kit(self) -> DistantKit:
        """A client that trusts its certificate."""
        return _SecureKit(self)


class _SecureKit(DistantKit):
    def __init__(self, shop: SecureShop) -> None:
        super().__init__(shop.port)
        self._trusting = shop.trusting

    def connect(self) -> HTTPSConnection:
        return HTTPSConnection("localhost", self._port, timeout=PATIENCE, context=self._trusting)
