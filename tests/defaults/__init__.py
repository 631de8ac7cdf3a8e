"""A project that sets everything for all its views: see tests/test_defaults.py."""
