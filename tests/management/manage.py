"""The manage.py of a project in a process of its own. Ctrl-C reaches it as in a terminal."""

import signal
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    # Whatever is run in the background, these tests for one, hands down that it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    execute_from_command_line(["manage.py", *sys.argv[1:]])
