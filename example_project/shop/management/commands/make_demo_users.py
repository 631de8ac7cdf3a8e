"""Makes the users of the demonstration: ``python manage.py make_demo_users --password …``."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.models import Customer


class Command(BaseCommand):
    """Alice is a manager and a gold customer; Bob is neither. Olive runs the shop's computers."""

    help = "Make the users alice, bob and olive, or give them back what they had."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("These users' password is public. Make them in development only.")
        alice = self._user("alice", options["password"])
        bob = self._user("bob", options["password"])
        managers, _ = Group.objects.get_or_create(name="managers")
        alice.groups.set([managers])
        bob.groups.clear()
        olive = self._user("olive", options["password"])
        if not olive.is_superuser:
            olive.is_staff = olive.is_superuser = True
            olive.save(update_fields=["is_staff", "is_superuser"])
        profile = {"tier": Customer.Tier.GOLD, "locale": "en-GB"}
        Customer.objects.update_or_create(user=alice, defaults=profile)

    def _user(self, username: str, password: str) -> Any:
        email = f"{username}@example.com"
        user, created = get_user_model().objects.get_or_create(
            username=username, defaults={"email": email}
        )
        # Hashing the same password anew would end the sessions of the last run.
        if created or not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        return user
