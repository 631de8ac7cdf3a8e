"""Databases of several machines, and what stands before them, on one: for ``make long``.

galera.py      three MariaDB nodes in a cluster
pgbouncer.py   PgBouncer in transaction mode
replica.py     a PostgreSQL replica that is seconds behind
sites.py       a site at each node; routers.py, those of a project with a replica
conftest.py    all of it, as fixtures; they are left out where their packages are missing
"""
