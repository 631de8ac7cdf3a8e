"""Which URLs are there where another package logs users in? All but that with the password.

``include("drf_jwt_kit.urls.without_login")``.
"""

from . import urlpatterns as with_login

urlpatterns = [one for one in with_login if one.name != "token_obtain_pair"]
