"""What the tour needs besides its story: a server, a client, a screen. Standard library only."""
