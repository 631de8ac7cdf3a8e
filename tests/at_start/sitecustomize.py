"""What Python runs at its start in every process of ``tests.child``, before anything else.

The process may import ``drf_jwt_kit`` from one place alone: from where the tests have imported it.
"""

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


if _UNDER_TEST:
    sys.meta_path.insert(0, _OnlyThePackageUnderTest)
