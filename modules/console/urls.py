"""Addresses of the console."""

from django.contrib import admin
from django.urls import include, path

from modules.console import jobs

staff = admin.site.admin_view
pages = [
    path("jobs/", staff(jobs.job_list), name="jobs"),
    path("jobs/<int:pk>/", staff(jobs.job_detail), name="job"),
    path("jobs/<int:pk>/stop/", staff(jobs.job_stop), name="job_stop"),
    path("jobs/<int:pk>/resume/", staff(jobs.job_resume), name="job_resume"),
]

urlpatterns = [
    path("console/", include((pages, "console"))),
    path("console/", admin.site.urls),
]
