"""An issuer for each tenant."""

from django.db import connection


def of_the_tenant(request):
    """By the request, or else by the schema that a command is run for."""
    schema = connection.schema_name if request is None else request.tenant.schema_name
    return f"https://{schema}.test"
