"""What is shown about money on the page of any record."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string

from modules.billing.selectors.payments import invoice_of, payments_of
from modules.core.slots import fill


@fill("console.record.below", order=30)
def payments_panel(request: HttpRequest, record: Model | None = None, **facts: Any) -> str | None:
    """The record's payments with their refunds, and its invoice, for those who may see payments."""
    user = getattr(request, "user", None)
    if record is None or not isinstance(record.pk, int) or user is None or not user.has_perm("billing.view_payment"):
        return None
    payments, invoice = list(payments_of(record)), invoice_of(record)
    if not payments and invoice is None:
        return None
    context = {"payments": payments, "invoice": invoice}
    return render_to_string("billing/partials/_record_payments.html", context, request=request)
