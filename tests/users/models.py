"""Users in two tables, and proxies of them that each show their rows in a way of their own."""

import uuid
from contextvars import ContextVar
from datetime import datetime, timezone

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

tenant = ContextVar("tenant", default="ours")


class Words(models.CharField):
    """Stored with spaces between, and read as a list."""

    def from_db_value(self, value, expression, connection):
        return value.split()

    def get_prep_value(self, value):
        return " ".join(value)


class Finding(models.QuerySet):
    """Only adds names."""

    def of_team(self, word):
        return self.filter(words__contains=word)


class Getting(models.QuerySet):
    """Has a say in what ``get`` answers."""

    def get(self, *args, **kwargs):
        found = super().get(*args, **kwargs)
        found.was_got = True
        return found


class Fetching(models.QuerySet):
    def _fetch_all(self):
        super()._fetch_all()
        for one in self._result_cache:
            one.was_fetched = True


class OfTheTenant(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().filter(tenant=tenant.get())


class NotDeleted(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().filter(deleted=False)


class WithoutWords(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().defer("words")


class UsingWhatIsNotDeleted(BaseUserManager):
    def using(self, alias):
        return super().using(alias).filter(deleted=False)


class Person(models.Model):
    words = Words(max_length=50, default=list)
    data = models.JSONField(default=dict)
    number = models.UUIDField(default=uuid.uuid4)
    born_at = models.DateTimeField(null=True)
    balance = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    is_fine = models.BooleanField(default=True)

    def __str__(self):
        return str(self.pk)


class Member(AbstractBaseUser, Person):
    """What ``from_db`` adds, a request must find."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    tenant = models.CharField(max_length=10, default="ours")
    deleted = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    objects = BaseUserManager.from_queryset(Finding)()

    @classmethod
    def from_db(cls, db, field_names, values, **kwargs):
        loaded = super().from_db(db, field_names, values, **kwargs)
        loaded.was_loaded_from = db
        return loaded


class Another(Member):
    """A proxy, and nothing else."""

    class Meta:
        proxy = True


def _shown_by(name, manager):
    meta = type("Meta", (), {"proxy": True})
    members = {"objects": manager, "Meta": meta, "__module__": __name__}
    return type(name, (Member,), members)


OfOneTenant = _shown_by("OfOneTenant", OfTheTenant())
Kept = _shown_by("Kept", NotDeleted())
Light = _shown_by("Light", WithoutWords())
Used = _shown_by("Used", UsingWhatIsNotDeleted())
Got = _shown_by("Got", BaseUserManager.from_queryset(Getting)())
Fetched = _shown_by("Fetched", BaseUserManager.from_queryset(Fetching)())

OTHERS = (OfOneTenant, Kept, Light, Used, Got, Fetched)
"""Whose managers or querysets have a say."""


def make_member():
    member = Member(
        email="ada@example.com",
        words=["one", "two"],
        data={"a": [1, None]},
        born_at=datetime(1990, 5, 1, tzinfo=timezone.utc).replace(tzinfo=None),
        balance="12.50",
    )
    member.set_password("correct horse battery staple")
    member.save()
    return Member.objects.get(pk=member.pk)
