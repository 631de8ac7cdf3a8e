"""``manage.py jwtkit``: what whoever runs the project does from a shell."""
