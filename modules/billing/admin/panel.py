"""What is shown about money beside any record in the console."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from modules.billing.models import Invoice, Payment
from modules.billing.selectors.payments import invoice_of, payments_of
from modules.billing.selectors.refunds import refunds_of
from modules.console.api import record_address
from modules.core.audit import record_type
from modules.core.fields import shop_currency
from modules.core.money import total
from modules.core.slots import fill

NEWEST = 20


@dataclass(frozen=True)
class Paper:
    """An invoice or credit note, and where its file is."""

    title: str
    url: str
    pdf_url: str


@fill("console.record.side", order=30)
def payments_panel(request: HttpRequest, record: Model | None = None, **facts: Any) -> str | None:
    """The record's payments with their refunds and documents, for those who may see payments."""
    user = getattr(request, "user", None)
    if record is None or not isinstance(record.pk, int) or user is None or not user.has_perm("billing.view_payment"):
        return None
    payments, invoice = list(payments_of(record)), invoice_of(record)
    if not payments and invoice is None:
        return None
    sums = _sums(payments)
    may_ask = bool(sums["left"]) and user.has_perm("billing.ask_refund")
    context = {
        **sums,
        "payments": payments,
        "refunds": refunds_of(record)[:NEWEST] if payments else [],
        "documents": list(_papers(invoice)) if invoice else [],
        "ask_url": reverse("billing:ask_refund", args=[record_type(record), record.pk]) if may_ask else "",
    }
    return render_to_string("billing/console/_side.html", context, request=request)


def _sums(payments: Sequence[Payment]) -> dict[str, Any]:
    currency = payments[0].currency if payments else shop_currency()
    names = {"captured": "captured", "refunded": "refunded", "refunding": "refunding", "left": "refundable"}
    return {name: total((getattr(payment, field) for payment in payments), currency) for name, field in names.items()}


def _papers(invoice: Invoice) -> Iterator[Paper]:
    title = _("Invoice {number}").format(number=invoice.full_number)
    yield Paper(title, record_address(invoice), invoice.get_pdf_url())
    for note in invoice.credit_notes.all():
        title = _("Credit note {number}").format(number=note.full_number)
        yield Paper(title, record_address(note), note.get_pdf_url())
