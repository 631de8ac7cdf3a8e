"""django-axes beside us, in a project of its own: see tests/test_axes.py."""
