"""Imports what the settings of no project decide, and runs each script in a copy of itself."""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import types

LIBRARIES = [
    "asyncio",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "django.contrib.admindocs.views",
    "django.contrib.auth.hashers",
    "django.contrib.postgres.fields",
    "django.contrib.staticfiles.handlers",
    "django.core.cache",
    "django.core.mail",
    "django.core.management.commands.runserver",
    "django.core.serializers.json",
    "django.core.servers.basehttp",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.forms",
    "django.middleware.csrf",
    "django.template.backends.django",
    "django.utils.translation.trans_real",
    "django.views.csrf",
    "django.views.debug",
    "django.views.generic",
    "http.server",
    "jwt",
    "psycopg",
    "requests",
    "rest_framework",
    "rest_framework_simplejwt",
    "sqlite3",
    "ua_parser",
    "uuid",
    "zoneinfo",
]


def next_order(listener):
    """What a client wants to be run, and its streams; in a new process each time."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _ = listener.accept()
        if not os.fork():
            break
        connection.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    listener.close()
    order, streams, *_ = socket.recv_fds(connection, 1 << 20, 3)
    script = os.fork()
    if script:
        for stream in streams:
            os.close(stream)
        see_to_its_end(script, connection)
    connection.close()
    return json.loads(order), streams


def see_to_its_end(script, connection):
    """Tell the client how it ends, and end it with the client."""
    ended = os.pidfd_open(script)
    ready, *_ = select.select([connection, ended], [], [])
    if ended not in ready:
        os.kill(script, signal.SIGTERM)
    _, status = os.waitpid(script, 0)
    with contextlib.suppress(OSError):  # the client is gone
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


for name in LIBRARIES:
    with contextlib.suppress(ImportError):  # an extra, which this environment may lack
        importlib.import_module(name)
gc.freeze()
order, streams = next_order(socket.socket(fileno=int(sys.argv[1])))
for number, stream in enumerate(streams):
    os.dup2(stream, number)
    os.close(stream)
os.chdir(order["folder"])
os.environ.clear()
os.environ.update(order["variables"])
sys.argv = order["argv"]
main = sys.modules["__main__"] = types.ModuleType("__main__")
main.__file__ = os.path.abspath(sys.argv[0])
sys.path[0] = os.path.dirname(main.__file__)
with open(main.__file__, "rb") as file:
    exec(compile(file.read(), main.__file__, "exec"), main.__dict__)  # noqa: S102
