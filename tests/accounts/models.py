import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class MemberManager(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().filter(hidden=False)

    def create_user(self, email, password):
        member = self.model(email=email)
        member.set_password(password)
        member.save()
        return member


class Member(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    hidden = models.BooleanField(default=False)

    @property
    def is_staff(self):
        return self.is_superuser

    USERNAME_FIELD = "email"
    objects = MemberManager()
