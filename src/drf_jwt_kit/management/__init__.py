"""How is a project operated from a shell? With ``manage.py jwtkit``."""
