"""Refunds: never more than what is left, sometimes failing later."""

from __future__ import annotations

from modules.billing.sandbox import events, inputs, lists
from modules.billing.sandbox.cards import CARDS
from modules.billing.sandbox.errors import JsonObject, invalid
from modules.billing.sandbox.resources import charges
from modules.billing.sandbox.shapes import payments
from modules.billing.sandbox.world import World, identity

NOUN = "refund"


def create(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {"amount", "charge", "payment_intent", "metadata", "reason"})
    charge = charge_of(world, params)
    charges.refuse_unless_captured(charge)
    amount = amount_of(charge, params.get("amount"))
    values = {"metadata": inputs.metadata(params.get("metadata")), "reason": params.get("reason")}
    refund = payments.refund(identity("re"), at=world.now(), charge=charge, amount=amount, values=values)
    return settle(world, refund, charge)


def charge_of(world: World, params: JsonObject) -> JsonObject:
    if ("charge" in params) == ("payment_intent" in params):
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise invalid(message, code="parameter_missing" if "charge" not in params else None)
    if "charge" in params:
        return world.get("charge", params["charge"], param="charge")
    intent = world.get("payment_intent", params["payment_intent"], param="payment_intent")
    if not intent["latest_charge"]:
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise invalid(message, param="payment_intent")
    return world.get("charge", intent["latest_charge"])


def amount_of(charge: JsonObject, wanted: int | None) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if wanted is None else wanted
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}) in minor units."
        raise invalid(message, param="amount")
    return amount


def settle(world: World, refund: JsonObject, charge: JsonObject) -> JsonObject:
    """Give the money back; the card or a fault may keep it pending or let it fail later."""
    number = world.store.private(charge["id"]).get("number")
    manner = CARDS[number].refund if number else "succeeded"
    path = {"method": "POST", "path": "/v1/refunds"}
    failing, pending = world.faults.struck("refund_fails", **path), world.faults.struck("refund_pends", **path)
    if pending or manner == "pending":
        refund |= {"status": "pending", "pending_reason": "processing"}
    else:
        refund["balance_transaction"] = charges.move_money(world, refund, -refund["amount"], "refund")["id"]
    world.store.insert(refund)
    events.record(world, "refund.created", refund)
    change_charge(world, charge, refund["amount"])
    if failing or manner == "fails":
        after = (failing.ms or 0) // 1000 if failing else 0
        world.store.set_timer(refund["id"], "fail_refund", due=world.now() + after)
    return refund


def change_charge(world: World, charge: JsonObject, amount: int) -> None:
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    refunded = charge["amount_refunded"] + amount
    charge |= {"amount_refunded": refunded, "refunded": refunded >= charge["amount_captured"]}
    world.store.save(charge)
    events.record(world, "charge.refunded" if amount > 0 else "charge.updated", charge, previous)


def fail(world: World, refund_id: str) -> JsonObject:
    """The bank sent the money back: the charge is unrefunded by that much."""
    refund = world.get(NOUN, refund_id)
    if refund["status"] not in ("succeeded", "pending"):
        raise invalid(f"Refund {refund_id} is {refund['status']}.")
    previous = {"status": refund["status"]}
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    refund.pop("pending_reason", None)
    if refund["balance_transaction"]:
        back = charges.move_money(world, refund, refund["amount"], "refund_failure")
        refund["failure_balance_transaction"] = back["id"]
    world.store.save(refund)
    change_charge(world, world.get("charge", refund["charge"]), -refund["amount"])
    tell_of_change(world, refund, previous)
    events.record(world, "refund.failed", refund, previous)
    return refund


def finish(world: World, refund_id: str) -> JsonObject:
    """A pending refund went through."""
    refund = world.get(NOUN, refund_id)
    if refund["status"] != "pending":
        raise invalid(f"Refund {refund_id} is {refund['status']}.")
    refund.pop("pending_reason", None)
    refund |= {"status": "succeeded"}
    refund["balance_transaction"] = charges.move_money(world, refund, -refund["amount"], "refund")["id"]
    world.store.save(refund)
    tell_of_change(world, refund, {"status": "pending"})
    return refund


def tell_of_change(world: World, refund: JsonObject, previous: JsonObject) -> None:
    events.record(world, "refund.updated", refund, previous)
    events.record(world, "charge.refund.updated", refund, previous)


def retrieve(world: World, params: JsonObject, refund: str) -> JsonObject:
    return world.get(NOUN, refund)


def update(world: World, params: JsonObject, refund: str) -> JsonObject:
    inputs.act_only_on(params, {"metadata"})
    body, previous = inputs.updated(world.get(NOUN, refund), params, ())
    world.store.save(body)
    if previous:
        tell_of_change(world, body, previous)
    return body


def listing(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {"charge", "payment_intent", "created", "ending_before", "limit", "starting_after"})
    return lists.listing(world, NOUN, params, url="/v1/refunds", fields=["charge", "payment_intent"])
