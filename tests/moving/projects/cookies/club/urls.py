"""The addresses of the club, in a namespace, with decorators around its views."""

from api import views
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

tokens = [
    path("", csrf_exempt(views.CookieTokenObtainPairView.as_view()), name="login"),
    path("refresh/", views.CookieTokenRefreshView.as_view(), name="refresh"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
]
urlpatterns = [
    path("api/token/", include((tokens, "tokens"))),
    path("api/members/", views.MembersView.as_view()),
]
