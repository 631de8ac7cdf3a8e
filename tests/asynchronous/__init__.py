"""Async views and sockets, in a project of their own: see tests/test_async.py."""
