"""The doors of a project, one URLconf each."""
