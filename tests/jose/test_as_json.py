"""A claim that is not JSON is named, with what to write instead."""

from enum import Enum
from uuid import UUID

import pytest
from rest_framework.utils.encoders import JSONEncoder

from drf_jwt_kit.exceptions import ClaimsError
from drf_jwt_kit.jose.as_json import require_json
from drf_jwt_kit.jose.codec import TokenKind, encode
from drf_jwt_kit.keys import get_signing_key


class Role(Enum):
    """The project's."""

    OWNER = "owner"


def test_an_enum_is_named_with_its_claim_and_the_cure():
    with pytest.raises(ClaimsError) as refusal:
        encode({"exp": 1, "role": Role.OWNER}, get_signing_key(), TokenKind.ACCESS)

    assert str(refusal.value) == (
        "The claim 'role' cannot be written as JSON: Object of type Role is not JSON serializable. "
        "Put text, a number or a list of them there (of an Enum, its .value), or set "
        "SIMPLE_JWT['JSON_ENCODER']."
    )


def test_an_error_that_no_claim_explains_stays_what_it_is():
    with pytest.raises(TypeError):
        encode({1: 2, (): 3}, get_signing_key(), TokenKind.ACCESS)


def test_a_claim_that_the_projects_encoder_writes_is_not_the_one_that_is_named():
    with pytest.raises(ClaimsError, match=r"^The claim 'role' cannot be written as JSON"):
        require_json({"id": UUID(int=7), "role": Role.OWNER}, JSONEncoder)
