"""The words after ``manage.py jwtkit``: each is a module here, with the same three things.

``HELP`` is one sentence. ``add_arguments(parser)`` declares what may follow, and sets a default
``run``, which is called with the command, for its ``stdout``, ``stderr`` and ``style``, and with
the options. ``run`` raises CommandError for what cannot be done.
"""
