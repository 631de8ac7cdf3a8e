"""The same for browsers: ``include("drf_jwt_kit.urls.cookie_without_login")``."""

from . import cookie
from .without_login import WITH_PASSWORD

app_name = cookie.app_name
urlpatterns = [one for one in cookie.urlpatterns if one.name not in WITH_PASSWORD]
