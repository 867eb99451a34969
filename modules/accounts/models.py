"""People, their roles, and who was invited."""

from datetime import datetime
from secrets import token_hex
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
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from modules.accounts.choices import InvitationState
from modules.accounts.managers import UserManager, fold_email


def new_round() -> str:
    """Names one sending of an invitation: a new one makes the links before it worthless."""
    return token_hex(8)


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
    manager = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("manager"),
        help_text=_("Gets what a workflow gives to this person's manager."),
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May open the console."))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("May sign in."))
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    pseudonymised_at = models.DateTimeField(_("personal data removed"), null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    hidden_fields = frozenset({"password"})
    fixed_fields = frozenset({"last_login", "date_joined", "is_superuser", "is_active", "user_permissions"})

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        permissions = (
            ("pseudonymise_user", _("remove the personal data")),
            ("reset_mfa", _("reset the two-step sign-in")),
            ("view_as", _("see the pages as somebody else")),
        )
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="accounts_user_email_unique",
                violation_error_message=_("There is already an account with this e-mail address."),
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")) & ~Q(email=""), name="accounts_user_email_folded"),
            models.CheckConstraint(
                condition=Q(pseudonymised_at__isnull=True) | Q(is_active=False, is_staff=False, name=""),
                name="accounts_user_removed_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=models.F("id")),
                name="accounts_user_manager_is_somebody_else",
                violation_error_message=_("Nobody is their own manager."),
            ),
        ]
        indexes = [
            models.Index(fields=["-date_joined", "-id"], name="accounts_user_newest"),
            models.Index(fields=["name"], name="accounts_user_name"),
        ]

    def __str__(self) -> str:
        if self.pseudonymised_at is not None:
            return gettext("Removed person {number}").format(number=self.pk)
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

    @property
    def words(self) -> str:
        """The title in the reader's language; the firm's own roles are called what somebody typed."""
        return self.title if self.key.startswith("local.") else gettext(self.title)


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


class Invitation(models.Model):
    """An address that was asked to join the staff. The link in its mail holds while `round` is the newest."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True, default="")
    language = models.CharField(_("language"), max_length=12, help_text=_("The mail is written in it."))
    is_staff = models.BooleanField(_("staff"), default=True, help_text=_("May open the console."))
    roles = models.ManyToManyField(Role, related_name="+", blank=True, verbose_name=_("roles"))
    round = models.CharField(_("round"), max_length=16, default=new_round, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("invited"))
    sent_at = models.DateTimeField(_("last sent"))
    expires_at = models.DateTimeField(_("holds until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    hidden_fields = frozenset({"round"})

    class Meta:
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="accounts_invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")) & ~Q(email=""), name="accounts_invitation_email_folded"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="accounts_invitation_ends_one_way",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="accounts_invitation_accepted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="accounts_invitation_newest"),
            models.Index(fields=["email"], name="accounts_invitation_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def state_at(self, at: datetime) -> InvitationState:
        """What became of it."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.OPEN if at < self.expires_at else InvitationState.EXPIRED


class RecoveryCode(models.Model):
    """A way in without the phone, once. Only its hash is kept; it ends with the authenticator it stands in for."""

    authenticator = models.ForeignKey(
        "mfa.Authenticator", models.CASCADE, related_name="recovery_codes", verbose_name=_("authenticator")
    )
    digest = models.CharField(_("hash"), max_length=64)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("recovery code"), _("recovery codes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["authenticator", "digest"], name="accounts_recoverycode_once"),
        ]

    def __str__(self) -> str:
        return f"…{self.digest[-4:]}"
