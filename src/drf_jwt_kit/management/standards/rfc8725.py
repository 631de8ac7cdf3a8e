"""RFC 8725 and the draft that will replace it: JSON Web Tokens."""

from __future__ import annotations

from . import keys, settings
from .requirement import Requirement, Standard, always

_ATTACKS = "tests/keys/test_attacks.py"
_ALGORITHMS = "tests/jose/test_algorithms.py"

RFC_8725 = Standard(
    name="RFC 8725",
    title="JSON Web Token Best Current Practices (BCP 225), and its successor",
    note="Sections 3.1 to 3.12 have the same numbers in both. 3.13 to 3.15 are only in the "
    "successor, draft-ietf-oauth-rfc8725bis-10, which had no RFC number when this was written. "
    "Encrypted tokens (JWE) are not read, so what is asked of them does not occur.",
    requirements=(
        Requirement(
            number="3.1",
            asks="Only expected algorithms, by a list of those allowed, and one for each key.",
            does="The key says its algorithm, and a token cannot choose.",
            tests=(
                f"{_ATTACKS}::TestTheAlgorithm::test_an_algorithm_of_another_kind_is_refused",
                f"{_ATTACKS}::TestTheAlgorithm::test_hs256_with_the_public_key_as_secret",
            ),
            look=keys.one_algorithm_each,
        ),
        Requirement(
            number="3.2",
            asks="No unsigned tokens, and no algorithm that is out of date.",
            does="Knows no `none`, in any spelling, and no key that is too weak for its algorithm.",
            tests=(
                f"{_ATTACKS}::TestTheAlgorithm::test_the_algorithm_none_is_refused",
                f"{_ALGORITHMS}::TestRsa::test_rsa_of_1024_bits_is_refused",
            ),
            look=keys.strong,
        ),
        Requirement(
            number="3.3",
            asks="Every signature is checked, and an encrypted token is not taken for a signed "
            "one.",
            does="Refuses whatever has no valid signature, and encrypted tokens altogether.",
            tests=(
                f"{_ATTACKS}::TestTheSignature::test_a_signature_of_nothing_is_refused",
                f"{_ATTACKS}::TestTheForm::test_an_encrypted_token_is_refused",
            ),
            look=always("The signature is verified before a claim is read."),
        ),
        Requirement(
            number="3.4",
            asks="What goes into the cryptography is valid, such as the points of a curve.",
            does="Refuses a key on another curve.",
            tests=(f"{_ALGORITHMS}::TestEveryAlgorithm::test_refuses_a_key_on_a_curve_of_another",),
            look=keys.strong,
        ),
        Requirement(
            number="3.5",
            asks="Secrets have real entropy; no password signs.",
            does="Refuses a secret that is shorter than its hash, at start-up and at first use.",
            tests=(f"{_ALGORITHMS}::test_a_secret_shorter_than_its_hash_is_refused",),
            left="Make secrets by chance: a check sees their length, and not where they came from.",
            look=keys.strong,
        ),
        Requirement(
            number="3.6",
            asks="Nothing is compressed before it is encrypted.",
            does="Neither compresses nor encrypts, and refuses a payload that is compressed.",
            tests=(f"{_ATTACKS}::TestTheHeader::test_a_compressed_payload_is_refused",),
            look=always("No token of ours is compressed."),
        ),
        Requirement(
            number="3.8",
            asks="The issuer owns the key, and the subject is somebody here.",
            does="Demands `iss` if ISSUER is set; the user is read from the row of the session.",
            tests=(
                "tests/flows/test_bad_input.py::TestTokens"
                "::test_a_token_for_another_audience_or_of_another_issuer_is_refused",
                "tests/flows/test_refresh.py::TestRefusedRefresh"
                "::test_a_refresh_that_claims_another_user_changes_nothing",
            ),
            left="ISSUER, where several issue tokens.",
            look=settings.issuer,
        ),
        Requirement(
            number="3.9",
            asks="Where an issuer serves several, a token says for whom it is, and nobody else "
            "takes it.",
            does="Demands `aud` if AUDIENCE is set, and refuses a token with an audience if none "
            "is.",
            tests=(
                "tests/flows/test_bad_input.py::TestTokens"
                "::test_a_token_of_an_audience_that_nobody_asked_for_is_refused",
            ),
            left="AUDIENCE, as soon as a second service takes tokens of the same key.",
            look=settings.audience,
        ),
        Requirement(
            number="3.10",
            asks="Nothing in a token is followed or looked up unchecked: `kid`, `jku`, `x5u`.",
            does="Looks `kid` up among its own keys, exactly, and reads the others never.",
            tests=(
                f"{_ATTACKS}::TestTheNameOfTheKey::test_is_only_looked_up_among_our_own",
                f"{_ATTACKS}::TestAKeyThatTheTokenBrings::test_address_of_a_key",
            ),
            look=keys.one_algorithm_each,
        ),
        Requirement(
            number="3.11",
            asks="A token says of which kind it is.",
            does="Writes `at+jwt` or `rt+jwt` as `typ`.",
            tests=(
                "tests/flows/test_obtain.py::TestAccessToken"
                "::test_names_its_type_and_its_key_in_the_header",
            ),
            look=always("typ is at+jwt for access tokens and rt+jwt for refresh tokens."),
        ),
        Requirement(
            number="3.12",
            asks="No token of one kind passes for another.",
            does="Demands the kind in header and claim; refresh tokens are bound to their row "
            "besides.",
            tests=(
                "tests/flows/test_refresh.py::TestRefusedRefresh"
                "::test_a_refresh_by_an_access_token_is_wrong_type",
            ),
            look=always("A token of the other kind is refused with wrong_type."),
        ),
        Requirement(
            number="3.14",
            asks="Only the compact form is a token, and no other character is in it.",
            does="Refuses JSON serialization, and what is not base64url without padding.",
            tests=(
                f"{_ATTACKS}::TestTheForm::test_a_token_in_json_serialization_is_refused",
                f"{_ATTACKS}::TestTheForm"
                "::test_a_token_with_a_part_that_is_not_base64url_is_refused",
            ),
            look=always("Only the compact serialization is parsed."),
        ),
    ),
)
