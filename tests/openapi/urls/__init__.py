"""Projects with nothing but what we bring."""
