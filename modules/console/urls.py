"""Addresses of the console."""

from django.contrib import admin
from django.urls import include, path

from modules.console import jobs
from modules.console.imports import pages as import_pages
from modules.console.imports.problems import import_problems

staff = admin.site.admin_view
pages = [
    path("imports/", staff(import_pages.import_list), name="imports"),
    path("imports/new/<str:key>/", staff(import_pages.import_new), name="import_new"),
    path("imports/<int:pk>/", staff(import_pages.import_detail), name="import"),
    path("imports/<int:pk>/columns/", staff(import_pages.import_columns), name="import_columns"),
    path("imports/<int:pk>/start/", staff(import_pages.import_start), name="import_start"),
    path("imports/<int:pk>/stop/", staff(import_pages.import_stop), name="import_stop"),
    path("imports/<int:pk>/resume/", staff(import_pages.import_resume), name="import_resume"),
    path("imports/<int:pk>/undo/", staff(import_pages.import_undo), name="import_undo"),
    path("imports/<int:pk>/problems.csv", staff(import_problems), name="import_problems"),
    path("jobs/", staff(jobs.job_list), name="jobs"),
    path("jobs/<int:pk>/", staff(jobs.job_detail), name="job"),
    path("jobs/<int:pk>/stop/", staff(jobs.job_stop), name="job_stop"),
    path("jobs/<int:pk>/resume/", staff(jobs.job_resume), name="job_resume"),
]

urlpatterns = [
    path("console/", include((pages, "console"))),
    path("console/", admin.site.urls),
]
