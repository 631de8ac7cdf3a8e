"""What a production server loads: ``config.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A server that was told nothing is taken for production: it then asks for its secrets,
# instead of running with the public ones of development.
os.environ.setdefault("DJANGO_ENV", "production")

application = get_wsgi_application()
