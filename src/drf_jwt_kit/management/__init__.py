"""``manage.py jwtkit``: how a project is looked after from a shell."""
