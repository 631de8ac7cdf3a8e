"""Which address leads where."""

from django.urls import path

from . import views

urlpatterns = [
    path("stock/", views.StockView.as_view(), name="stock"),
    path("stock/reorder/", views.ReorderView.as_view(), name="reorder"),
]
