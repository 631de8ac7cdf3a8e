"""What does this machine's environment say? Never guesses: what is missing or odd is refused."""

import os

from django.core.exceptions import ImproperlyConfigured


def required(name: str, cure: str) -> str:
    """The variable's value. Raises ImproperlyConfigured, with the cure, where there is none."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set in the environment. {cure}")
    return value


def one_of(name: str, *choices: str) -> str:
    """The variable's value, which must be one of ``choices``; unset, it is the first."""
    value = os.environ.get(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}. Use one of: {', '.join(choices)}.")
    return value


def separated(text: str) -> list[str]:
    """The values of a comma-separated list."""
    return [value.strip() for value in text.split(",") if value.strip()]
