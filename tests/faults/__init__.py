"""Workers that are killed, connections that are cut, and databases that restart, for real."""
