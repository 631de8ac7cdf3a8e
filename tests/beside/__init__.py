"""Other packages that log users in, or read their tokens, in one project: see tests/test_beside.py."""
