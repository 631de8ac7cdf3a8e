"""How do other packages support this one? Each module needs its package to be installed."""
