"""Published sets of test vectors, from the folder that VECTORS_DIR names.

Wycheproof's JSON Web Signature, Key and Crypto sets, and RFC 7520's examples as its authors
publish them. They are not ours to ship: a run without them says so at its end. Every valid
vector within our algorithms is taken and every invalid one refused, but for the few that are
named here with the reason.
"""

import json
import os
from pathlib import Path

import pytest

from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.jose.codec import Policy, decode_typed

from .codec import AnyType, accepts

FOLDER = os.environ.get("VECTORS_DIR", "")
SETS = [
    "wycheproof_json_web_signature_test.json",
    "wycheproof_json_web_key_test.json",
    "wycheproof_json_web_crypto_test.json",
]

REFUSED_THOUGH_VALID = {
    # A key of ours has one algorithm, which it names itself (RFC 8725 section 3.1). In these,
    # the key says PS256 and the signature is PS384; and ES521, which no RFC has, for ES512.
    ("signature", 346): "the key is for another algorithm",
    ("signature", 347): "the key is for an algorithm that does not exist",
    ("signature", 350): "the key is for another algorithm",
    ("signature", 351): "the key is for an algorithm that does not exist",
    # RFC 7515 section 2: base64url "with no line breaks, whitespace, or other additional
    # characters". The set takes a reader that skips them; one token would have two spellings.
    ("signature", 372): "a character that is not base64url",
    ("signature", 373): "a character that is not base64url",
}

TAKEN_THOUGH_INVALID = {
    # About padding, which these have lost: they are letter for letter vector 357, which is valid.
    ("signature", 367): ("signature", 357),
    ("signature", 370): ("signature", 357),
}


def read(name):
    return json.loads((Path(FOLDER) / name).read_text(encoding="utf-8"))


def vectors(name):
    """``(id, keys, named, jws, valid)`` of each vector of a Wycheproof set that is a JWS."""
    kind = name.split("_")[3]
    for group in read(name)["testGroups"]:
        keys = group.get("public", group.get("private"))
        for vector in group["tests"]:
            if "jws" in vector:
                jwks, named = (keys["keys"], True) if "keys" in keys else ([keys], False)
                valid = vector["result"] == "valid"
                yield (kind, vector["tcId"]), jwks, named, vector["jws"], valid


@pytest.fixture(autouse=True)
def _folder_is_there():
    if not FOLDER:
        pytest.skip("published test vectors. Name their folder in VECTORS_DIR.")


@pytest.fixture
def judged(request):
    """What the codec says of each vector of a set: ``{id: (taken, valid)}``."""
    return {
        name: (accepts(jws, *jwks, named=named), valid)
        for name, jwks, named, jws, valid in vectors(request.param)
    }


@pytest.mark.parametrize("judged", SETS, indirect=True)
class TestWycheproof:
    def test_the_sets_of_wycheproof_are_not_empty(self, judged):
        assert len(judged) >= 26

    def test_no_invalid_vector_is_taken_but_those_with_a_reason(self, judged):
        wrongly = {name for name, (taken, valid) in judged.items() if taken and not valid}

        assert wrongly == TAKEN_THOUGH_INVALID.keys() & judged.keys()

    def test_every_valid_vector_is_taken_but_those_with_a_reason(self, judged):
        refused = {name for name, (taken, valid) in judged.items() if valid and not taken}

        assert refused == REFUSED_THOUGH_VALID.keys() & judged.keys()


@pytest.mark.parametrize("name", TAKEN_THOUGH_INVALID)
def test_what_is_taken_though_invalid_is_also_valid(name):
    texts = {other: jws for other, _, _, jws, _ in vectors(SETS[0])}

    assert texts[name] == texts[TAKEN_THOUGH_INVALID[name]]


COMPACT_AND_WHOLE = [
    *("jws_4_1.rsa_v15_signature", "jws_4_2.rsa-pss_signature", "jws_4_3.ecdsa_signature"),
    *("jws_4_4.hmac-sha2_integrity_protection", "curve25519_jws"),
]
NOT_FOR_TOKENS = [
    *("jws_4_5.signature_with_detached_content", "jws_4_6.protecting_specific_header_fields"),
    *("jws_4_7.protecting_content_only", "jws_4_8.multiple_signatures"),
    *("rfc7797_4.2.hmac-sha2_b64_false", "rfc7797_hmac-sha2_b64_false"),
]


class TestRfc7520:
    def test_every_file_is_looked_at(self):
        files = {path.stem for path in Path(FOLDER, "rfc7520").glob("*.json")}

        assert files == {*COMPACT_AND_WHOLE, *NOT_FOR_TOKENS}

    @pytest.mark.parametrize("name", COMPACT_AND_WHOLE)
    def test_what_is_compact_and_whole_is_taken(self, name):
        example = read(f"rfc7520/{name}.json")
        key, algorithm = example["input"]["key"], example["input"]["alg"]

        assert accepts(example["output"]["compact"], key, algorithms=[algorithm])

    @pytest.mark.parametrize("name", NOT_FOR_TOKENS)
    def test_what_is_detached_or_not_encoded_is_refused(self, name):
        example = read(f"rfc7520/{name}.json")
        keys = example["input"]["key"]

        assert not accepts(example["output"].get("compact", ""), *as_list(keys))

    @pytest.mark.parametrize("form", ["json", "json_flat"])
    @pytest.mark.parametrize("name", [*COMPACT_AND_WHOLE, *NOT_FOR_TOKENS])
    def test_no_json_serialization_is_taken(self, name, form):
        text = json.dumps(read(f"rfc7520/{name}.json")["output"].get(form))

        with pytest.raises(InvalidToken):
            decode_typed(text, {}, Policy(kinds=AnyType()))


def as_list(keys):
    return keys if isinstance(keys, list) else [keys]
