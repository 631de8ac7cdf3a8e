"""A body of any size, in any form: it is read within the project's limits, or refused with 413, and
nothing of it is ever written to the disk.
"""

import io
import json
import socket
import time

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import include, path
from rest_framework import serializers
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.views import TokenObtainPairView
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.test_uploads")]

ENDPOINTS = ["", "refresh/", "verify/", "logout/", "blacklist/"]
LIMIT = 10_000


class WithPicture(TokenObtainPairSerializer):
    picture = serializers.FileField(write_only=True)

    def validate(self, attrs):
        assert isinstance(attrs["picture"], InMemoryUploadedFile)
        return {**super().validate(attrs), "size": attrs["picture"].size}


class PictureView(TokenObtainPairView):
    serializer_class = WithPicture


class Curious(BaseThrottle):
    """Reads what was sent before the endpoint does."""

    def allow_request(self, request, view):
        return request.data is not None


class ThrottledView(TokenObtainPairView):
    throttle_classes = (Curious,)


urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/token/picture/", PictureView.as_view()),
    path("api/token/throttled/", ThrottledView.as_view()),
]


@pytest.fixture(autouse=True)
def _no_disk(tmp_path):
    """Every file would go to the disk, into a folder that is not there: one that does is a 500."""
    with override_settings(
        DATA_UPLOAD_MAX_MEMORY_SIZE=LIMIT,
        FILE_UPLOAD_MAX_MEMORY_SIZE=0,
        FILE_UPLOAD_TEMP_DIR=str(tmp_path / "nowhere"),
    ):
        yield


def picture(size):
    return SimpleUploadedFile("cat.png", b"x" * size, "image/png")


def multipart(**fields):
    return encode_multipart(BOUNDARY, fields)


def send(kit, path, body, content_type=MULTIPART_CONTENT, method="POST", **extra):
    return kit.generic(method, f"/api/token/{path}", body, content_type, **extra)


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("path", ENDPOINTS)
class TestEveryEndpoint:
    @pytest.mark.parametrize("make", [picture, "x".__mul__], ids=["a file", "a field"])
    def test_a_form_over_the_limit_is_413(self, kit, path, make):
        body = multipart(anything=make(LIMIT))

        assert code(send(kit, path, body)) == (413, "request_too_large")

    @pytest.mark.parametrize("kind", [MULTIPART_CONTENT, "application/json"])
    def test_a_browser_is_told_so_in_a_page(self, kit, path, kind):
        answer = send(kit, path, multipart(f=picture(LIMIT)), kind, HTTP_ACCEPT="text/html")

        assert answer.status_code == 413
        assert b"request_too_large" in answer.content

    def test_many_files_over_the_limit_together_are_413(self, kit, path):
        body = multipart(**{f"f{n}": picture(1000) for n in range(10)})

        assert code(send(kit, path, body)) == (413, "request_too_large")

    def test_a_file_under_the_limit_is_a_bad_request(self, kit, path):
        body = multipart(password=picture(100), refresh=picture(100), token=picture(100))

        assert code(send(kit, path, body)) == (400, "invalid_request")

    def test_too_many_files_or_fields_are_a_bad_request(self, kit, path):
        with override_settings(DATA_UPLOAD_MAX_NUMBER_FILES=3, DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
            files = send(kit, path, multipart(**{f"f{n}": picture(1) for n in range(5)}))
            fields = send(kit, path, multipart(**{f"f{n}": "x" for n in range(5)}))

        assert [code(files), code(fields)] == [(400, "parse_error")] * 2

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("application/x-www-form-urlencoded", b"password=" + b"x" * LIMIT),
            ("application/json", json.dumps({"password": "x" * LIMIT}).encode()),
            ("application/json", b"[" * LIMIT + b"]" * LIMIT),
        ],
        ids=["a form", "json", "deep json"],
    )
    def test_another_body_over_the_limit_is_413(self, kit, path, kind, body):
        assert code(send(kit, path, body, kind)) == (413, "request_too_large")

    @pytest.mark.parametrize("length", ["", "0", "-1", "many"])
    @pytest.mark.parametrize("kind", [MULTIPART_CONTENT, "application/json", "text/plain"])
    def test_a_body_without_a_length_is_not_read(self, kit, path, kind, length):
        answer = send(kit, path, multipart(f=picture(LIMIT)), kind, CONTENT_LENGTH=length)

        # REST framework asks for no parser where it takes the length for none.
        needs_a_parser = (kind, length) == ("text/plain", "-1")
        assert answer.status_code == (415 if needs_a_parser else 400)

    def test_a_body_longer_than_it_says_is_cut_there(self, kit, path):
        answer = send(kit, path, multipart(f=picture(9 * LIMIT)), CONTENT_LENGTH="500")

        assert answer.status_code == 400

    def test_a_body_shorter_than_it_says_is_a_bad_request(self, kit, path):
        rest = io.BytesIO(multipart(f=picture(100))[:-20])

        answer = send(kit, path, b"", CONTENT_LENGTH="9000", **{"wsgi.input": rest})

        assert answer.status_code == 400

    def test_a_project_without_a_limit_has_none_and_no_disk_either(self, kit, path):
        with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=None):
            answer = send(kit, path, multipart(f=picture(LIMIT)))

        assert code(answer) == (400, "invalid_request")

    def test_the_projects_own_handlers_of_uploads_get_nothing(self, kit, path):
        handlers = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
        with override_settings(FILE_UPLOAD_HANDLERS=handlers):
            answer = send(kit, path, multipart(f=picture(100)))

        assert code(answer) == (400, "invalid_request")

    def test_a_parser_of_files_reads_within_the_limit(self, kit, path, monkeypatch):
        parsers = ["rest_framework.parsers.FileUploadParser"]
        named = {"HTTP_CONTENT_DISPOSITION": "attachment; filename=cat.png"}
        with override_settings(REST_FRAMEWORK={"DEFAULT_PARSER_CLASSES": parsers}):
            view_parsers(monkeypatch)
            small = send(kit, path, b"x" * 100, "image/png", **named)
            large = send(kit, path, b"x" * 2 * LIMIT, "image/png", **named)
            disguised = send(kit, path, b"x" * 2 * LIMIT, **named, HTTP_CONTENT_LENGTH="1")

        assert [small.status_code, large.status_code, disguised.status_code] == [400, 413, 413]


def view_parsers(monkeypatch):
    """REST Framework's views have taken the project's parsers when they were defined."""
    monkeypatch.setattr(APIView, "parser_classes", api_settings.DEFAULT_PARSER_CLASSES)


class TestLogin:
    def test_takes_multipart_as_the_test_client_of_rest_framework_posts_it(self, kit, user):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}

        assert kit.post("/api/token/", body).status_code == 200

    def test_gives_a_projects_serializer_a_file_in_memory(self, kit, user):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}

        answer = kit.post("/api/token/picture/", {**body, "picture": picture(100)})

        assert (answer.status_code, answer.json()["size"]) == (200, 100)

    def test_reads_what_a_middleware_has_read_before(self, kit, user):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        with override_settings(MIDDLEWARE=[f"{__name__}.reading"]):
            kit = type(kit)()
            assert kit.post("/api/token/", body).status_code == 200

    def test_is_413_also_where_a_throttle_of_the_project_reads_first(self, kit, db):
        answer = send(kit, "throttled/", multipart(f=picture(LIMIT)))

        assert code(answer) == (413, "request_too_large")


class TestSessions:
    def test_a_name_in_a_form_over_the_limit_is_413(self, kit, signed_in):
        kit.credentials(HTTP_AUTHORIZATION=f"Bearer {signed_in.access}")
        path = f"sessions/{signed_in.session.pk}/"

        answer = send(kit, path, multipart(name=picture(LIMIT)), method="PATCH")

        assert code(answer) == (413, "request_too_large")
        assert send(kit, path, multipart(name="Desk"), method="PATCH").status_code == 200

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("POST", "logout/all/", 200), ("DELETE", "sessions/{}/", 204)],
    )
    def test_a_body_that_nobody_needs_is_not_read(self, kit, signed_in, method, path, status):
        kit.credentials(HTTP_AUTHORIZATION=f"Bearer {signed_in.access}")

        body = multipart(f=picture(9 * LIMIT))
        answer = send(kit, path.format(signed_in.session.pk), body, method=method)

        assert answer.status_code == status


def reading(get_response):
    def middleware(request):
        request.POST  # noqa: B018  # it is read when it is asked for
        return get_response(request)

    return middleware


@pytest.fixture(scope="module")
def site(empty_database, serve):
    return serve(
        empty_database("sqlite"),
        workers=1,
        threads=2,
        FILE_UPLOAD_MAX_MEMORY_SIZE=0,
        FILE_UPLOAD_TEMP_DIR="/nowhere/at/all",
        SILENCED_SYSTEM_CHECKS=["files.E001"],
    )


class TestServed:
    """By gunicorn, as clients send it. What reaches the disk fails there, too."""

    def exchange(self, site, head, *parts, pause=0.0):
        """The status that is answered to these bytes; 0 where there is no answer."""
        with socket.create_connection(("127.0.0.1", site.port), timeout=20) as wire:
            wire.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
            try:
                for part in parts:
                    wire.sendall(part)
                    time.sleep(pause)
                wire.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has answered already, and reads no more
            try:
                answer = wire.recv(4096)
            except ConnectionResetError:
                return 0
        return int(answer.split()[1]) if answer else 0

    def head(self, path, *more):
        return [
            f"POST /api/token/{path} HTTP/1.1",
            "Host: localhost",
            f"Content-Type: {MULTIPART_CONTENT}",
            *more,
        ]

    @pytest.mark.parametrize("path", ENDPOINTS)
    def test_sixty_megabytes_are_refused_before_they_are_sent(self, site, path):
        length = f"Content-Length: {60 * 2**20}"

        assert self.exchange(site, self.head(path, length), b"--" + BOUNDARY.encode()) == 413

    @pytest.mark.parametrize("path", ENDPOINTS)
    def test_a_file_under_the_limit_stays_in_memory(self, site, path):
        body = multipart(f=picture(2 * 2**20))

        assert self.exchange(site, self.head(path, f"Content-Length: {len(body)}"), body) == 400

    def test_a_body_in_chunks_is_not_read(self, site):
        body = multipart(f=picture(LIMIT))
        chunks = [f"{len(body):x}\r\n".encode() + body + b"\r\n", b"0\r\n\r\n"]

        assert self.exchange(site, self.head("", "Transfer-Encoding: chunked"), *chunks) == 400

    def test_a_body_that_stops_half_way_is_no_error_of_the_server(self, site):
        body = multipart(f=picture(LIMIT))
        length = f"Content-Length: {len(body)}"

        assert self.exchange(site, self.head("", length), body[:500]) in {0, 400}

    def test_a_slow_body_is_read_when_it_is_there(self, site):
        body = multipart(f=picture(100))
        parts = [body[at : at + 50] for at in range(0, len(body), 50)]

        answered = self.exchange(
            site, self.head("", f"Content-Length: {len(body)}"), *parts, pause=0.05
        )

        assert answered == 400

    def test_a_body_longer_than_it_says_is_cut_there(self, site):
        body = multipart(f=picture(LIMIT))

        assert self.exchange(site, self.head("", "Content-Length: 300"), body) in {0, 400}

    def test_nothing_of_it_was_an_error_of_the_server(self, site):
        assert self.exchange(site, self.head("", "Content-Length: 0")) == 400
        assert "Traceback" not in site.log.read_text()
