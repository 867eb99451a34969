"""Stripe, through its own library. The library is loaded by the first call: it is large, and most processes never
talk to Stripe. Where it talks to is a setting, so that demo and tests run this very code against a local peer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from modules.billing.gateways.base import (
    Checkout,
    CheckoutOrder,
    CheckoutStatus,
    ProviderEvent,
    RefundAnswer,
    RefundOrder,
    RefundStatus,
    RefusedByProvider,
    Unreachable,
)
from modules.core.money import Money

if TYPE_CHECKING:
    from stripe import StripeClient

Json = dict[str, Any]

# Methods whose money comes days later; no flow has a state for that yet.
DELAYED_METHODS = [
    "acss_debit", "au_becs_debit", "bacs_debit", "boleto", "customer_balance", "konbini", "multibanco",
    "nz_bank_account", "oxxo", "payto", "sepa_debit", "sofort", "us_bank_account",
]  # fmt: skip
LANGUAGES = {"de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv"}
ASK_AGAIN = {401, 403, 409, 429}
"""Answers that say nothing about the payment: a key being changed, a lock, a limit."""


class StripeGateway:
    """One account at Stripe. `patience` in seconds is for connecting and for each wait on the answer."""

    def __init__(self, *, key: str, base: str, patience: float) -> None:
        self._key, self._base, self._patience = key, base, patience
        self.livemode = key.startswith(("sk_live_", "rk_live_"))

    def open_checkout(self, order: CheckoutOrder) -> Checkout:
        name = {"payment": order.payment}
        price = {
            "currency": order.amount.currency.lower(),
            "unit_amount": order.amount.minor,
            "product_data": {"name": order.description},
        }
        params: Json = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "client_reference_id": order.payment,
            "metadata": name,
            "payment_intent_data": {"metadata": name},
            "expires_at": int(order.expires_at.timestamp()),
            "locale": order.language if order.language in LANGUAGES else "auto",
            "excluded_payment_method_types": DELAYED_METHODS,
            "expand": ["payment_intent"],
        }
        if order.email:
            params["customer_email"] = order.email
        return _checkout(self._call(lambda v1: v1.checkout.sessions.create(params, {"idempotency_key": order.key})))

    def look_up_checkout(self, session_id: str) -> Checkout:
        expand: Any = {"expand": ["payment_intent"]}
        return _checkout(self._call(lambda v1: v1.checkout.sessions.retrieve(session_id, expand)))

    def checkout_of_intent(self, intent_id: str) -> Checkout | None:
        wanted: Any = {"payment_intent": intent_id, "limit": 1, "expand": ["data.payment_intent"]}
        found = self._call(lambda v1: v1.checkout.sessions.list(wanted))["data"]
        return _checkout(found[0]) if found else None

    def expire_checkout(self, session_id: str) -> Checkout:
        expand: Any = {"expand": ["payment_intent"]}
        return _checkout(self._call(lambda v1: v1.checkout.sessions.expire(session_id, expand)))

    def refund(self, order: RefundOrder) -> RefundAnswer:
        params: Any = {
            "payment_intent": order.intent_id,
            "amount": order.amount.minor,
            "metadata": {"refund": order.refund},
        }
        return _refund(self._call(lambda v1: v1.refunds.create(params, {"idempotency_key": order.key})))

    def look_up_refund(self, provider_id: str) -> RefundAnswer:
        return _refund(self._call(lambda v1: v1.refunds.retrieve(provider_id)))

    def refunds_of(self, intent_id: str) -> list[RefundAnswer]:
        wanted: Any = {"payment_intent": intent_id, "limit": 100}
        return [_refund(body) for body in self._call(lambda v1: v1.refunds.list(wanted))["data"]]

    def events_since(self, moment: datetime) -> Iterator[ProviderEvent]:
        wanted: Any = {"created": {"gte": int(moment.timestamp())}, "limit": 100}
        while True:
            page = self._call(lambda v1: v1.events.list(wanted))  # noqa: B023 - called at once
            yield from (_event(body) for body in page["data"])
            if not page.get("has_more") or not page["data"]:
                return
            wanted = {**wanted, "starting_after": page["data"][-1]["id"]}

    def _call(self, ask: Callable[[Any], Any]) -> Json:
        client = _client(self._key, self._base, self._patience)
        with _in_our_words():
            answer: Json = ask(client.v1).to_dict()
        return answer


@cache
def _client(key: str, base: str, patience: float) -> StripeClient:
    """One client, with its kept-alive connections, for all threads. It never repeats a call by itself: its repeats
    would carry new idempotency keys, and whoever called has the outbox."""
    import stripe

    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=patience),
    )


@contextmanager
def _in_our_words() -> Iterator[None]:
    import stripe

    try:
        yield
    except stripe.StripeError as error:
        status = error.http_status
        why = f"{type(error).__name__} {status or ''} {error.code or ''}: {error.user_message or error}"[:500]
        # 0 and None: no answer; 200: an answer that is no JSON.
        if not status or status < 300 or status >= 500 or status in ASK_AGAIN:
            remembered = (error.headers or {}).get("Idempotent-Replayed") == "true"
            raise Unreachable(why, remembered=remembered) from error
        raise RefusedByProvider(why, code=error.code or "") from error


def _checkout(body: Json) -> Checkout:
    intent = body.get("payment_intent")
    currency = str(body["currency"]).upper()
    details = intent if isinstance(intent, dict) else {}
    amount = Money(int(body["amount_total"]), currency)
    received = details.get("amount_received")
    return Checkout(
        session_id=body["id"],
        status=_status(body, details),
        url=body.get("url") or "",
        payment=(body.get("metadata") or {}).get("payment", ""),
        intent_id=details.get("id") or (intent if isinstance(intent, str) else ""),
        amount=amount,
        received=amount if received is None else Money(int(received), currency),
        livemode=bool(body["livemode"]),
    )


def _status(session: Json, intent: Json) -> CheckoutStatus:
    """A completed session may still be unpaid; then its intent says whether the bank is at work or has refused."""
    if session["payment_status"] == "paid":
        return CheckoutStatus.PAID
    if session["status"] == "expired":
        return CheckoutStatus.EXPIRED
    if session["status"] == "open":
        return CheckoutStatus.OPEN
    return CheckoutStatus.PROCESSING if intent.get("status") == "processing" else CheckoutStatus.FAILED


_REFUND_STATUS = {
    "succeeded": RefundStatus.SETTLED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}


def _refund(body: Json) -> RefundAnswer:
    return RefundAnswer(
        provider_id=body["id"],
        status=_REFUND_STATUS.get(body.get("status") or "", RefundStatus.PENDING),
        refund=(body.get("metadata") or {}).get("refund", ""),
        intent_id=_id(body.get("payment_intent")),
        amount=Money(int(body["amount"]), str(body["currency"]).upper()),
        reason=body.get("failure_reason") or body.get("reason") or "",
    )


def _id(value: Any) -> str:
    """The id of something that may be expanded, absent or null."""
    return str(value["id"]) if isinstance(value, dict) else value or ""


def _event(body: Json) -> ProviderEvent:
    return ProviderEvent(
        event_id=body["id"],
        type=body["type"],
        livemode=bool(body["livemode"]),
        api_version=body.get("api_version") or "",
        happened_at=datetime.fromtimestamp(int(body["created"]), UTC),
        body=json.dumps(body),
    )
