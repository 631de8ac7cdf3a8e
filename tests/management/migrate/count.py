"""A script: prints what is said of Simple JWT's tokens in each database of ``counting``."""

import json
from datetime import timedelta

import django
from django.core.management import call_command
from django.utils.timezone import now


def make_tokens():
    """Two live ones of one user, one of nobody, one that has expired, one on the blacklist."""
    from django.contrib.auth import get_user_model
    from rest_framework_simplejwt.token_blacklist import models

    user = get_user_model()(email="ada@example.com")
    user.save(using="tokens")
    rows = models.OutstandingToken.objects.using("tokens")
    for name, days, whose in [
        ("one", 5, user.pk),
        ("two", 400, user.pk),
        ("nobody's", 1, None),
        ("old", -1, user.pk),
        ("out", 3, user.pk),
    ]:
        rows.create(jti=name, user_id=whose, token="", expires_at=now() + timedelta(days=days))
    out = models.OutstandingToken.objects.using("tokens").get(jti="out")
    models.BlacklistedToken.objects.using("tokens").create(token_id=out.pk)


def told():
    """What is said in each database."""
    from drf_jwt_kit.management.subcommands.migrate.outstanding import outstanding

    from .counting import DATABASES, Router

    for alias in DATABASES:
        Router.alias = alias
        yield alias, outstanding()


if __name__ == "__main__":
    django.setup()
    call_command("migrate", database="tokens", run_syncdb=True, verbosity=0, skip_checks=True)
    make_tokens()
    print(json.dumps(dict(told()), default=str))
