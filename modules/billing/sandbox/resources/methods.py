"""Payment methods: cards only, by Stripe's test tokens or the numbers of the hosted page."""

from __future__ import annotations

from modules.billing.sandbox import events, inputs, lists
from modules.billing.sandbox.cards import CARDS, Card, card_of_number, card_of_token
from modules.billing.sandbox.errors import JsonObject, invalid, missing_resource
from modules.billing.sandbox.resources import customers
from modules.billing.sandbox.shapes import people
from modules.billing.sandbox.world import World, identity

NOUN = "payment_method"
EXPIRES = (12, 2034)


def add(
    world: World,
    card: Card,
    *,
    expires: tuple[int, int] = EXPIRES,
    billing: JsonObject | None = None,
    metadata: dict[str, str] | None = None,
) -> JsonObject:
    body = people.payment_method(
        identity("pm"), at=world.now(), card=card, expires=expires, billing=billing, metadata=metadata
    )
    return world.store.insert(body, {"number": card.number})


def create(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {"type", "card", "billing_details", "metadata", "allow_redisplay"})
    if params.get("type") != "card":
        raise invalid("The sandbox has cards only.", param="type")
    given = params.get("card") or {}
    token, number = given.get("token"), given.get("number")
    card = card_of_token(token) if token else card_of_number(str(number or ""))
    if card is None:
        message = "Your card number is incorrect. The sandbox takes test cards only."
        raise invalid(message, param="card[number]", code="incorrect_number")
    expires = (given.get("exp_month", EXPIRES[0]), given.get("exp_year", EXPIRES[1]))
    metadata = inputs.metadata(params.get("metadata"))
    return add(world, card, expires=expires, billing=params.get("billing_details"), metadata=metadata)


def resolve(world: World, wanted: str, *, param: str = "payment_method") -> JsonObject:
    """An existing method, or a new one for a test token such as `pm_card_visa`."""
    card = card_of_token(wanted)
    if card is not None:
        return add(world, card)
    body = world.store.find(wanted, NOUN)
    if body is None:
        raise missing_resource("PaymentMethod", wanted, param)
    return body


def card_of(world: World, method: JsonObject) -> Card:
    return CARDS[world.store.private(method["id"])["number"]]


def retrieve(world: World, params: JsonObject, method: str) -> JsonObject:
    return world.get(NOUN, method, param="payment_method")


def update(world: World, params: JsonObject, method: str) -> JsonObject:
    inputs.act_only_on(params, {"metadata", "allow_redisplay"})
    body, previous = inputs.updated(world.get(NOUN, method), params, ["allow_redisplay"])
    world.store.save(body)
    if previous:
        events.record(world, "payment_method.updated", body, previous)
    return body


def attach(world: World, params: JsonObject, method: str) -> JsonObject:
    inputs.act_only_on(params, {"customer"})
    if "customer" not in params:
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    return attach_to(world, resolve(world, method), customers.existing(world, params["customer"], param="customer"))


def attach_to(world: World, method: JsonObject, customer: JsonObject) -> JsonObject:
    if method["customer"] not in (None, customer["id"]):
        raise invalid("The payment method you provided has already been attached to a customer.")
    body = world.store.save(method | {"customer": customer["id"]})
    if method["customer"] is None:
        events.record(world, "payment_method.attached", body)
    return body


def detach(world: World, params: JsonObject, method: str) -> JsonObject:
    body = world.get(NOUN, method)
    if body["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    after = world.store.save(body | {"customer": None})
    events.record(world, "payment_method.detached", after, {"customer": body["customer"]})
    return after


def listing(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {"customer", "type", "ending_before", "limit", "starting_after"})
    return lists.listing(world, NOUN, params, url="/v1/payment_methods", fields=["customer", "type"])
