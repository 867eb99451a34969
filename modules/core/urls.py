"""Addresses of the core: health, attached files."""

from django.urls import path

from modules.core import views

app_name = "core"

urlpatterns = [
    path("health/live", views.health_live, name="health_live"),
    path("health/ready", views.health_ready, name="health_ready"),
    path("files/<str:token>/", views.file, name="file"),
    path("health/version", views.health_version, name="health_version"),
]
