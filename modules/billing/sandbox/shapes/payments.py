"""Payment intents, charges, refunds and balance transactions as Stripe shows them."""

from __future__ import annotations

from typing import Any

from modules.billing.sandbox.errors import JsonObject

HOLD_SECONDS = 7 * 24 * 3600
SETTLE_SECONDS = 2 * 24 * 3600
FEE_PERMILLE, FEE_FIXED = 15, 25  # 1.5 % and 25 minor units, as for European cards


def payment_intent(identity: str, *, at: int, secret: str, values: JsonObject) -> JsonObject:
    body: JsonObject = {
        "id": identity,
        "object": "payment_intent",
        "amount": 0,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{identity}_secret_{secret}",
        "confirmation_method": "automatic",
        "created": at,
        "currency": "usd",
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    return body | values


def charge(identity: str, *, at: int, intent: JsonObject, method: JsonObject | None, receipt_url: str) -> JsonObject:
    """A charge as it stands before it succeeded or failed."""
    billing = method["billing_details"] if method else None
    copied = ("amount", "currency", "customer", "description", "receipt_email", "shipping", "statement_descriptor")
    body: JsonObject = {
        "id": identity,
        "object": "charge",
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": billing or {},
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": at,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"] if method else None,
        "payment_method_details": None,
        "receipt_number": None,
        "receipt_url": receipt_url,
        "refunded": False,
        "review": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }
    return body | {name: intent[name] for name in copied}


def card_details(method: JsonObject, amount: int, *, authenticated: bool, capture_before: int | None) -> JsonObject:
    """`payment_method_details` of a charge; `capture_before` only while the money is held."""
    card = method["card"]
    shown = (
        "brand",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "regulated_status",
        "wallet",
    )
    details: dict[str, Any] = {name: card[name] for name in shown} | {
        "amount_authorized": amount,
        "authorization_code": None,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": three_d_secure() if authenticated else None,
        "transaction_link_id": None,
    }
    if capture_before is not None:
        details["capture_before"] = capture_before
    return {"card": details, "type": "card"}


def three_d_secure() -> JsonObject:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }


def outcome(*, declined_as: str | None = None) -> JsonObject:
    refused = declined_as is not None
    return {
        "advice_code": "try_again_later" if declined_as == "insufficient_funds" else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if refused else "approved_by_network",
        "reason": declined_as,
        "seller_message": "The bank declined the payment." if refused else "Payment complete.",
        "type": "issuer_declined" if refused else "authorized",
    }


def refund(identity: str, *, at: int, charge: JsonObject, amount: int, values: JsonObject) -> JsonObject:
    body: JsonObject = {
        "id": identity,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": at,
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    return body | values


def balance_transaction(identity: str, *, at: int, source: JsonObject, amount: int, kind: str, fee: int) -> JsonObject:
    """`kind` is charge, refund or refund_failure; a refund's amount is negative and carries no fee."""
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": source["currency"],
            "description": "Sandbox fees",
            "type": "stripe_fee",
        }
    ]
    return {
        "id": identity,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": at + (SETTLE_SECONDS if amount > 0 else 0),
        "balance_type": "payments",
        "created": at,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees if fee else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source["id"],
        "status": "pending" if amount > 0 else "available",
        "type": kind,
    }


def fee_of(amount: int) -> int:
    return min(-(-amount * FEE_PERMILLE // 1000) + FEE_FIXED, amount)
