"""Customers, payment methods and webhook endpoints as Stripe shows them."""

from __future__ import annotations

from typing import Any

from modules.billing.sandbox.cards import Card
from modules.billing.sandbox.errors import JsonObject
from modules.billing.sandbox.parameters import api_version

ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")


def address(values: JsonObject | None = None) -> JsonObject:
    return {field: (values or {}).get(field) for field in ADDRESS_FIELDS}


def billing_details(values: JsonObject | None = None) -> JsonObject:
    given = values or {}
    plain = {field: given.get(field) for field in ("email", "name", "phone", "tax_id")}
    return {"address": address(given.get("address"))} | plain


def customer(identity: str, *, at: int, prefix: str, values: JsonObject) -> JsonObject:
    body: JsonObject = {
        "id": identity,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": at,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": prefix,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    return body | values


def deleted(noun: str, identity: str) -> JsonObject:
    return {"id": identity, "object": noun, "deleted": True}


def payment_method(
    identity: str,
    *,
    at: int,
    card: Card,
    expires: tuple[int, int],
    billing: JsonObject | None,
    customer: str | None = None,
    metadata: dict[str, str] | None = None,
) -> JsonObject:
    """`expires` is (month, year)."""
    return {
        "id": identity,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(billing),
        "card": card_of_method(card, expires),
        "created": at,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "metadata": metadata or {},
        "type": "card",
    }


def card_of_method(card: Card, expires: tuple[int, int]) -> JsonObject:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "unchecked"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": expires[0],
        "exp_year": expires[1],
        "fingerprint": card.fingerprint,
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def webhook_endpoint(identity: str, *, at: int, values: JsonObject) -> JsonObject:
    body: dict[str, Any] = {
        "id": identity,
        "object": "webhook_endpoint",
        "api_version": api_version(),
        "application": None,
        "created": at,
        "description": None,
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": "",
    }
    return body | values
