"""What an attacker would like to change."""

from django.conf import settings
from django.db import models


class Order(models.Model):
    """Something that somebody has ordered."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        app_label = "served"

    def __str__(self):
        return f"order {self.pk}"
