from django.urls import include, path

inner = ([path("auth/", include("drf_jwt_kit.urls.cookie"))], "api")
urlpatterns = [path("<slug:tenant>/", include(inner))]
