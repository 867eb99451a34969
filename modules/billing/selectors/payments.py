"""Reading payments."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import F, QuerySet, Sum

from modules.billing.choices import PaymentState
from modules.billing.models import Invoice, Payment
from modules.billing.subjects import reference
from modules.core.fields import shop_currency
from modules.core.money import Money


def captured_by_subject(record_type: str, ids: Iterable[int]) -> dict[int, Money]:
    """What was paid for each record and is ours to keep: captured, less refunds made and under way. Every id is in the
    answer. One query. A record is paid in one currency; the shop's where nothing was paid."""
    wanted = list(ids)
    paid = Payment.objects.filter(
        subject_type=record_type, subject_id__in=wanted, state=PaymentState.SETTLED
    ).values_list("subject_id", "currency")
    sums = paid.annotate(
        kept=Sum(F("captured") - F("refunded") - F("refunding"), output_field=models.BigIntegerField())
    )
    found = {pk: Money(int(kept), currency) for pk, currency, kept in sums}
    return {pk: found.get(pk, Money(0, shop_currency())) for pk in wanted}


def payments_of(subject: models.Model) -> QuerySet[Payment]:
    """A record's payments with their refunds, oldest first."""
    kind, pk = reference(subject)
    return Payment.objects.filter(subject_type=kind, subject_id=pk).prefetch_related("refunds").order_by("pk")


def payment_by_public(public: UUID) -> Payment | None:
    return Payment.objects.filter(public=public).first()


def invoice_of(subject: models.Model) -> Invoice | None:
    kind, pk = reference(subject)
    return Invoice.objects.filter(subject_type=kind, subject_id=pk).prefetch_related("credit_notes").first()
