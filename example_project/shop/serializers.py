"""What the shop's views take."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from drf_jwt_kit.serializers import PasswordField


class ChangePasswordSerializer(serializers.Serializer):
    """The password of the user who asks, and the next one."""

    current_password = PasswordField()
    new_password = PasswordField()

    def validate_current_password(self, value: str) -> str:
        # A token alone must not be enough: a stolen one would lock its owner out.
        if not self.context["request"].user.check_password(value):
            raise serializers.ValidationError("This is not your current password.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            validate_password(attrs["new_password"], self.context["request"].user)
        except ValidationError as error:
            raise serializers.ValidationError({"new_password": error.messages}) from error
        return attrs
