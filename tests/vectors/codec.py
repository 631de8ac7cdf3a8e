"""Asks our codec about JWS of others, which are signed for other things than a request.

Their payloads are no claims, their headers have no ``typ``, and where there is one key it need
not be named. These three readings are put in place while the codec is asked. The rest it
judges itself: keys, spelling, algorithm, critical extensions, signature.
"""

import time
from contextlib import suppress
from unittest import mock

from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.jose import codec
from drf_jwt_kit.jose.algorithms import ALGORITHMS, UnsoundKey
from drf_jwt_kit.jose.codec import Policy, decode_typed
from drf_jwt_kit.jose.jwk import keys_of

_PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}


class AnyType(frozenset):
    """A token of any ``typ`` will do."""

    def __contains__(self, typ):
        return True


def accepts(jws, *jwks, named=False, algorithms=ALGORITHMS):
    """Whether the codec takes ``jws`` from the holder of ``jwks``.

    Unless ``named``, there is one key and the token is taken to name it.
    """
    name = {} if named else {"kid": "the key"}
    public = [{**without_private(jwk), **name} for jwk in jwks]
    keys, _ = keys_of({"keys": public}, algorithms)
    read = codec._header_of
    with (
        mock.patch.object(codec, "_header_of", lambda presented: {**read(presented), **name}),
        mock.patch("jwt.PyJWT._decode_payload", return_value=_claims()),
        suppress(InvalidToken, UnsoundKey),
    ):
        decode_typed(jws, keys, Policy(kinds=AnyType()))
        return True
    return False


def _claims():
    return {"exp": int(time.time()) + 60}


def without_private(jwk):
    """What the holder of a private key would publish of it."""
    return {name: value for name, value in jwk.items() if name not in _PRIVATE}
