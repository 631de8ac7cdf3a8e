"""Projects that stand on Simple JWT move here, with users logged in.

``projects/`` has three, laid out as public ones are. Each test module copies one, serves it as it
is, logs users in over HTTP, asks ``jwtkit migrate``, writes exactly what that has printed, migrates
the same database, and serves it again: see ``site.py``.
"""
