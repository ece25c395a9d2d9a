"""Addresses of the example."""

from django.urls import path

from django_app import views

urlpatterns = [
    path("appeals/", views.post),
    path("appeals/<str:number>/due", views.due),
]
