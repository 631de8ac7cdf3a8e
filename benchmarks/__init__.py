"""What the package costs: `make bench` beside Simple JWT, `make bench-scale` with many sessions."""
