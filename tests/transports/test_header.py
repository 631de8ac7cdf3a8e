"""A header that is not for us is named in the log, and what may be a token never."""

import logging

import pytest

from drf_jwt_kit.transports import token_in


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        (b"Token secret-of-ada", "Token"),
        (b"JWT eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "JWT"),
        (b"eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "none"),
        (b"eyJhbGciOiJIUzI1NiJ9.e30.c2ln Bearer", "none"),
        (b"9944b09199c62bcf9418ad846dd0e4bb more", "none"),
        (b"", "none"),
    ],
)
def test_another_scheme_is_named_for_whoever_reads_debug_lines(caplog, header, scheme):
    with caplog.at_level(logging.DEBUG, logger="drf_jwt_kit"):
        assert token_in(header) is None

    line = f"event=another_scheme scheme={scheme} wanted=Bearer"
    assert [record.getMessage() for record in caplog.records] == [line]


def test_nothing_is_written_for_a_header_of_ours(caplog):
    with caplog.at_level(logging.DEBUG, logger="drf_jwt_kit"):
        token_in(b"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln")

    assert caplog.records == []
