"""ASVS 5.0, chapter V9: self-contained tokens."""

from __future__ import annotations

from . import keys, settings
from .requirement import Requirement, Standard, always

_ATTACKS = "tests/keys/test_attacks.py"
_BAD = "tests/flows/test_bad_input.py::TestTokens"

ASVS_V9 = Standard(
    name="ASVS 5.0, V9",
    title="OWASP Application Security Verification Standard: self-contained tokens",
    note="All requirements of the chapter, with their numbers.",
    requirements=(
        Requirement(
            number="9.1.1",
            asks="The signature is checked before the content counts.",
            does="Verifies it first, at every endpoint.",
            tests=(f"{_BAD}::test_a_token_of_a_wrong_signature_is_refused_everywhere",),
            look=always("The signature is verified before a claim is read."),
        ),
        Requirement(
            number="9.1.2",
            asks="Only listed algorithms, never `none`; secrets and key pairs cannot be mixed up.",
            does="One algorithm for each key, which the key says.",
            tests=(
                f"{_BAD}::test_a_token_of_another_algorithm_is_refused_everywhere",
                f"{_ATTACKS}::TestTheAlgorithm::test_hs256_with_the_public_key_as_secret",
            ),
            look=keys.of_one_kind,
        ),
        Requirement(
            number="9.1.3",
            asks="Keys come from configured places, never from the token.",
            does="Looks keys up among its own; reads no address and no key in a token.",
            tests=(
                f"{_ATTACKS}::TestAKeyThatTheTokenBrings"
                "::test_a_key_embedded_in_the_token_is_not_believed",
                f"{_ATTACKS}::TestAKeyThatTheTokenBrings::test_address_of_a_key",
            ),
            look=keys.one_algorithm_each,
        ),
        Requirement(
            number="9.2.1",
            asks="A token counts only within its times.",
            does="Demands `exp`, heeds `nbf`, and allows LEEWAY for clocks.",
            tests=(
                f"{_ATTACKS}::TestThePayload::test_a_token_that_is_not_valid_yet_is_refused",
                "tests/flows/test_refresh.py::TestRefusedRefresh"
                "::test_a_refresh_by_an_expired_token_is_expired_and_asks_nothing",
            ),
            look=settings.times,
        ),
        Requirement(
            number="9.2.2",
            asks="A token is of the kind that is expected, and for this purpose.",
            does="Demands the kind in header and claim.",
            tests=(
                "tests/flows/test_tokens_seen_before.py::TestItsKind"
                "::test_a_refresh_token_is_no_access_token_the_second_time_either",
            ),
            look=always("typ is at+jwt for access tokens and rt+jwt for refresh tokens."),
        ),
        Requirement(
            number="9.2.3",
            asks="A service takes only tokens that are meant for it.",
            does="Demands `aud` if AUDIENCE is set, and refuses a token with an audience if none "
            "is.",
            tests=(f"{_BAD}::test_a_token_of_an_audience_that_nobody_asked_for_is_refused",),
            left="AUDIENCE, as soon as a second service takes tokens of the same key.",
            look=settings.audience,
        ),
        Requirement(
            number="9.2.4",
            asks="An issuer of several audiences writes into each token for whom it is.",
            does="Writes AUDIENCE, which may be a function of the request.",
            tests=(f"{_BAD}::test_a_token_for_another_audience_or_of_another_issuer_is_refused",),
            left="A function that answers only audiences of yours.",
            look=settings.audience,
        ),
    ),
)
