"""Which request means what: method, path, typed params of the installed package, function."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from modules.billing.sandbox import pages_api
from modules.billing.sandbox.errors import JsonObject
from modules.billing.sandbox.resources import (
    catalogue,
    charges,
    customers,
    endpoints,
    intents,
    methods,
    refunds,
    sessions,
)

Handler = Callable[..., JsonObject]


@dataclass(frozen=True, slots=True)
class Route:
    """`params` is a module below `stripe.params`; None where the package types nothing."""

    method: str
    pattern: re.Pattern[str]
    params: str | None
    handler: Handler


def route(method: str, path: str, params: str | None, handler: Handler) -> Route:
    return Route(method, re.compile(re.sub(r"\{\w+\}", r"([^/]+)", path)), params, handler)


def resource(path: str, params: str, noun: object, verbs: str) -> list[Route]:
    """The usual routes of a noun: its file has a function for each verb."""
    shapes = {
        "create": ("POST", path),
        "retrieve": ("GET", f"{path}/{{id}}"),
        "update": ("POST", f"{path}/{{id}}"),
        "delete": ("DELETE", f"{path}/{{id}}"),
        "list": ("GET", path),
    }
    found = []
    for verb in verbs.split():
        method, where = shapes.get(verb, ("POST", f"{path}/{{id}}/{verb}"))
        handler: Handler = getattr(noun, "listing" if verb == "list" else verb)
        found.append(route(method, where, f"{params}_{verb}_params", handler))
    return found


ROUTES = [
    *resource("/v1/checkout/sessions", "checkout/_session", sessions, "create retrieve update list expire"),
    route(
        "GET", "/v1/checkout/sessions/{id}/line_items", "checkout/_session_line_item_list_params", sessions.line_items
    ),
    *resource("/v1/payment_intents", "_payment_intent", intents, "create retrieve update list confirm capture cancel"),
    *resource("/v1/charges", "_charge", charges, "retrieve update list"),
    *resource("/v1/refunds", "_refund", refunds, "create retrieve update list"),
    *resource("/v1/customers", "_customer", customers, "create retrieve update delete list"),
    *resource("/v1/payment_methods", "_payment_method", methods, "create retrieve update list attach detach"),
    *resource("/v1/webhook_endpoints", "_webhook_endpoint", endpoints, "create retrieve update delete list"),
    route("GET", "/v1/events", "_event_list_params", endpoints.list_events),
    route("GET", "/v1/events/{id}", "_event_retrieve_params", endpoints.retrieve_event),
    route("GET", "/v1/balance", "_balance_retrieve_params", charges.balance),
    route("GET", "/v1/balance_transactions", "_balance_transaction_list_params", charges.transactions),
    route("GET", "/v1/balance_transactions/{id}", "_balance_transaction_retrieve_params", charges.transaction),
    route("POST", "/v1/products", "_product_create_params", catalogue.create_product),
    route("GET", "/v1/products/{id}", "_product_retrieve_params", catalogue.retrieve_product),
    route("POST", "/v1/prices", "_price_create_params", catalogue.create_price),
    route("GET", "/v1/prices/{id}", "_price_retrieve_params", catalogue.retrieve_price),
    route("GET", "/v1/payment_pages/{id}", None, pages_api.retrieve),
    route("POST", "/v1/payment_pages/{id}/confirm", None, pages_api.confirm),
]


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    for candidate in ROUTES:
        match = candidate.pattern.fullmatch(path) if candidate.method == method else None
        if match:
            return candidate, match.groups()
    return None
