"""A function of the request that raises: it is the client's fault, or we cannot tell; never 500."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import DisallowedHost, SuspiciousOperation

from drf_jwt_kit.conf.asking import for_request
from drf_jwt_kit.exceptions import KeysUnavailable
from drf_jwt_kit.keys import by_request, get_ring
from tests.conftest import Kit
from tests.keys.material import private_pem

from . import shop

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.issuers.shop"),
    pytest.mark.usefixtures("new_process"),
]

HOST, NEITHER = "a.test", "somebody-elses.example"
ASKED = {
    "login": lambda kit, tokens: kit.post_json("", {"username": "ada", "password": "x"}),
    "refresh": lambda kit, tokens: kit.refresh(tokens.refresh),
    "verify": lambda kit, tokens: kit.verify(tokens.access),
    "logout": lambda kit, tokens: kit.logout(tokens.refresh),
    "strict view": lambda kit, tokens: kit.get_with(tokens.access, "/api/secure/"),
    "stateless view": lambda kit, tokens: kit.get_with(tokens.access, "/api/stateless/"),
    "key set": lambda kit, tokens: kit.get("/api/token/jwks/"),
}
WITH_A_KEY = [name for name in ASKED if name != "login"]
FUNCTIONS = {"ISSUER": shop.issuer, "AUDIENCE": shop.audience, "KEYS": [shop.keys]}


class Manager:
    """Knows the keys of each tenant, until it is down."""

    down = None

    def __call__(self, request):
        if self.down:
            raise self.down
        return shop.keys(request)


@pytest.fixture
def manager(settings):
    manager = Manager()
    settings.DRF_JWT_KIT = {"KEYS": manager}
    return manager


@pytest.fixture
def at():
    def at(host):
        kit = Kit(HTTP_HOST=host)
        kit.raise_request_exception = False
        return kit

    return at


@pytest.fixture
def allowed(settings):
    settings.ALLOWED_HOSTS = [HOST]


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("asked", [name for name in WITH_A_KEY if name != "key set"])
def test_a_host_that_is_not_allowed_is_400_wherever_a_function_finds_it(
    at, user, settings, name, asked
):
    settings.DRF_JWT_KIT = {name: FUNCTIONS[name]}
    tokens = at(HOST).sign_in(user)

    assert ASKED[asked](at(NEITHER), tokens).status_code == 400


@pytest.mark.usefixtures("allowed", "manager")
def test_the_key_set_of_a_host_that_is_not_allowed_is_400(at):
    assert at(NEITHER).get("/api/token/jwks/").status_code == 400


@pytest.mark.usefixtures("allowed", "manager")
def test_a_refusal_of_the_host_stays_what_it_is(rf):
    with for_request(rf.get("/", HTTP_HOST=NEITHER)), pytest.raises(DisallowedHost):
        get_ring()


@pytest.mark.parametrize("asked", WITH_A_KEY)
def test_keys_that_a_function_cannot_tell_are_503(at, user, manager, asked):
    tokens = at(HOST).sign_in(user)
    manager.down = OSError("it is down")

    answer = ASKED[asked](at(HOST), tokens)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "temporarily_unavailable"


def test_all_is_as_before_when_the_function_answers_again(at, user, manager):
    tokens = at(HOST).sign_in(user)
    manager.down = OSError("it is down")
    assert at(HOST).refresh(tokens.refresh).status_code == 503
    manager.down = None

    assert at(HOST).refresh(tokens.refresh).status_code == 200


def test_the_cause_is_kept(rf, manager):
    manager.down = OSError("it is down")

    with for_request(rf.get("/")), pytest.raises(KeysUnavailable) as unavailable:
        get_ring()

    cause = unavailable.value.__cause__
    assert "is the function Manager, which raised OSError" in str(cause)
    assert cause.__cause__ is manager.down


def test_the_failure_is_logged_once_an_hour(rf, manager, monkeypatch, caplog):
    now = [1000.0]
    monkeypatch.setattr(by_request.time, "monotonic", lambda: now[0])
    manager.down = OSError("it is down")

    def ask():
        with for_request(rf.get("/")), pytest.raises(KeysUnavailable):
            get_ring()

    ask()
    ask()
    assert [one.getMessage().split()[0] for one in caplog.records] == ["event=keys_unavailable"]
    assert "OSError: it is down" in caplog.text
    now[0] += 3601
    ask()
    assert len(caplog.records) == 2


SOUND = {"key": private_pem("ES256")}
ANOTHER = {"key": private_pem("PS256")}
BROKEN = {"key": "nonsense"}


class TestAnAnswerThatCannotBeUsed:
    """Nobody outside can tell a host that is unknown from a mistake of the project's."""

    @pytest.fixture
    def answers(self, settings):
        answers = {HOST: [SOUND]}
        settings.DRF_JWT_KIT = {"KEYS": lambda request: answers.get(request and request.get_host())}
        return answers

    @pytest.mark.parametrize("asked", WITH_A_KEY)
    def test_is_503_for_a_host_without_keys(self, at, user, answers, asked):
        tokens = at(HOST).sign_in(user)

        answer = ASKED[asked](at(NEITHER), tokens)

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["code"] == "temporarily_unavailable"

    @pytest.mark.parametrize(
        "answer", [None, 7, [], "shop.nowhere", BROKEN, [BROKEN, BROKEN], [SOUND, SOUND]]
    )
    def test_is_503_whatever_it_is(self, at, user, answers, answer):
        tokens = at(HOST).sign_in(user)
        answers[HOST] = answer

        assert at(HOST).refresh(tokens.refresh).status_code == 503

    def test_is_logged_once_an_hour_with_its_cause(self, at, user, answers, caplog):
        tokens = at(HOST).sign_in(user)
        answers[HOST] = [BROKEN]
        at(HOST).refresh(tokens.refresh)
        at(HOST).refresh(tokens.refresh)

        told = [one for one in caplog.messages if "keys_unavailable" in one]
        assert [one.split()[0] for one in told] == ["event=keys_unavailable"]
        assert "lambda" in told[0]

    def test_is_remembered_for_so_many_failures(self, at, answers, monkeypatch, tmp_path):
        monkeypatch.setattr(by_request, "MOST", 2)
        for name in "abc":
            answers[HOST] = {"file": tmp_path / name}
            at(HOST).get("/api/token/jwks/")

        assert [name in str(by_request._told) for name in ("/a)", "/b)", "/c)")] == [
            False,
            True,
            True,
        ]


class TestAKeyOfAnAnswerThatCannotBeUsed:
    """It is absent alone, though a new answer is a new list."""

    @pytest.fixture
    def answer(self, settings):
        answer = [SOUND]
        settings.DRF_JWT_KIT = {"KEYS": lambda request: [*answer]}
        return answer

    @pytest.mark.parametrize("state", ["next", "retiring"])
    def test_ends_none_beside_it(self, at, user, answer, state):
        tokens = at(HOST).sign_in(user)
        answer.append({**BROKEN, "state": state})

        assert at(HOST).get_with(tokens.access).status_code == 200
        assert at(HOST).refresh(tokens.refresh).status_code == 200

    def test_lets_none_sign_in_its_place(self, at, user, answer):
        tokens = at(HOST).sign_in(user)
        answer.insert(0, BROKEN)

        assert at(HOST).get_with(tokens.access).status_code == 200
        assert at(HOST).refresh(tokens.refresh).status_code == 503

    def test_is_taken_when_it_is_mended(self, at, answer, rf):
        answer.append(BROKEN)
        at(HOST).get("/api/token/jwks/")
        answer[1] = ANOTHER

        with for_request(rf.get("/", HTTP_HOST=HOST)):
            assert len(get_ring().verifying) == 2


def test_a_function_that_finds_nothing_suspicious_to_refuse_is_an_error_of_the_checks(manager):
    manager.down = SuspiciousOperation("without a request")

    said = [one.id for one in run_checks() if one.id == "drf_jwt_kit.E061"]

    assert said == ["drf_jwt_kit.E061"]
