"""What may still be refunded of a record, by whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import QuerySet, Sum

from modules.billing.choices import RESERVING, PaymentState, RefundRequestState
from modules.billing.models import CreditNoteLine, Invoice, Payment, Refund, RefundAllowance, RefundRequest
from modules.billing.registries import RefundableLine, refundable_lines
from modules.billing.subjects import reference
from modules.core.actors import Actor
from modules.core.fields import shop_currency
from modules.core.money import Money, total


def refundable_of(subject: models.Model) -> Money:
    """What was paid for a record and is neither refunded nor about to be."""
    kind, pk = reference(subject)
    paid = list(Payment.objects.filter(subject_type=kind, subject_id=pk, state=PaymentState.SETTLED))
    return total((payment.refundable for payment in paid), paid[0].currency if paid else shop_currency())


def lines_to_refund(subject: models.Model) -> Sequence[RefundableLine]:
    """The lines of which pieces may still be refunded: as the record's module says, else those of the invoice."""
    kind, pk = reference(subject)
    offered = refundable_lines.get(kind)
    return offered(pk) if offered is not None else _lines_of_invoice(kind, pk)


def _lines_of_invoice(kind: str, pk: int) -> list[RefundableLine]:
    """What was invoiced, less what is credited and what refunds under way are for."""
    invoice = Invoice.objects.filter(subject_type=kind, subject_id=pk).first()
    if invoice is None:
        return []
    rows = CreditNoteLine.objects.filter(note__invoice=invoice).values_list("invoice_line").annotate(Sum("gross"))
    credited = {line: int(gross) for line, gross in rows}
    waiting = _pieces_under_way(kind, pk)
    found = []
    for line in invoice.lines.order_by("position"):
        rest = line.gross.minor - credited.get(line.pk, 0)
        quantity = (rest // line.unit_gross.minor if line.unit_gross else 0) - waiting[line.position]
        if quantity > 0:
            found.append(RefundableLine(line.position, line.description, quantity, line.unit_gross))
    return found


def _pieces_under_way(kind: str, pk: int) -> Counter[int]:
    waiting: Counter[int] = Counter()
    refunds = Refund.objects.filter(payment__subject_type=kind, payment__subject_id=pk, state__in=RESERVING)
    for lines in refunds.values_list("lines", flat=True):
        for position, quantity in lines:
            waiting[position] += quantity
    return waiting


@dataclass(frozen=True)
class Allowance:
    """How much somebody may let go without a second pair of eyes: at a time, and today still."""

    at_once: Money
    today: Money

    @property
    def now(self) -> Money:
        return min(self.at_once, self.today)


def allowance_of(actor: Actor, *, at: datetime) -> Allowance:
    """The limits of a person at a moment, in the shop's currency."""
    currency = shop_currency()
    day = at.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()
    known = RefundAllowance.objects.filter(person_id=actor.user_id, day=day, currency=currency).first()
    spent = known.spent.minor if known is not None else 0
    return Allowance(
        Money(settings.REFUND_LIMIT, currency), Money(max(settings.REFUND_DAILY_LIMIT - spent, 0), currency)
    )


def refunds_of(subject: models.Model) -> QuerySet[Refund]:
    """Every refund of a record's payments, newest first, with who asked for it."""
    kind, pk = reference(subject)
    about = Refund.objects.filter(payment__subject_type=kind, payment__subject_id=pk)
    return about.select_related("payment", "request__asked_by", "actor").order_by("-pk")


def requests_waiting() -> QuerySet[RefundRequest]:
    """Refunds that wait for a second pair of eyes, oldest first."""
    return RefundRequest.objects.filter(state=RefundRequestState.APPROVAL).order_by("asked_at", "pk")
