"""What other packages need to know of us; each module is imported only where its package is."""
