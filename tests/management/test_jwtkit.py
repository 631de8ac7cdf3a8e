"""``manage.py jwtkit`` finds its subcommands, and says which there are."""

import pytest
from django.core.management import CommandError, call_command

from drf_jwt_kit.management.commands.jwtkit import SUBCOMMANDS


@pytest.mark.parametrize("words", [[], ["session"], ["sessions"], ["sessions", "ls"]])
def test_a_word_that_is_missing_or_wrong_is_an_error(words):
    with pytest.raises(CommandError, match=r"\{.+\}"):
        call_command("jwtkit", *words)


def test_alone_it_names_every_subcommand():
    with pytest.raises(CommandError) as error:
        call_command("jwtkit")

    assert [word for word in SUBCOMMANDS if word not in str(error.value)] == []


@pytest.mark.parametrize("module", SUBCOMMANDS.values())
def test_every_subcommand_says_what_it_is_for(module):
    assert module.HELP.endswith(".")
