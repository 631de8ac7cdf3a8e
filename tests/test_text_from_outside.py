"""Text that comes from outside: names, user agents, reasons. It is never stored or shown raw."""

import json

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.conf.plain_text import is_plain, plain
from drf_jwt_kit.models import Session
from drf_jwt_kit.signals import all_sessions_revoked
from tests.conftest import claims_of

pytestmark = pytest.mark.django_db

BLANK = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F, 0x2800, 0x3164, 0xFE00, 0xFFA0]
BLANK += [0xFFF0, 0x1107F, 0x13430, 0x1343F, 0x16FE4, 0x1D159]
"""Drawn as nothing, so that two names may look alike."""
HOSTILE = [
    "\x1b[2J",  # clears a terminal
    "\x1b]0;title\x07",
    "\x9b31m",  # the same as ESC [, in one character
    "a\nevent=started",
    "a\rb",
    "a\tb",
    "a\x00b",
    "a\x08b",
    "a\x7fb",
    "\u202egnp.exe",  # turns round what follows
    "\u2066a\u2069",
    "\u200fa",
    "\u061ca",
    "a\u2028b",
    "a\u2029b",
    "a\u200bb",
    "a\u00adb",
    "a\ufeffb",
    "a\U000e0041b",  # a tag, which nobody sees
    "a\ud800b",
    *(f"a{chr(point)}b" for point in BLANK),
]
WRITTEN = [
    "Kitchen tablet",
    "Zoë's “laptop”",
    "電話\u3000二",
    "\u0647\u0627\u062a\u0641",  # phone, in Arabic
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with its joiner
    "👩\u200d💻 desk",
    "🇩🇪 ✈️",
    "cafe\u0301",
    "a\u00a0b",
]


@pytest.mark.parametrize("text", HOSTILE)
class TestHostileText:
    def test_is_made_harmless(self, text):
        assert not is_plain(text)
        assert is_plain(plain(text))
        assert is_plain(plain(text, "?"))
        assert len(plain(text, "?")) == len(text)

    def test_is_no_name_of_a_device(self, kit, signed_in, text):
        headers = {"Authorization": f"Bearer {signed_in.access}"}
        path = f"/api/token/sessions/{signed_in.session.pk}/"

        body = json.dumps({"name": f"x{text}y"})

        answer = kit.generic("PATCH", path, body, "application/json", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert list(answer.json()) == ["detail", "code", "name"]
        assert signed_in.session.name == ""

    def test_is_dropped_from_the_name_that_a_project_gives(self, user, text):
        sessions.start(user, name=f"x{text}y")

        assert Session.objects.get().name == plain(f"x{text}y") != ""

    def test_is_dropped_from_a_name_that_a_project_changes(self, user, signed_in, text):
        sessions.rename(signed_in.session.pk, user, f"x{text}y")

        assert signed_in.session.name == plain(f"x{text}y")

    def test_is_dropped_from_a_reason(self, signed_in, user, text):
        sessions.revoke(user=user, reason=f"x{text}y")

        assert signed_in.session.revoked_reason == plain(f"x{text}y")

    def test_is_dropped_from_a_user_agent(self, kit, user, text):
        tokens = kit.sign_in(user, User_Agent=f"x{text}y")

        assert tokens.session.user_agent == plain(f"x{text}y")


@pytest.mark.parametrize("text", WRITTEN)
class TestWrittenText:
    def test_is_left_alone(self, text):
        assert is_plain(text)
        assert plain(text, "?") == text

    def test_names_a_device(self, kit, signed_in, text):
        headers = {"Authorization": f"Bearer {signed_in.access}"}
        path = f"/api/token/sessions/{signed_in.session.pk}/"

        answer = kit.patch(path, {"name": text}, format="json", headers=headers)

        assert (answer.status_code, answer.json()["name"]) == (200, text)


class TestTextThatIsTooLong:
    def test_a_reason_is_cut_at_the_length_of_its_column(self, user):
        ends = [
            lambda sid: sessions.revoke(sid, reason="x" * 33),
            lambda sid: sessions.revoke(user=user, reason="x" * 33),
        ]
        for end in ends:
            sid = claims_of(sessions.start(user).access)["sid"]
            end(sid)

            assert Session.objects.get(pk=sid).revoked_reason == "x" * 32

    def test_a_logout_stores_its_reason_plain(self, signed_in):
        sessions.logout(signed_in.refresh, reason="\x1b[2Jx")

        assert signed_in.session.revoked_reason == "[2Jx"

    def test_the_end_of_all_sessions_tells_its_reason_plain(
        self, db, django_capture_on_commit_callbacks
    ):
        told = []
        hear = lambda reason, **_: told.append(reason)  # noqa: E731
        all_sessions_revoked.connect(hear)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                sessions.revoke_all(reason="\x1b" + "x" * 40)
        finally:
            all_sessions_revoked.disconnect(hear)

        assert told == ["x" * 32]

    def test_a_name_that_a_project_changes_is_cut_at_a_hundred_characters(self, signed_in, user):
        sessions.rename(signed_in.session.pk, user, "\u200b" + "x" * 1000)

        assert signed_in.session.name == "x" * 100
