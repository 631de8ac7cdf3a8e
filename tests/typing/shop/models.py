"""Whoever buys something."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    @property
    def roles(self) -> list[str]:
        return ["buyer", "staff"] if self.is_staff else ["buyer"]
