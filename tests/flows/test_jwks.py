"""The public keys over HTTP: cached, conditional, and open to everybody."""

import json
from datetime import timedelta

import jwt
import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import include, path, reverse

from drf_jwt_kit.keys import sources
from tests.keys.material import private_pem, public_pem

pytestmark = pytest.mark.urls("tests.flows.test_jwks")

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("", include("drf_jwt_kit.urls.wellknown")),
]
WHERE = ["/api/token/jwks/", "/.well-known/jwks.json"]


@pytest.fixture(autouse=True)
def asymmetric_key():
    pair = {"SIGNING_KEY": private_pem(), "VERIFYING_KEY": public_pem()}
    with override_settings(SIMPLE_JWT={"ALGORITHM": "ES256", **pair}):
        yield


def test_the_names_are_those_of_the_documentation():
    assert [reverse("token_jwks"), reverse("token_jwks_wellknown")] == WHERE


@pytest.mark.django_db
def test_whoever_reads_them_can_verify_our_tokens(kit, user):
    access = kit.sign_in(user).access
    keys = jwt.PyJWKSet.from_dict(kit.get("/api/token/jwks/").json())
    kid = jwt.get_unverified_header(access)["kid"]

    assert jwt.decode(access, keys[kid], algorithms=["ES256"])["user_id"] == str(user.pk)


@override_settings(SIMPLE_JWT={})
def test_a_project_with_secret_keys_only_publishes_none(kit):
    assert kit.get("/api/token/jwks/").content == b'{"keys":[]}'


@pytest.mark.parametrize("where", WHERE)
class TestAnswer:
    def test_the_key_set_is_json(self, kit, where):
        answer = kit.get(where)

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert len(json.loads(answer.content)["keys"]) == 1

    def test_may_be_kept_for_a_third_of_the_time_that_a_key_is_listed_ahead(self, kit, where):
        with override_settings(DRF_JWT_KIT={"KEYS_PUBLISHED_AHEAD": timedelta(hours=1)}):
            assert kit.get(where)["Cache-Control"] == "public, max-age=1200"

    def test_may_be_read_by_any_web_page(self, kit, where):
        assert kit.get(where)["Access-Control-Allow-Origin"] == "*"

    def test_varies_by_nothing_and_sets_no_cookie(self, kit, where):
        answer = kit.get(where)

        assert "Vary" not in answer
        assert not answer.cookies

    @pytest.mark.parametrize("said", ["{}", "W/{}", '"other", {}', "*"])
    def test_is_304_for_a_reader_that_has_it(self, kit, where, said):
        etag = kit.get(where)["ETag"]

        again = kit.get(where, headers={"If-None-Match": said.format(etag)})

        assert (again.status_code, again.content) == (304, b"")
        assert (again["ETag"], again["Cache-Control"]) == (etag, "public, max-age=200")

    def test_is_whole_for_a_reader_that_has_another(self, kit, where):
        assert kit.get(where, headers={"If-None-Match": '"old"'}).status_code == 200

    def test_the_answer_to_head_is_the_same_without_the_body(self, kit, where):
        get, head = kit.get(where), kit.head(where)

        assert (head.status_code, head.content, head.headers) == (200, b"", get.headers)

    def test_the_answer_to_a_bad_token_is_the_same(self, kit, where):
        assert kit.get_with("nonsense", where).status_code == 200

    def test_the_answer_to_another_method_is_405(self, kit, where):
        answer = kit.post(where)

        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert answer.json() == {
            "detail": 'Method "POST" not allowed.',
            "code": "method_not_allowed",
        }

    @override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"])
    def test_another_method_is_405_where_django_looks_for_a_csrf_token(self, where):
        answer = Client(enforce_csrf_checks=True).post(where)

        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")

    def test_may_be_read_by_a_web_page_that_has_it(self, kit, where):
        again = kit.get(where, headers={"If-None-Match": kit.get(where)["ETag"]})

        assert again["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.django_db
    @pytest.mark.parametrize("atomic", [False, True])
    def test_the_key_set_asks_no_database(
        self, kit, where, atomic, monkeypatch, django_assert_num_queries
    ):
        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)

        with django_assert_num_queries(0):
            assert kit.get(where).status_code == 200


@pytest.mark.parametrize("where", WHERE)
class TestKeysThatHaveLapsed:
    """A reader would drop the keys that it has for an empty set, and they may be good."""

    @pytest.fixture
    def later(self, monkeypatch):
        moved = [1000.0]
        monkeypatch.setattr(sources.time, "monotonic", lambda: moved[0])

        def move(seconds):
            moved[0] += seconds

        return move

    @pytest.fixture
    def lapsed(self, tmp_path, kit, later):
        """The file of the only public key, which cannot be read for too long. Another is secret."""
        file = tmp_path / "key.pem"
        file.write_text(private_pem())
        file.chmod(0o600)
        with override_settings(DRF_JWT_KIT={"KEYS": [{"file": file}, "SECRET_KEY"]}):
            assert len(kit.get(WHERE[0]).json()["keys"]) == 1
            file.write_text("")
            later(3601)
            yield file

    @pytest.mark.usefixtures("lapsed")
    def test_no_empty_set_is_published_for_them(self, kit, where):
        answer = kit.get(where)

        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json()["code"] == "temporarily_unavailable"
        assert answer["Cache-Control"] == "no-store"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "ETag" not in answer

    @pytest.mark.usefixtures("lapsed")
    def test_a_reader_that_has_the_set_is_not_told_that_it_is_the_same(self, kit, where):
        for said in ("*", '"any"'):
            assert kit.get(where, headers={"If-None-Match": said}).status_code == 503

    @pytest.mark.usefixtures("lapsed")
    def test_the_answer_to_head_is_503_too(self, kit, where):
        assert kit.head(where).status_code == 503

    def test_the_set_is_published_again_when_they_can_be_read(self, kit, where, lapsed, later):
        lapsed.write_text(private_pem())
        later(10)

        assert len(kit.get(where).json()["keys"]) == 1

    def test_the_set_is_empty_where_the_key_was_taken_away(self, kit, where, lapsed, later):
        lapsed.unlink()
        later(10)

        assert kit.get(where).json() == {"keys": []}

    def test_a_reading_that_takes_for_ever_is_503(self, kit, where, monkeypatch, later):
        kit.get(where)
        monkeypatch.setattr(sources, "_PATIENCE", 0.01)
        later(3601)
        with sources._reading:
            answer = kit.get(where)

        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
