"""An access token by itself, and a class of the project's in its place."""

import pytest
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit.exceptions import ClaimsError
from drf_jwt_kit.tokens import AccessToken, UntypedToken
from tests.conftest import forge

pytestmark = pytest.mark.django_db


class OfAnotherType(AccessToken):
    token_type = "another"


class TestAnyToken:
    @pytest.mark.parametrize("token_class", [AccessToken, UntypedToken])
    def test_one_that_has_expired_is_refused(self, signed_in, token_class):
        expired = forge(signed_in.access, exp=1)

        with pytest.raises(TokenError) as refused:
            token_class(expired)

        assert refused.value.reason == "expired"

    @pytest.mark.parametrize("token_class", [AccessToken, UntypedToken])
    def test_keeps_the_text_that_it_was_read_from(self, signed_in, token_class):
        assert token_class(signed_in.access).token == signed_in.access


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
