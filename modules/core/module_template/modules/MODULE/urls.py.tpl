"""Addresses made by hand; list and record page come from `pages.py`."""

from django.urls import path

from modules.${module} import views

app_name = "${module}"

urlpatterns = [path("${path}/new/", views.${record}_new, name="${record}_new")]
