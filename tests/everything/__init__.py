"""A project with everything at once: see tests/test_everything.py."""
