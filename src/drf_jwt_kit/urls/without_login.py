"""Which URLs are there where another package logs users in? All but those with the password.

``include("drf_jwt_kit.urls.without_login")``.
"""

from . import urlpatterns as with_login

WITH_PASSWORD = ("token_obtain_pair", "token_reauthenticate")
urlpatterns = [one for one in with_login if one.name not in WITH_PASSWORD]
