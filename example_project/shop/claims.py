"""What do access tokens say about a user? Named by CLAIMS_SERIALIZER in the settings."""

from rest_framework import serializers

from drf_jwt_kit.tokens import ProfileClaims


class ShopClaims(ProfileClaims):
    """``username``, ``roles`` and ``email`` from ProfileClaims, and two of our own.

    Computed at login and at every refresh. Anyone who holds a token can read them: put
    nothing here that the user may not see.
    """

    # null for a user who is no customer
    tier = serializers.CharField(source="customer.tier")
    locale = serializers.CharField(source="customer.locale")
