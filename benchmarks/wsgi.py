"""What gunicorn serves under load: all sides, in the same processes."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
