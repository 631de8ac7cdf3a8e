"""Transports: where in a request a token travels."""

from .header import header_of, token_in

__all__ = ["header_of", "token_in"]
