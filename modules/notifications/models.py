"""What was told to whom, by which way, and what left the house."""

from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.notifications.choices import Channel, DeliveryState


class Notification(models.Model):
    """One message to one recipient, in the words it had when it was told: later changes of a template change no past.

    The recipient is an account, or only an address (a guest). For accounts `email` may be empty or differ from the
    account's own: it is where this message goes.
    """

    public_id = models.UUIDField(_("id in addresses"), default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("person"),
    )
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    message = models.CharField(_("message"), max_length=80)
    category = models.CharField(_("category"), max_length=40, blank=True, default="")
    record_type = models.CharField(_("record type"), max_length=80)
    record_id = models.BigIntegerField(_("record"))
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True, default="")
    url = models.CharField(_("leads to"), max_length=500, blank=True, default="")
    is_in_inbox = models.BooleanField(_("in the inbox"), default=False)
    dedupe_key = models.CharField(_("key"), max_length=200)
    why = models.CharField(_("why this person"), max_length=200, blank=True, default="")
    wording = models.CharField(_("version of the wording"), max_length=12, blank=True, default="")
    """A fingerprint of the templates that the words were made of."""
    created_at = models.DateTimeField(_("told"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("notification"), _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key", "user"],
                condition=Q(user__isnull=False),
                name="notifications_notification_person_once",
            ),
            models.UniqueConstraint(
                fields=["dedupe_key", "email"],
                condition=Q(user__isnull=True),
                name="notifications_notification_address_once",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(email=""), name="notifications_notification_has_recipient"
            ),
            models.CheckConstraint(
                condition=Q(is_in_inbox=False) | Q(user__isnull=False),
                name="notifications_notification_inbox_has_owner",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="notifications_newest"),
            models.Index(fields=["user", "-id"], name="notifications_inbox", condition=Q(is_in_inbox=True)),
            models.Index(
                fields=["user", "-id"],
                name="notifications_unread",
                condition=Q(is_in_inbox=True, read_at__isnull=True),
            ),
            models.Index(fields=["record_type", "record_id", "-id"], name="notifications_of_record"),
            models.Index(fields=["email"], name="notifications_email"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def recipient(self) -> str:
        """Who was told, in words."""
        return self.email or str(self.user)


class Delivery(models.Model):
    """One way by which a notification reaches its recipient; a mail's text lies here only until it has left."""

    public_id = models.UUIDField(_("id of the mail"), default=uuid4, unique=True, editable=False)
    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="deliveries", verbose_name=_("notification")
    )
    channel = models.CharField(_("way"), max_length=10, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    provider_id = models.CharField(_("Message-ID"), max_length=250, blank=True, default="")
    error = models.TextField(_("why not"), blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    html = models.TextField(_("HTML"), blank=True, default="")
    created_at = models.DateTimeField(_("asked for"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("delivery"), _("deliveries")
        permissions = [("resend_delivery", _("Can send a failed delivery again"))]
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="notifications_delivery_channel_once"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notifications_delivery_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="notifications_delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True)),
                name="notifications_delivery_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DeliveryState.FAILED, DeliveryState.SUPPRESSED]) | ~Q(error=""),
                name="notifications_delivery_failure_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="notifications_delivery_newest"),
            models.Index(fields=["state", "-id"], name="notifications_delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.notification}"

    @property
    def key(self) -> str:
        """The idempotency key of the mail's outbox row; its Message-ID is made of the same id."""
        return f"notifications.mail:{self.public_id}"


class Preference(models.Model):
    """Somebody does, or does not, want a category of messages by a way. Without a row it is told."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    """Of a guest, in lower case; empty for an account."""
    category = models.CharField(_("category"), max_length=40)
    channel = models.CharField(_("way"), max_length=10, choices=Channel)
    is_wanted = models.BooleanField(_("wanted"))
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name, verbose_name_plural = _("preference"), _("preferences")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "category", "channel"],
                condition=Q(user__isnull=False),
                name="notifications_preference_person_once",
            ),
            models.UniqueConstraint(
                fields=["email", "category", "channel"],
                condition=Q(user__isnull=True),
                name="notifications_preference_address_once",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, email="") | (Q(user__isnull=True) & ~Q(email="")),
                name="notifications_preference_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notifications_preference_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.email}: {self.category}, {self.get_channel_display()}"


class SentMail(models.Model):
    """A mail as it left, kept for some weeks. Nothing hangs on it; the deliveries tell what became of each message."""

    public_id = models.UUIDField(_("id in addresses"), default=uuid4, unique=True, editable=False)
    message_id = models.CharField(_("Message-ID"), max_length=250, unique=True)
    to = models.TextField(_("to"))
    subject = models.TextField(_("subject"))
    text = models.TextField(_("text"), blank=True, default="")
    html = models.TextField(_("HTML"), blank=True, default="")
    headers = models.JSONField(_("headers"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name, verbose_name_plural = _("sent mail"), _("sent mail")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=~Q(message_id=""), name="notifications_sentmail_has_message_id"),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="notifications_sentmail_newest")]

    def __str__(self) -> str:
        return f"{self.subject} ({self.to})"
