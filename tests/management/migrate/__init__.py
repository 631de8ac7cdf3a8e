"""What ``jwtkit migrate`` finds in a project, and what it says. ``tests/moving`` follows it."""
