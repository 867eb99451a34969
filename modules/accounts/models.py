"""People."""

from typing import ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, Permission, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from modules.accounts.managers import UserManager, fold_email


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in: customer, staff, owner. Known by the e-mail address, in lower case."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True, default="")
    language = models.CharField(
        _("language"), max_length=12, blank=True, default="", help_text=_("Empty: the language of the browser.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Empty: the zone of the business."),
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May open the console."))
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Take this away instead of deleting an account; sessions end at once.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    hidden_fields = frozenset({"password"})
    fixed_fields = frozenset({"last_login", "date_joined", "is_superuser", "user_permissions"})

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="accounts_user_email_unique",
                violation_error_message=_("There is already an account with this e-mail address."),
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")) & ~Q(email=""), name="accounts_user_email_folded"),
        ]
        indexes = [
            models.Index(fields=["-date_joined", "-id"], name="accounts_user_newest"),
            models.Index(fields=["name"], name="accounts_user_name"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = fold_email(self.email)
        if self.time_zone and self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": _("Choose a time zone of the list, such as Europe/Madrid.")})

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] or self.email.split("@")[0]

    @property
    def zone(self) -> str:
        """The zone in which this person reads times."""
        return self.time_zone or settings.BUSINESS_TIME_ZONE


class Role(models.Model):
    """A group of permissions with a key from a manifest (`films.clerk`), or made here by the owner (`local.…`)."""

    group = models.OneToOneField(Group, models.CASCADE, related_name="role", verbose_name=_("group"))
    key = models.CharField(_("key"), max_length=80)
    title = models.CharField(_("title"), max_length=120)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("role"), _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="accounts_role_key_unique",
                violation_error_message=_("There is already a role with this key."),
            ),
            models.CheckConstraint(condition=~Q(key=""), name="accounts_role_key_given"),
        ]

    def __str__(self) -> str:
        return self.title


class RoleOverride(models.Model):
    """What this installation changed in a role: it survives when an upgrade changes the manifest's defaults."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="overrides", verbose_name=_("role"))
    permission = models.ForeignKey(Permission, models.CASCADE, related_name="+", verbose_name=_("permission"))
    is_granted = models.BooleanField(_("granted"), help_text=_("Added here; otherwise taken away here."))

    class Meta:
        verbose_name, verbose_name_plural = _("local change of a role"), _("local changes of roles")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["role", "permission"], name="accounts_roleoverride_once"),
        ]

    def __str__(self) -> str:
        return f"{'+' if self.is_granted else '-'} {self.permission}"
