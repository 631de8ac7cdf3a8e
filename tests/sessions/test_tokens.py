"""The claims of both kinds of token, whatever the settings call them."""

import pytest
from django.test import override_settings

from drf_jwt_kit.sessions.tokens import reserved_names


class TestReservedNames:
    @pytest.mark.parametrize(("name", "reserved"), [("kind", "kind"), (None, "token_type")])
    def test_have_the_type_claim_by_its_name_or_its_usual_one(self, name, reserved):
        with override_settings(SIMPLE_JWT={"TOKEN_TYPE_CLAIM": name}):
            assert reserved in reserved_names()
