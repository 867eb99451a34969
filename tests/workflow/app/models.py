"""A parcel from order to arrival."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from modules.core.fields import MoneyField
from modules.workflow.api import WorkflowRecord


class ParcelState(models.TextChoices):
    ORDERED = "ordered", "Ordered"
    PACKED = "packed", "Packed"
    INSPECTED = "inspected", "Inspected"
    SENT = "sent", "Sent"
    LOST = "lost", "Lost"
    ARRIVED = "arrived", "Arrived"
    CANCELLED = "cancelled", "Cancelled"


class Parcel(WorkflowRecord):
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    packer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    weight = models.PositiveIntegerField(default=0)
    price = MoneyField(default=0)
    is_fragile = models.BooleanField(default=False)
    labels = models.JSONField(default=list)
    packed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ParcelState.values), name="parcels_parcel_state_known")
        ]

    def __str__(self) -> str:
        return f"Parcel {self.pk}"


class LetterState(models.TextChoices):
    WRITTEN = "written", "Written"
    POSTED = "posted", "Posted"
    WEIGHED = "weighed", "Weighed"
    GONE = "gone", "Gone"


class Letter(WorkflowRecord):
    """The smallest record worth measuring."""

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    weight = models.PositiveIntegerField(default=0)


class Knot(WorkflowRecord):
    """A record whose workflow is made up by the tests."""


class SlipState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ASKED = "asked", "Asked"
    APPROVED = "approved", "Approved"
    PAID = "paid", "Paid"
    DECLINED = "declined", "Declined"


class Slip(WorkflowRecord):
    """A refund slip: somebody asks, somebody else approves, and a step may be taken back."""

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    amount = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    promised_on = models.DateField(null=True)


class Stamp(models.Model):
    """What effects of the tests write: one row for each run of an effect."""

    record_id = models.BigIntegerField()
    key = models.CharField(max_length=200, unique=True)
    word = models.CharField(max_length=40, default="")

    def __str__(self) -> str:
        return self.key


from tests.workflow.app.voyages import Branch, Stage, Ticket, Voyage  # noqa: E402, F401 - models are found here
