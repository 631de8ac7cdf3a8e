"""Migrates and serves the project that DJANGO_SETTINGS_MODULE names, on a free port.

The port is printed. The argument is Python, which is run first: it makes users.
"""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application


class Quiet(WSGIRequestHandler):
    """Logs no request."""

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    application = get_wsgi_application()
    call_command("migrate", verbosity=0, skip_checks=True)
    exec(sys.argv[1])  # noqa: S102
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()
