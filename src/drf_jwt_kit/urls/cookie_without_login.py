"""The same for browsers: ``include("drf_jwt_kit.urls.cookie_without_login")``."""

from . import cookie

app_name = cookie.app_name
urlpatterns = [one for one in cookie.urlpatterns if one.name != "token_obtain_pair"]
