"""Which subcommands may follow ``manage.py jwtkit``? Each is a module here.

``HELP`` is one sentence. ``add_arguments(parser)`` declares the arguments and sets the default
``run``, which is called with the command, for its ``stdout``, ``stderr`` and ``style``, and
with the options. ``run`` raises CommandError for what cannot be done.
"""
