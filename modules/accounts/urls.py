"""Addresses of the accounts: allauth's under `/account/`, ours beside them."""

from django.urls import include, path

from modules.accounts import views

_own = [
    path("account/profile/", views.profile, name="profile"),
    path("language/", views.language, name="language"),
    path("open/<str:token>/", views.open_link, name="open"),
]

urlpatterns = [
    path("", include((_own, "accounts"))),
    path("account/", include("allauth.account.urls")),
]
