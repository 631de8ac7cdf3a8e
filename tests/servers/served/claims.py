"""Claims that take as long as the client says, so that requests overlap in a known place."""

import time

from drf_jwt_kit.tokens import ClaimsSerializer


class UnhurriedClaims(ClaimsSerializer):
    """No claims, after ``X-Pause`` seconds: between reading a session and writing it."""

    def to_representation(self, instance):
        request = self.context.get("request")
        time.sleep(float(request.headers.get("X-Pause", 0)) if request is not None else 0)
        return super().to_representation(instance)
