"""The demonstration, with a password hasher that takes no time: some fifty tests log in to it."""

import sys

from django.contrib.auth.hashers import PBKDF2PasswordHasher

sys.path.insert(0, ".")  # it is run in the example project's folder
PBKDF2PasswordHasher.iterations = 1

from demo import main  # noqa: E402  # the hasher first

if __name__ == "__main__":
    sys.exit(main())
