"""A second service, with a program of its own: it takes the shop's tokens and asks nobody."""
