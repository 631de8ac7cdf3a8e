"""Keys of one process, in place of those that a project has in files or at a service."""

import pytest
from django.test import SimpleTestCase, override_settings

from drf_jwt_kit.jose.algorithms import ALGORITHMS
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.testing import override_keys

ELSEWHERE = {"KEYS": {"file": "/nowhere/key.pem"}, "ISSUER": "the shop"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_of_any_algorithm_signs(algorithm, kit, user):
    with override_keys(algorithm):
        assert get_ring().signing.algorithm == algorithm
        assert kit.get_with(kit.sign_in(user).access).status_code == 200


@override_settings(DRF_JWT_KIT=ELSEWHERE)
def test_the_other_settings_stay(kit, user, settings):
    with override_keys():
        assert settings.DRF_JWT_KIT["ISSUER"] == "the shop"
        assert kit.get_with(kit.sign_in(user).access).status_code == 200

    assert settings.DRF_JWT_KIT == ELSEWHERE


def test_the_key_is_made_once():
    with override_keys():
        first = get_ring().signing.kid
    with override_keys():
        assert get_ring().signing.kid == first


def test_keys_before_and_after_are_the_projects_own():
    before = get_ring().signing.kid

    with override_keys():
        assert get_ring().signing.kid != before

    assert get_ring().signing.kid == before


@override_keys("EdDSA")
class TestAClass(SimpleTestCase):
    def test_a_class_of_tests_has_them(self):
        assert get_ring().signing.algorithm == "EdDSA"


@override_keys("EdDSA")
def test_a_test_has_them():
    assert get_ring().signing.algorithm == "EdDSA"
