"""Addresses of the accounts: allauth's under `/account/`, ours beside them."""

from django.urls import include, path

from modules.accounts.views import joining, second_step
from modules.accounts.views import own as views

_own = [
    path("account/profile/", views.profile, name="profile"),
    path("account/2fa/recovery-codes/", second_step.recovery_codes, name="recovery_codes"),
    path("account/2fa/recovery-codes/file/", second_step.recovery_codes_file, name="recovery_codes_file"),
    path("account/view-as/stop/", views.stop_view_as, name="view_as_stop"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("language/", views.language, name="language"),
    path("open/<str:token>/", views.open_link, name="open"),
]

urlpatterns = [
    path("", include((_own, "accounts"))),
    path("account/2fa/totp/activate/", second_step.activate, name="mfa_activate_totp"),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/", include("allauth.account.urls")),
]
