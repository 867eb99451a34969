"""Payment intents: create, confirm, authenticate, capture, cancel."""

from __future__ import annotations

from typing import Any

from modules.billing.sandbox import events, inputs, lists
from modules.billing.sandbox.cards import Card, refusal_message
from modules.billing.sandbox.errors import ApiError, JsonObject, card_refused, invalid, unexpected_state
from modules.billing.sandbox.resources import charges, customers, methods
from modules.billing.sandbox.shapes import payments
from modules.billing.sandbox.world import World, identity

NOUN = "payment_intent"
PLAIN = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
SPOKEN = {
    *PLAIN, "amount", "automatic_payment_methods", "capture_method", "confirm", "confirmation_method", "currency",
    "customer", "error_on_requires_action", "excluded_payment_method_types", "metadata", "off_session",
    "payment_method", "return_url", "use_stripe_sdk",
}  # fmt: skip
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*OPEN, "requires_capture", "processing")


def create(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, SPOKEN)
    if "return_url" in params and not params.get("confirm"):
        raise invalid(
            "The parameter `return_url` cannot be passed when creating a PaymentIntent unless `confirm` is true.",
            param="return_url",
        )
    intent = add(world, params)
    if "payment_method" in params:
        attach_method(world, intent, params["payment_method"])
    return confirm_with(world, intent, params) if params.get("confirm") else intent


def add(world: World, params: JsonObject, *, session: str | None = None, **fixed: Any) -> JsonObject:
    currency = inputs.currency(params["currency"])
    values = {name: params[name] for name in PLAIN if params.get(name)} | fixed
    for name in ("capture_method", "confirmation_method", "excluded_payment_method_types"):
        if name in params:
            values[name] = params[name]
    if params.get("customer"):
        values["customer"] = customers.existing(world, params["customer"], param="customer")["id"]
    values |= {
        "amount": inputs.amount(params["amount"], currency),
        "currency": currency,
        "metadata": inputs.metadata(params.get("metadata")),
    }
    body = payments.payment_intent(identity("pi"), at=world.now(), secret=identity("", 25)[1:], values=values)
    world.store.insert(body, {"session": session})
    events.record(world, "payment_intent.created", body)
    return body


def attach_method(world: World, intent: JsonObject, wanted: str) -> JsonObject:
    method = methods.resolve(world, wanted)
    intent |= {"payment_method": method["id"], "status": "requires_confirmation", "next_action": None}
    world.store.save(intent)
    return method


def update(world: World, params: JsonObject, intent: str) -> JsonObject:
    inputs.act_only_on(
        params, {*PLAIN, "amount", "currency", "customer", "metadata", "payment_method", "capture_method"}
    )
    current = world.get(NOUN, intent)
    money = {"amount", "currency", "payment_method", "capture_method"} & set(params)
    if money and current["status"] not in OPEN:
        raise refused_state(current, "update")
    if "amount" in params or "currency" in params:
        wanted = current | params
        inputs.amount(wanted["amount"], inputs.currency(wanted["currency"]))
    if params.get("customer"):
        customers.existing(world, params["customer"], param="customer")
    body, _ = inputs.updated(current, params, (*PLAIN, "amount", "currency", "customer", "capture_method"))
    world.store.save(body)
    if "payment_method" in params:
        attach_method(world, body, params["payment_method"])
    return body


def confirm(world: World, params: JsonObject, intent: str) -> JsonObject:
    names = {
        "payment_method",
        "return_url",
        "off_session",
        "receipt_email",
        "setup_future_usage",
        "shipping",
        "capture_method",
    }
    inputs.act_only_on(params, {*names, "error_on_requires_action", "use_stripe_sdk", "excluded_payment_method_types"})
    current = world.get(NOUN, intent)
    if current["status"] not in OPEN:
        raise refused_state(current, "confirm")
    body, _ = inputs.updated(current, params, ("receipt_email", "setup_future_usage", "shipping", "capture_method"))
    if "payment_method" in params:
        attach_method(world, body, params["payment_method"])
    return confirm_with(world, body, params)


def confirm_with(world: World, intent: JsonObject, params: JsonObject) -> JsonObject:
    """Charges the method, asks for 3-D Secure, or raises the card error that the bank gave."""
    if not intent["payment_method"]:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise unexpected_state(NOUN, message, intent)
    method = world.get("payment_method", intent["payment_method"])
    card = methods.card_of(world, method)
    if card.refusal:
        raise decline(world, intent, method, card)
    if card.authenticates:
        return ask_to_authenticate(world, intent, method, params)
    return take_money(world, intent, method)


def ask_to_authenticate(world: World, intent: JsonObject, method: JsonObject, params: JsonObject) -> JsonObject:
    if params.get("off_session") or params.get("error_on_requires_action"):
        raise refuse(
            world, intent, method, code="authentication_required", decline_code="authentication_required",
            message="Your card was declined. This transaction requires authentication.",
        )  # fmt: skip
    back = params.get("return_url")
    action = {"return_url": back, "url": f"{world.public_url}/authenticate/{intent['id']}"}
    intent |= {
        "status": "requires_action",
        "next_action": {"redirect_to_url": action, "type": "redirect_to_url"},
        "last_payment_error": None,
    }
    world.store.save(intent)
    world.store.save_private(intent["id"], return_url=back)
    events.record(world, "payment_intent.requires_action", intent)
    return intent


def finish_authentication(world: World, intent_id: str, *, approved: bool) -> JsonObject:
    """What the 3-D Secure page does. Raises ApiError when there is nothing to approve."""
    intent = world.get(NOUN, intent_id)
    if intent["status"] != "requires_action":
        raise refused_state(intent, "authenticate")
    method = world.get("payment_method", intent["payment_method"])
    if approved:
        return take_money(world, intent, method, authenticated=True)
    raise refuse(
        world, intent, method, code="payment_intent_authentication_failure",
        message="We are unable to authenticate your payment method. Please choose another one and try again.",
    )  # fmt: skip


def take_money(
    world: World, intent: JsonObject, method: JsonObject | None, *, authenticated: bool = False
) -> JsonObject:
    charge = charges.succeed(world, intent, method, authenticated=authenticated)
    intent |= {"latest_charge": charge["id"], "next_action": None, "last_payment_error": None, "processing": None}
    if charge["captured"]:
        intent |= {"status": "succeeded", "amount_received": charge["amount"]}
    else:
        intent |= {"status": "requires_capture", "amount_capturable": charge["amount"]}
        world.store.set_timer(intent["id"], "release_hold", due=world.now() + payments.HOLD_SECONDS)
    world.store.save(intent)
    keep_method(world, intent, method)
    events.record(
        world, "payment_intent.succeeded" if charge["captured"] else "payment_intent.amount_capturable_updated", intent
    )
    return intent


def keep_method(world: World, intent: JsonObject, method: JsonObject | None) -> None:
    """A card that is to be used again belongs to the customer from now on."""
    if method and intent["customer"] and intent["setup_future_usage"] and not method["customer"]:
        methods.attach_to(world, method, customers.existing(world, intent["customer"]))


def decline(world: World, intent: JsonObject, method: JsonObject, card: Card) -> ApiError:
    charge = charges.fail(world, intent, method, card)
    intent["latest_charge"] = charge["id"]
    return refuse(
        world, intent, method, code=card.refusal or "card_declined", decline_code=card.decline_code,
        message=refusal_message(card), charge=charge["id"],
    )  # fmt: skip


def refuse(
    world: World,
    intent: JsonObject,
    method: JsonObject,
    *,
    code: str,
    message: str,
    decline_code: str | None = None,
    charge: str | None = None,
) -> ApiError:
    """The intent wants another method; the error is for the caller to raise, the change stays."""
    error = card_refused(message, code=code, decline_code=decline_code, charge=charge, payment_method=method)
    error.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": dict(error.error),
    }
    world.store.save(intent)
    events.record(world, "payment_intent.payment_failed", intent)
    error.error["payment_intent"] = intent
    return error


def capture(world: World, params: JsonObject, intent: str) -> JsonObject:
    inputs.act_only_on(
        params,
        {"amount_to_capture", "metadata", "statement_descriptor", "statement_descriptor_suffix", "final_capture"},
    )
    current = world.get(NOUN, intent)
    if current["status"] != "requires_capture":
        raise refused_state(current, "capture")
    most: int = current["amount_capturable"]
    amount = int(params["amount_to_capture"]) if "amount_to_capture" in params else most
    if not 1 <= amount <= most:
        message = f"The amount to capture must be from 1 to {most}."
        raise invalid(message, param="amount_to_capture", code="amount_too_large" if amount > 0 else None)
    charge = charges.capture(world, world.get("charge", current["latest_charge"]), amount)
    body, _ = inputs.updated(current, params, ("statement_descriptor", "statement_descriptor_suffix"))
    body |= {"status": "succeeded", "amount_capturable": 0, "amount_received": charge["amount_captured"]}
    world.store.clear_timers(intent)
    world.store.save(body)
    events.record(world, "payment_intent.succeeded", body)
    return body


def cancel(world: World, params: JsonObject, intent: str) -> JsonObject:
    current = world.get(NOUN, intent)
    if current["status"] not in CANCELABLE:
        raise refused_state(current, "cancel")
    session = world.store.find(str(world.store.private(intent).get("session")), "checkout.session")
    if session and session["status"] == "open":
        message = "You cannot cancel this PaymentIntent because a Checkout Session made it. Expire the Session instead."
        raise unexpected_state(NOUN, message, current)
    return close(world, current, reason=params.get("cancellation_reason"))


def close(world: World, intent: JsonObject, *, reason: str | None) -> JsonObject:
    if intent["status"] == "requires_capture":
        charges.release(world, world.get("charge", intent["latest_charge"]))
    intent |= {
        "status": "canceled", "canceled_at": world.now(), "cancellation_reason": reason,
        "amount_capturable": 0, "next_action": None, "processing": None,
    }  # fmt: skip
    world.store.clear_timers(intent["id"])
    world.store.save(intent)
    events.record(world, "payment_intent.canceled", intent)
    return intent


def release_hold(world: World, intent_id: str) -> None:
    intent = world.get(NOUN, intent_id)
    if intent["status"] == "requires_capture":
        close(world, intent, reason="automatic")


def refused_state(intent: JsonObject, verb: str) -> ApiError:
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return unexpected_state(NOUN, message, intent)


def retrieve(world: World, params: JsonObject, intent: str) -> JsonObject:
    return world.get(NOUN, intent, param="intent")


def listing(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {"customer", "created", "ending_before", "limit", "starting_after"})
    return lists.listing(world, NOUN, params, url="/v1/payment_intents", fields=["customer"])
