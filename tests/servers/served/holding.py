"""A request that stands still in a known place until its client lets it go on.

The client names a file that is not there yet; when it appears, or after a minute, the request
goes on. The log says where it stands, and in which process.
"""

import logging
import time
from pathlib import Path

BEFORE_WRITE = "X-Hold-Before-Write"
AFTER_WRITE = "X-Hold-After-Write"
_LONGEST = 60.0


def hold(request, header):
    """Stand still if ``request`` has that header."""
    file = request.headers.get(header) if request is not None else None
    if file is not None:
        hold_until(Path(file))


def hold_until(file):
    """Stand still until ``file`` is there."""
    logging.getLogger("drf_jwt_kit").info("event=held file=%s", file)
    deadline = time.monotonic() + _LONGEST
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.002)
