"""A project with a schema for each tenant, by django-tenants, and one signing key for all.

``tests/test_tenants.py`` runs what is here on a PostgreSQL server.
"""
