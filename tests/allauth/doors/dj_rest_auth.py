from django.urls import include, path

urlpatterns = [path("auth/", include("drf_jwt_kit.contrib.dj_rest_auth.urls"))]
