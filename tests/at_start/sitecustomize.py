"""What Python runs at its start in every process of ``tests.child``, before anything else.

The process may import ``drf_jwt_kit`` from one place alone: from where the tests have imported it.
"""

import atexit
import gc
import os
import sys
from importlib.machinery import PathFinder

_UNDER_TEST = os.environ.get("DRF_JWT_KIT_UNDER_TEST")


class _OnlyThePackageUnderTest:
    """Asked before all other finders."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "drf_jwt_kit":
            return None
        found = PathFinder.find_spec(name, path)
        origin = None if found is None else found.origin
        if origin is None or os.path.realpath(origin) != os.path.realpath(_UNDER_TEST):
            raise ImportError(
                f"This process would import {origin}, while its tests test {_UNDER_TEST}. "
                "Make its environment with tests.child.environment()."
            )
        return found


# A third of what a short process costs would be the search for garbage among all that it imports,
# again and again and once more at its end. What was left open is told there, if anybody asked.
gc.set_threshold(100_000, 50, 100)
if not sys.warnoptions:
    atexit.register(gc.freeze)

if _UNDER_TEST:
    sys.meta_path.insert(0, _OnlyThePackageUnderTest)
