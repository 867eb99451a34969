"""How accounts are made and found."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.hashers import make_password

if TYPE_CHECKING:
    from modules.accounts.models import User


def fold_email(email: str) -> str:
    """The one spelling of an address: without surrounding space, in lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes users by address; there are no user names."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return fold_email(email or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save a user; without a password the account can only be entered by code."""
        if not fold_email(email):
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=fold_email(email), **fields)
        user.password = make_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The first person of an installation (`manage.py createsuperuser`): may do everything."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=fold_email(username or ""))
