"""Packages that log users in, or read tokens of their own: see tests/test_beside.py."""
