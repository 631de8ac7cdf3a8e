"""The project that real worker processes serve: the suite's, and what only a project can do."""
