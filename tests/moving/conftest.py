"""Where a browser finds the site that its module has moved."""

import pytest

from .site import Browser


@pytest.fixture
def browser(site):
    """A browser of the site as it is now."""
    return Browser(site.port)
