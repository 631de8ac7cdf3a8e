"""No request makes an error of ours, writes more than it may, or is let in with a changed token."""

import pytest
from hypothesis import HealthCheck, assume, given, settings

from . import corpus
from .changes import Token
from .endpoints import ENDPOINTS, WRITES, offered
from .model import is_changed, may_be_let_in, may_begin, may_change
from .sent import with_token
from .strategies import changed, claims, header, names, requests

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.fuzz.urls")]

ALIKE = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
"""The same examples in each run, so that what fails for one fails for all."""


def times(few, many):
    """How many examples: few in every run, and many in ``make long``."""
    return pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.long)])


each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)


@pytest.fixture
def does_what_it_may(ask, site):
    """Hold the answer to a request, and what it has written, to the model."""

    def holds(endpoint, sent):
        status, has_changed, has_begun = ask(endpoint, sent)

        assert status < 500
        assert status >= 300 or may_be_let_in(endpoint, sent, site)
        assert has_changed <= may_change(endpoint, sent, site)
        assert not has_begun or may_begin(endpoint, sent)

    return holds


@pytest.fixture
def is_refused(ask, site):
    """Hold every endpoint to refusing a token wherever it may stand, and to writing nothing."""

    def refused(token):
        for endpoint in ENDPOINTS:
            status, has_changed, has_begun = ask(endpoint, with_token(endpoint, token))
            assert status < 500, endpoint
            assert status >= 400 or endpoint.is_open, endpoint
            assert not has_changed | has_begun, endpoint

    return refused


class TestEndpoints:
    def test_every_endpoint_that_a_project_can_include_is_asked(self):
        assert {(one.name, one.by_cookie) for one in ENDPOINTS} == offered()

    def test_every_endpoint_says_what_it_may_write(self):
        assert {one.name for one in ENDPOINTS} == set(WRITES)


class TestGenuineTokens:
    """The model lets in what is let in: it would otherwise prove nothing."""

    @pytest.mark.parametrize(
        "endpoint", [one for one in ENDPOINTS if "obtain" not in one.name], ids=str
    )
    def test_a_genuine_token_is_accepted_where_a_changed_one_is_not(self, ask, endpoint):
        kinds = ["desk access", "desk refresh"]

        statuses = [ask(endpoint, with_token(endpoint, Token(kind)))[0] for kind in kinds]

        assert min(statuses) < 400


@times(40, 5_000)
def test_a_changed_token_is_refused_everywhere_and_writes_nothing(site, is_refused, examples):
    @settings(ALIKE, max_examples=examples)
    @given(token=changed)
    def every_one(token):
        assume(is_changed(token, site))
        is_refused(token)

    every_one()


@each_endpoint
@times(15, 1_000)
def test_a_request_does_no_more_than_it_may(does_what_it_may, examples, endpoint):
    @settings(ALIKE, max_examples=examples)
    @given(sent=requests(endpoint.methods))
    def every_one(sent):
        does_what_it_may(endpoint, sent)

    every_one()


@times(30, 3_000)
def test_a_signed_token_with_any_claims_makes_no_error_of_ours(ask, examples):
    """Of an older version, say, or of a project's own code."""

    @settings(ALIKE, max_examples=examples)
    @given(of=names, header=header, claims=claims)
    def every_one(of, header, claims):
        for endpoint in ENDPOINTS:
            sent = with_token(endpoint, Token(of, (("by_own_key", header, claims),)))
            assert ask(endpoint, sent)[0] < 500, endpoint

    every_one()


class TestCorpus:
    @pytest.mark.parametrize("token", corpus.TOKENS.values(), ids=corpus.TOKENS)
    def test_a_token_that_was_once_found_is_refused(self, site, is_refused, token):
        assert is_changed(token, site)
        is_refused(token)

    @pytest.mark.parametrize("sent", corpus.REQUESTS.values(), ids=corpus.REQUESTS)
    def test_a_request_that_was_once_found_does_no_more_than_it_may(self, does_what_it_may, sent):
        for endpoint in ENDPOINTS:
            does_what_it_may(endpoint, sent)
