"""Checking who signs in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

DEMO_DOMAIN = "@demo.test"
"""The demo's people live here. `.test` is reserved, so no real person ever does."""


def is_barred(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Whether this is one of the demo's people while the demo is off."""
    return not settings.DEMO and str(getattr(user, "email", "")).endswith(DEMO_DOMAIN)


class AddressBackend(AuthenticationBackend):
    """Address and password. The demo's people, whose password all the world knows, exist in the demo only."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Asked at each request too, so that a session of the demo ends with the demo."""
        return not is_barred(user) and bool(super().user_can_authenticate(user))

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        """Like a wrong password; the check runs all the same, or its time would tell."""
        checked: AbstractBaseUser | None = super()._check_password(user, password)
        if is_barred(user):
            self._stash_user(None)
            return None
        return checked
