"""What tests of keys share."""

import pytest

from drf_jwt_kit.keys import get_ring, sources


@pytest.fixture
def later(monkeypatch):
    """Move the monotonic clock, and let the process read its keys again."""
    moved = [1000.0]
    monkeypatch.setattr(sources.time, "monotonic", lambda: moved[0])

    def move(seconds):
        moved[0] += seconds
        return get_ring()

    return move
