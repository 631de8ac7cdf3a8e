"""What an operator sees, in a project that is watched: see tests/test_operations.py."""
