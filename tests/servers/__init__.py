"""Real databases, and a project that real worker processes serve from them.

address.py     where each server is: a URL that was given, or one that we start
process.py     a server that is ours: start, stop, restart
postgresql.py  mariadb.py  redis.py
fleet.py       the servers of this run, and why one is left out
database.py    an empty database for a test module
site.py        gunicorn with several workers on such a database
client.py      the suite's client, over a real connection
events.py      what the workers logged
fixtures.py    all of it, as fixtures
served/        the project that is served
"""
