"""An access token by itself, and a class of the project's in its place."""

import pytest
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit.exceptions import ClaimsError
from drf_jwt_kit.tokens import AccessToken

pytestmark = pytest.mark.django_db


class OfAnotherType(AccessToken):
    token_type = "another"


class TestAClassWithATypeOfItsOwn:
    def test_takes_no_token_of_another_type(self, signed_in):
        with pytest.raises(TokenError) as refused:
            OfAnotherType(signed_in.access)

        assert refused.value.reason == "wrong_type"


class TestAnAccessTokenThatIsTooLong:
    def test_is_not_written_and_its_largest_claim_is_named(self, user):
        token = AccessToken.for_user(user)
        token["tier"], token["roles"] = "gold", "r" * 4096

        with pytest.raises(ClaimsError, match="Its largest claim is 'roles'"):
            str(token)
