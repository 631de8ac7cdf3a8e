"""What the shop knows about a user."""

from django.conf import settings
from django.db import models


class Customer(models.Model):
    """A user as a customer. Not every user is one."""

    class Tier(models.TextChoices):
        BASIC = "basic"
        GOLD = "gold"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="customer"
    )
    tier = models.CharField(max_length=10, choices=Tier.choices, default=Tier.BASIC)
    locale = models.CharField(max_length=16, default="en")

    def __str__(self) -> str:
        return f"{self.user} ({self.tier})"
