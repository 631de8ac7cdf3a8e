"""The benchmark runs, counts right, and fails over budget. No test asserts a time."""
