"""Where are these sessions? One random row, which no other database has made.

``sessions.place`` makes it where it is missing, and says what a token of this place has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.db import models

from .session import new_secret

if TYPE_CHECKING:
    _Text: TypeAlias = models.CharField[str, str]


class Place(models.Model):
    """The place that holds the sessions of this database or schema.

    If there are several rows, because two processes have made one at a time, the latest counts. No
    row has a fixed key: whoever made it second would wait for the transaction of the first.
    """

    value: _Text = models.CharField(max_length=43, default=new_secret, editable=False)

    def __str__(self) -> str:
        return str(self.pk)
