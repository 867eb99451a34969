"""Asking a customer for money, and no longer asking.

The row with everything the call will say is committed first; then comes the one call to the provider that a request
makes, with little patience. Whatever happens to it, an outbox row tries again under the same key.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from modules.billing.choices import OPEN_STATES, PaymentPurpose, PaymentState, Provider
from modules.billing.errors import CardPaymentsUnavailable
from modules.billing.events import PaymentFailed
from modules.billing.gateways.base import Checkout, CheckoutOrder, CheckoutStatus, RefusedByProvider, Unreachable
from modules.billing.gateways.choice import (
    IN_BACKGROUND,
    IN_REQUEST,
    card_payments_available,
    gateway,
    provider_now,
)
from modules.billing.models import Payment
from modules.billing.services.announcing import announce
from modules.billing.services.settlement import settle
from modules.billing.subjects import lock, reference
from modules.core.actors import Actor
from modules.core.money import Money
from modules.core.once import once
from modules.core.outbox import send

logger = logging.getLogger(__name__)

CHECKOUT_LIFETIME = timedelta(minutes=60)
"""How long the provider's page stays open; at least 30 minutes from the call, so half of it is room for tries."""
FIRST_RETRY = timedelta(seconds=8)
"""When the outbox looks after the call of the request; longer than the request waits."""


@dataclass(frozen=True)
class PaymentPage:
    """Where to send the customer: `url` is the provider's page, or None while there is none."""

    payment: Payment
    url: str | None
    state: str

    @property
    def next_url(self) -> str:
        """The provider's page, or our own that says “pending” and leads on."""
        return self.url or self.payment.get_absolute_url()


def request_payment(
    *,
    subject: models.Model,
    amount: Money,
    back_to: str,
    cancel_to: str,
    description: str,
    actor: Actor,
    at: datetime,
    email: str = "",
    language: str = "",
    purpose: PaymentPurpose = PaymentPurpose.PURCHASE,
) -> PaymentPage:
    """Ask for the amount; must be called outside of a transaction, after the subject is committed.

    However often it is called, a subject has one open payment for each purpose: the same page is given again. A
    payment of another amount replaces it. `back_to` and `cancel_to` are paths of this site. Raises
    CardPaymentsUnavailable.
    """
    if not card_payments_available():
        raise CardPaymentsUnavailable
    payment = Payment(
        amount=amount,
        currency=amount.currency,
        purpose=purpose,
        description=description[:200],
        email=email,
        language=language,
        back_to=_path(back_to),
        cancel_to=_path(cancel_to),
        actor=actor.user,
    )
    payment.subject_type, payment.subject_id = reference(subject)
    payment = _store(payment, at=at)
    if payment.state == PaymentState.REQUESTED:
        payment = open_checkout(payment.pk, at=at, patience=IN_REQUEST)
    url = payment.checkout_url if payment.state == PaymentState.OPEN else None
    return PaymentPage(payment, url or None, payment.state)


def _path(url: str) -> str:
    """A mistake of the program otherwise: the customer must come back to this site."""
    if not url.startswith("/") or not url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        raise ValueError(f"not a path of this site: {url}")
    return url


def _store(wanted: Payment, *, at: datetime) -> Payment:
    """The payment as a committed row, or the one that stands already."""
    about: dict[str, Any] = {
        "subject_type": wanted.subject_type,
        "subject_id": wanted.subject_id,
        "purpose": wanted.purpose,
    }
    with transaction.atomic(durable=True), once(Payment, **about, state__in=OPEN_STATES) as first:
        lock(wanted.subject_type, wanted.subject_id)
        if first.found is not None:
            is_same = first.found.amount == wanted.amount and first.found.expires_at > at
            if is_same or first.found.state == PaymentState.PROCESSING:
                return first.found
            _close(first.found, at=at)
        paid = (
            Payment.objects.filter(**about, state=PaymentState.SETTLED, amount=wanted.amount.minor)
            .order_by("-pk")
            .first()
        )
        if paid is not None and paid.refundable == wanted.amount:
            return paid
        wanted.provider = provider_now()
        wanted.livemode = gateway(wanted.provider).livemode
        wanted.call_key = _call_key(wanted)
        wanted.created_at, wanted.expires_at = at, at + CHECKOUT_LIFETIME
        wanted.save(force_insert=True)
        _open_later(wanted, at=at, due_at=at + FIRST_RETRY)
    return wanted


def _call_key(payment: Payment) -> str:
    return f"payment:{payment.public}:{payment.attempt}"


def _open_later(payment: Payment, *, at: datetime, due_at: datetime) -> None:
    send(
        "billing.open_checkout", {"payment": payment.pk}, key=f"open:{payment.call_key}", at=at, due_at=due_at,
        record=payment,
    )  # fmt: skip


def open_checkout(payment_id: int, *, at: datetime, patience: float = IN_BACKGROUND) -> Payment:
    """Make the provider's page for a payment that has none. The payment stays `requested` when there is no answer."""
    waiting = Payment.objects.filter(pk=payment_id, state=PaymentState.REQUESTED)
    waiting.update(called_at=Coalesce("called_at", models.Value(at)))
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != PaymentState.REQUESTED:
        return payment
    try:
        checkout = gateway(payment.provider, patience=patience).open_checkout(order_of(payment))
    except Unreachable as error:
        _note_silence(payment, error, at=at)
    except RefusedByProvider as error:
        logger.error("the provider refused payment %s: %s", payment.public, error)  # noqa: TRY400 - no traceback wanted
        _give_up(payment, str(error), at=at)
    else:
        _keep_page(payment, checkout, at=at)
    payment.refresh_from_db()
    return payment


def order_of(payment: Payment) -> CheckoutOrder:
    """What the call to the provider says; the same each time, since all of it was stored before the first."""
    return CheckoutOrder(
        key=payment.call_key,
        payment=str(payment.public),
        amount=payment.amount,
        description=payment.description,
        email=payment.email,
        language=payment.language,
        success_url=settings.BASE_URL + reverse("billing:payment_return", args=[payment.public]),
        cancel_url=settings.BASE_URL + payment.cancel_to,
        expires_at=payment.expires_at,
    )


@transaction.atomic
def _note_silence(payment: Payment, error: Unreachable, *, at: datetime) -> None:
    """Nobody knows what happened: the same key asks again, unless the provider only repeats its failure under it.

    Then a new key may make a second page. The first one's address was never given to anybody.
    """
    row = Payment.objects.filter(pk=payment.pk, state=PaymentState.REQUESTED, attempt=payment.attempt)
    row.update(error=str(error))
    if error.remembered:
        payment.attempt += 1
        payment.call_key = _call_key(payment)
        if row.update(attempt=payment.attempt, call_key=payment.call_key):
            _open_later(payment, at=at, due_at=at)


@transaction.atomic
def _give_up(payment: Payment, why: str, *, at: datetime) -> None:
    row = Payment.objects.filter(pk=payment.pk, state=PaymentState.REQUESTED)
    if row.update(state=PaymentState.FAILED, error=why, checked_at=at):
        announce(PaymentFailed, payment, at=at)


@transaction.atomic
def _keep_page(payment: Payment, checkout: Checkout, *, at: datetime) -> None:
    """Store the provider's page; when the payment was closed meanwhile, the page is closed too."""
    row = Payment.objects.filter(pk=payment.pk, session_id="")
    page = {"session_id": checkout.session_id, "checkout_url": checkout.url, "error": "", "checked_at": at}
    if checkout.status == CheckoutStatus.OPEN and row.filter(state=PaymentState.REQUESTED).update(
        state=PaymentState.OPEN, **page
    ):
        return
    if row.update(**page):
        # Closed while the call was under way, or opened long ago by a call whose answer was lost.
        payment.session_id = checkout.session_id
        row_state = Payment.objects.values_list("state", flat=True).get(pk=payment.pk)
        if row_state == PaymentState.EXPIRED:
            _close_later(payment, at=at)
        else:
            settle(payment.pk, checkout, at=at)


@transaction.atomic
def close_checkout(subject: models.Model, *, at: datetime) -> None:
    """Stop asking: no open payment of the subject is offered any longer, and the outbox closes the provider's page."""
    kind, pk = reference(subject)
    lock(kind, pk)
    waiting = Payment.objects.select_for_update().filter(subject_type=kind, subject_id=pk, state__in=OPEN_STATES)
    for payment in waiting.order_by("pk"):
        _close(payment, at=at)


def _close(payment: Payment, *, at: datetime) -> None:
    """Money that is under way at the bank cannot be called back: it settles, and the subject's flow refunds it."""
    row = Payment.objects.filter(pk=payment.pk, state__in=[PaymentState.REQUESTED, PaymentState.OPEN])
    if not row.update(state=PaymentState.EXPIRED):
        return
    if payment.provider != Provider.RECORDING and (payment.session_id or payment.called_at is not None):
        _close_later(payment, at=at)


def _close_later(payment: Payment, *, at: datetime) -> None:
    name = "page" if payment.session_id else payment.call_key
    send("billing.close_checkout", {"payment": payment.pk}, key=f"close:{payment.pk}:{name}", at=at, record=payment)


def close_page(payment_id: int, *, at: datetime) -> None:
    """Close the provider's page of a payment that is no longer asked for. Paid in the last second, it settles."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != PaymentState.EXPIRED:
        return
    provider = gateway(payment.provider)
    if not payment.session_id:
        # Nobody knows whether the first call made a page: the same key finds it, or makes one to be closed at once.
        try:
            payment.session_id = provider.open_checkout(order_of(payment)).session_id
        except RefusedByProvider:
            return
        Payment.objects.filter(pk=payment.pk, session_id="").update(session_id=payment.session_id)
    try:
        checkout = provider.expire_checkout(payment.session_id)
    except RefusedByProvider:
        checkout = provider.look_up_checkout(payment.session_id)
    settle(payment.pk, checkout, at=at)
