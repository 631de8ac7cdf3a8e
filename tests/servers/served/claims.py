"""Claims that are ready when the client says: between the reading of a session and its writing."""

from drf_jwt_kit.tokens import ClaimsSerializer

from .holding import BEFORE_WRITE, hold


class UnhurriedClaims(ClaimsSerializer):
    """No claims, after the file that the request names has appeared."""

    def to_representation(self, instance):
        hold(self.context.get("request"), BEFORE_WRITE)
        return super().to_representation(instance)
