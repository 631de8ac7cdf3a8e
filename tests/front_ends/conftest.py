"""The package, packed once for each process of a run."""

import pytest

from tests.leaving_out import leave_out

from . import package


@pytest.fixture(scope="session")
def tarball(tmp_path_factory):
    if not package.has_npm():
        leave_out("the npm package of client.js. Install node 20 with npm.")
    return package.pack(tmp_path_factory.mktemp("packed"))
