"""What happened to the money of a record, for its timeline in the console."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.billing.choices import PaymentState, RefundOrigin, RefundState
from modules.billing.models import CreditNote, Invoice, Payment, Refund
from modules.billing.selectors.payments import invoice_of, payments_of
from modules.billing.selectors.refunds import refunds_of
from modules.console.api import record_address
from modules.core.moments import babel_locale
from modules.core.money import Money
from modules.core.timeline import NEWEST, TimelineItem, timeline_source


@timeline_source("money", gettext_lazy("Money"), icon="banknotes", order=20)
def money_of(request: HttpRequest, record: Any) -> Iterator[TimelineItem]:
    """Payments, refunds, invoice and credit notes; four queries."""
    if not request.user.has_perm("billing.view_payment"):
        return
    for payment in payments_of(record).reverse()[:NEWEST]:
        yield from _payment(payment)
    for refund in refunds_of(record)[:NEWEST]:
        yield from _refund(refund)
    invoice = invoice_of(record)
    if invoice is not None:
        yield _document(invoice, _("Invoice {number}"))
        for note in invoice.credit_notes.all():
            yield _document(note, _("Credit note {number}"))


def _payment(payment: Payment) -> Iterator[TimelineItem]:
    yield _item(payment, payment.created_at, _("{amount} asked for"), payment.amount)
    if payment.settled_at is not None:
        yield _item(payment, payment.settled_at, _("{amount} paid"), payment.captured, tone="success")
    elif payment.state == PaymentState.FAILED:
        at = payment.checked_at or payment.created_at
        yield _item(payment, at, _("The payment of {amount} failed"), payment.amount, tone="danger", text=payment.error)


def _refund(refund: Refund) -> Iterator[TimelineItem]:
    """Asking and deciding; a declined one went nowhere."""
    asked = refund.request.asked_by if refund.request is not None else refund.actor
    who = "" if asked is None else asked.name or asked.email
    is_theirs = refund.origin == RefundOrigin.PROVIDER
    words = _("Refund of {amount} made at the provider") if is_theirs else _("Refund of {amount} asked for")
    yield _item(refund, refund.created_at, words, refund.amount, text=refund.reason, who=who)
    if refund.settled_at is not None:
        yield _item(refund, refund.settled_at, _("{amount} refunded"), refund.amount, tone="success")
    if refund.state == RefundState.FAILED and refund.failed_at is not None:
        words = _("The refund of {amount} failed")
        yield _item(refund, refund.failed_at, words, refund.amount, tone="danger", text=refund.error)


def _item(row: Payment | Refund, at: Any, words: str, amount: Money, **more: Any) -> TimelineItem:
    title = words.format(amount=amount.format(babel_locale()))
    icon = "credit-card" if isinstance(row, Payment) else "arrow-uturn-left"
    return TimelineItem(at=at, title=title, icon=icon, url=record_address(row), place=row.pk, **more)


def _document(document: Invoice | CreditNote, words: str) -> TimelineItem:
    return TimelineItem(
        at=document.issued_at,
        title=words.format(number=document.full_number),
        text=document.gross.format(babel_locale()),
        icon="document-text",
        url=record_address(document),
        place=document.pk,
    )
