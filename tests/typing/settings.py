"""The settings of the shop."""

SECRET_KEY = "the shop's own secret key, long enough to sign tokens with"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "drf_jwt_kit",
    "tests.typing.shop",
]
AUTH_USER_MODEL = "shop.User"
ROOT_URLCONF = "tests.typing.shop.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tests.typing.shop.authentication.ShopAuthentication"]
}
DRF_JWT_KIT = {
    "CLAIMS_SERIALIZER": "tests.typing.shop.serializers.ShopClaims",
    "SESSION_LIMITS": "tests.typing.shop.logins.session_limits",
}
SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": "tests.typing.shop.serializers.ShopObtainSerializer"}
