"""The demonstration's project and users, where nobody has told the page their password."""

import os
import sys

from django.core.management import execute_from_command_line

sys.path.insert(0, ".")  # it is run in the example project's folder
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

if __name__ == "__main__":
    address = f"127.0.0.1:{os.environ['PORT']}"
    execute_from_command_line(["manage.py", "runserver", address, "--noreload"])
