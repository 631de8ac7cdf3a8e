"""What the project's files name of Simple JWT's, line by line. No file is run."""

import pytest

from drf_jwt_kit.management.subcommands.migrate.mentions import changes_in


@pytest.fixture
def changes(tmp_path, monkeypatch):
    """The changes in a file with this text."""
    monkeypatch.chdir(tmp_path)

    def of(text):
        file = tmp_path / "shop.py"
        file.write_text(text)
        return [*changes_in([file])]

    return of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "from rest_framework_simplejwt.views import TokenRefreshView as Refresh, token_verify",
            ["from drf_jwt_kit.views import TokenRefreshView as Refresh, token_verify"],
        ),
        ("from rest_framework_simplejwt.tokens import *", ["from drf_jwt_kit.tokens import *"]),
        ("from rest_framework_simplejwt import tokens", ["from drf_jwt_kit import tokens"]),
        (
            "from rest_framework_simplejwt import exceptions, views as v",
            [
                "from drf_jwt_kit import views as v",
                "from rest_framework_simplejwt import exceptions",
            ],
        ),
        (
            "import os, rest_framework_simplejwt.views as v",
            ["import os, drf_jwt_kit.views as v"],
        ),
    ],
)
def test_an_import_is_told_with_what_takes_its_place(changes, old, new):
    (change,) = changes(f"\n{old}\n")

    assert (change.place, change.line) == ("shop.py", 2)
    assert (change.old, [*change.new], change.why) == (old, new, "")


def test_an_import_of_several_lines_is_told_as_one(changes):
    (change,) = changes("from rest_framework_simplejwt.tokens import (\n    RefreshToken,\n)\n")

    assert change.lines() == [
        "shop.py:1",
        "  - from rest_framework_simplejwt.tokens import RefreshToken",
        "  + from drf_jwt_kit.tokens import RefreshToken",
    ]


@pytest.mark.parametrize(
    ("module", "name", "why"),
    [
        ("tokens", "SlidingToken", "There are no sliding tokens"),
        ("views", "TokenObtainSlidingView", "There are no sliding tokens"),
        ("serializers", "TokenObtainSerializer", "Extend TokenObtainPairSerializer"),
        ("models", "TokenUser", "request.user is the project's own user"),
        ("state", "token_backend", "It signs and reads no token of ours"),
    ],
)
def test_a_name_that_is_not_here_is_told_with_what_to_do(changes, module, name, why):
    (change,) = changes(f"from rest_framework_simplejwt.{module} import {name}")

    assert change.new == ()
    assert change.why.startswith(f"{name}: {why}")


def test_what_is_left_of_an_import_stays(changes):
    (change,) = changes("from rest_framework_simplejwt.tokens import RefreshToken, SlidingToken")

    assert change.new == ("from drf_jwt_kit.tokens import RefreshToken",)
    assert change.why.startswith("SlidingToken: ")


@pytest.mark.parametrize(
    "text",
    [
        "from rest_framework_simplejwt.exceptions import InvalidToken, TokenError",
        "from rest_framework_simplejwt.settings import api_settings",
        "from rest_framework_simplejwt import exceptions",
        "import rest_framework_simplejwt",
        "from .rest_framework_simplejwt.tokens import RefreshToken",
        "from drf_jwt_kit.tokens import RefreshToken",
        '"""About rest_framework_simplejwt.tokens.RefreshToken and others."""',
        'INSTALLED_APPS = ["rest_framework_simplejwt", "rest_framework_simplejwt.token_blacklist"]',
        "x = tokens.rest_framework_simplejwt",
        'REFUSALS = ["rest_framework_simplejwt.exceptions.InvalidToken"]',
    ],
)
def test_what_may_stay_is_not_told(changes, text):
    assert changes(text) == []


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (
            'REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": [PATH]}',
            "rest_framework_simplejwt.authentication.JWTAuthentication",
            "drf_jwt_kit.authentication.JWTAuthentication",
        ),
        (
            "patch(PATH)",
            "rest_framework_simplejwt.tokens.RefreshToken.for_user",
            "drf_jwt_kit.tokens.RefreshToken.for_user",
        ),
    ],
)
def test_a_dotted_path_in_a_string_is_told(changes, text, old, new):
    (change,) = changes(text.replace("PATH", repr(old)))

    assert (change.old, change.new) == (old, (new,))


def test_a_dotted_path_in_code_is_told_once(changes):
    text = "import rest_framework_simplejwt.tokens\n{}"
    _, change = changes(text.format("x = rest_framework_simplejwt.tokens.RefreshToken.for_user(u)"))

    assert change.old == "rest_framework_simplejwt.tokens.RefreshToken.for_user"
    assert change.new == ("drf_jwt_kit.tokens.RefreshToken.for_user",)


def test_a_dotted_path_to_what_is_not_here_is_told_with_what_to_do(changes):
    (change,) = changes('LOGIN = "rest_framework_simplejwt.views.TokenObtainSlidingView"')

    assert (change.new, change.why) == (
        (),
        "There are no sliding tokens: use an access and a refresh token.",
    )


PATH = '"rest_framework_simplejwt.serializers.TokenVerifySerializer"'


@pytest.mark.parametrize(
    "text",
    [
        f'SIMPLE_JWT = {{"TOKEN_VERIFY_SERIALIZER": {PATH}}}',
        f'SIMPLE_JWT["TOKEN_VERIFY_SERIALIZER"] = {PATH}',
        f"SIMPLE_JWT = dict(TOKEN_VERIFY_SERIALIZER={PATH})",
    ],
)
def test_a_path_among_the_settings_of_simple_jwt_means_ours_and_is_not_told(changes, text):
    assert changes(text) == []


@pytest.mark.parametrize("text", [f"OTHER = {{**more, 'x': {PATH}}}", f"call(**more, x={PATH})"])
def test_a_path_among_other_settings_is_told(changes, text):
    assert len(changes(text)) == 1


@pytest.mark.parametrize("name", ["AccessToken", "tokens.AccessToken"])
def test_an_access_token_without_a_session_is_told(changes, name):
    (change,) = changes(f"def log_in(user):\n    return str({name}.for_user(user))\n")

    assert (change.line, change.old) == (2, "AccessToken.for_user(user)")
    assert change.new[-1] == "sessions.start(user).access"


def test_a_refresh_token_for_a_user_is_as_it_was(changes):
    text = "RefreshToken.for_user(user); make()(AccessToken)"

    assert changes(text) == []


class TestTheBlacklist:
    LOOP = (
        "from rest_framework_simplejwt.token_blacklist.models import *\n"
        "for one in OutstandingToken.objects.filter(user=user):\n"
        "    models.BlacklistedToken.objects.get_or_create(token=one)\n"
    )

    def test_a_loop_is_told_with_the_line_that_logs_out(self, changes):
        (change,) = changes(self.LOOP)

        assert (change.line, change.old) == (2, "")
        assert change.new == ("from drf_jwt_kit import sessions", "sessions.revoke(user=user)")
        assert change.why.startswith("BlacklistedToken, OutstandingToken (lines 2, 3).")
        assert "keep it until the day of ADOPT_SIMPLEJWT_TOKENS_UNTIL" in change.why

    @pytest.mark.parametrize(
        "text",
        [
            "user.outstandingtoken_set.all()",
            'apps.get_model("token_blacklist", "OutstandingToken")',
            'apps.get_model("token_blacklist.BlacklistedToken")',
        ],
    )
    def test_other_ways_to_its_tables_are_told(self, changes, text):
        (change,) = changes(text)

        assert change.line == 1

    @pytest.mark.parametrize("call", ["sessions.revoke(user=user)", "revoke(user=user)"])
    def test_a_loop_beside_the_call_is_not_told(self, changes, call):
        assert changes(f"{self.LOOP}{call}\n") == []

    def test_an_import_alone_writes_nothing(self, changes):
        text = "from rest_framework_simplejwt.token_blacklist.models import OutstandingToken"

        assert changes(text) == []


class TestAFile:
    def test_one_that_cannot_be_parsed_is_told(self, changes):
        (change,) = changes("import rest_framework_simplejwt.\n")

        assert change.lines() == [
            "shop.py",
            "    It cannot be read (SyntaxError). Look there for rest_framework_simplejwt.",
        ]

    def test_one_that_cannot_be_parsed_and_mentions_nothing_is_not_told(self, changes):
        assert changes("print 'Python 2'\n") == []

    def test_one_of_which_python_warns_is_read_in_silence(self, changes):
        text = 'PATTERN = "\\d"\nfrom rest_framework_simplejwt.tokens import RefreshToken\n'

        assert [change.line for change in changes(text)] == [2]

    def test_one_that_is_gone_is_told(self, tmp_path):
        (change,) = changes_in([tmp_path / "gone.py"])

        assert "FileNotFoundError" in change.why

    def test_nothing_of_a_line_is_told_but_names(self, changes):
        told = changes(
            'KEY = "c0ffee"; from rest_framework_simplejwt.tokens import RefreshToken\n'
            'AUTH = [KEY, "hunter2", "rest_framework_simplejwt.tokens.RefreshToken"]\n'
            'BlacklistedToken.objects.create(token="hunter2"); AccessToken.for_user("hunter2")\n'
        )

        assert len(told) == 4
        assert "hunter2" not in str(told)
        assert "c0ffee" not in str(told)
