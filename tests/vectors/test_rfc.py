"""The examples of the RFCs: what they call valid is taken, and what is not for us is not."""

import json
from pathlib import Path

import pytest

from drf_jwt_kit.jose.algorithms import ALGORITHMS
from drf_jwt_kit.jose.jwk import key_of, thumbprint

from .codec import accepts

EXAMPLES = json.loads(Path(__file__).with_name("rfc.json").read_text())


@pytest.mark.parametrize("example", EXAMPLES["jws"], ids=lambda example: example["source"])
class TestSignatures:
    def test_is_taken_if_it_is_valid(self, example):
        taken = accepts(example["jws"], example["jwk"], algorithms=[example["alg"]])

        assert taken == (example["result"] == "valid")

    def test_is_refused_with_another_signature(self, example):
        signed, _, signature = example["jws"].rpartition(".")
        changed = f"{signed}.{'B' if signature[:1] == 'A' else 'A'}{signature[1:]}"

        assert not accepts(changed, example["jwk"], algorithms=[example["alg"]])

    def test_is_refused_with_another_header(self, example):
        _, _, rest = example["jws"].partition(".")

        assert not accepts(f"eyJhbGciOiJub25lIn0.{rest}", example["jwk"])


@pytest.mark.parametrize("example", EXAMPLES["thumbprints"], ids=lambda example: example["source"])
class TestThumbprints:
    def test_are_those_of_the_example(self, example):
        required = {"RSA": "e kty n", "EC": "crv kty x y", "OKP": "crv kty x"}
        members = required[example["jwk"]["kty"]].split()

        assert thumbprint({name: example["jwk"][name] for name in members}) == example["sha256"]

    def test_name_a_key_that_has_no_name(self, example):
        unnamed = {name: value for name, value in example["jwk"].items() if name != "kid"}

        assert key_of(unnamed, ALGORITHMS).kid == example["sha256"]
