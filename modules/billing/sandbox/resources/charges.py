"""Charges: made by payment intents, read by the API. And the balance that they and the refunds move."""

from __future__ import annotations

from modules.billing.sandbox import events, inputs, lists
from modules.billing.sandbox.cards import Card, refusal_message
from modules.billing.sandbox.errors import JsonObject, invalid
from modules.billing.sandbox.resources import methods
from modules.billing.sandbox.shapes import payments
from modules.billing.sandbox.world import World, identity

NOUN = "charge"


def build(world: World, intent: JsonObject, method: JsonObject | None) -> JsonObject:
    name = identity("ch")
    receipt = f"{world.public_url}/receipts/{name}"
    return payments.charge(name, at=world.now(), intent=intent, method=method, receipt_url=receipt)


def succeed(world: World, intent: JsonObject, method: JsonObject | None, *, authenticated: bool = False) -> JsonObject:
    """A charge that took the money, or holds it when the intent is captured by hand."""
    held = intent["capture_method"] == "manual"
    body = build(world, intent, method)
    body |= {"paid": True, "status": "succeeded", "captured": not held, "outcome": payments.outcome()}
    if method:
        until = world.now() + payments.HOLD_SECONDS if held else None
        body["payment_method_details"] = payments.card_details(
            method, body["amount"], authenticated=authenticated, capture_before=until
        )
    if not held:
        body["amount_captured"] = body["amount"]
        body["balance_transaction"] = move_money(world, body, body["amount"], "charge")["id"]
    card = methods.card_of(world, method) if method else None
    world.store.insert(body, {"number": card.number if card else None})
    events.record(world, "charge.succeeded", body)
    return body


def fail(world: World, intent: JsonObject, method: JsonObject, card: Card) -> JsonObject:
    body = build(world, intent, method)
    reason = card.decline_code or card.refusal
    body |= {
        "status": "failed",
        "failure_code": card.refusal,
        "failure_message": refusal_message(card),
        "outcome": payments.outcome(declined_as=reason),
        "payment_method_details": payments.card_details(
            method, body["amount"], authenticated=False, capture_before=None
        ),
    }
    world.store.insert(body, {"number": card.number})
    events.record(world, "charge.failed", body)
    return body


def capture(world: World, charge: JsonObject, amount: int) -> JsonObject:
    details = charge["payment_method_details"]
    if details:
        details["card"].pop("capture_before", None)
    charge |= {"captured": True, "amount_captured": amount}
    charge["balance_transaction"] = move_money(world, charge, amount, "charge")["id"]
    world.store.save(charge)
    events.record(world, "charge.captured", charge)
    return charge


def release(world: World, charge: JsonObject) -> JsonObject:
    """The hold is given back; no money had moved."""
    charge |= {"refunded": True, "amount_refunded": charge["amount"]}
    world.store.save(charge)
    events.record(world, "charge.refunded", charge, {"amount_refunded": 0, "refunded": False})
    return charge


def move_money(world: World, source: JsonObject, amount: int, kind: str) -> JsonObject:
    fee = payments.fee_of(amount) if kind == "charge" else 0
    body = payments.balance_transaction(
        identity("txn"), at=world.now(), source=source, amount=amount, kind=kind, fee=fee
    )
    return world.store.insert(body)


def retrieve(world: World, params: JsonObject, charge: str) -> JsonObject:
    return world.get(NOUN, charge)


def update(world: World, params: JsonObject, charge: str) -> JsonObject:
    names = ("description", "receipt_email", "shipping", "transfer_group")
    inputs.act_only_on(params, {*names, "metadata"})
    body, previous = inputs.updated(world.get(NOUN, charge), params, names)
    world.store.save(body)
    if previous:
        events.record(world, "charge.updated", body, previous)
    return body


def listing(world: World, params: JsonObject) -> JsonObject:
    fields = ("customer", "payment_intent", "transfer_group")
    inputs.act_only_on(params, {*fields, "created", "ending_before", "limit", "starting_after"})
    return lists.listing(world, NOUN, params, url="/v1/charges", fields=fields)


def transaction(world: World, params: JsonObject, transaction: str) -> JsonObject:
    return as_of_now(world, world.get("balance_transaction", transaction))


def transactions(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {"type", "currency", "source", "created", "ending_before", "limit", "starting_after"})
    found = lists.listing(
        world, "balance_transaction", params, url="/v1/balance_transactions", fields=["type", "currency", "source"]
    )
    found["data"] = [as_of_now(world, body) for body in found["data"]]
    return found


def as_of_now(world: World, body: JsonObject) -> JsonObject:
    return body | {"status": "available" if body["available_on"] <= world.now() else "pending"}


def balance(world: World, params: JsonObject) -> JsonObject:
    sums: dict[tuple[str, str], int] = {}
    for body in world.store.newest("balance_transaction"):
        key = (as_of_now(world, body)["status"], body["currency"])
        sums[key] = sums.get(key, 0) + body["net"]
    currencies = sorted({currency for _, currency in sums}) or ["usd"]

    def part(status: str) -> list[JsonObject]:
        amounts = {currency: sums.get((status, currency), 0) for currency in currencies}
        return [
            {"amount": total, "currency": currency, "source_types": {"card": total}}
            for currency, total in amounts.items()
        ]

    return {"object": "balance", "available": part("available"), "livemode": False, "pending": part("pending")}


def refuse_unless_captured(charge: JsonObject) -> None:
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise invalid(
            f"Charge {charge['id']} has not been captured and cannot be refunded.", code="charge_not_refundable"
        )
