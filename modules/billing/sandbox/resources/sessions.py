"""Checkout sessions: created by the shop, paid on the hosted page, expired by time or by the shop."""

from __future__ import annotations

from modules.billing.sandbox import events, inputs, lists
from modules.billing.sandbox.cards import Card
from modules.billing.sandbox.errors import ApiError, JsonObject, invalid
from modules.billing.sandbox.resources import catalogue, customers, intents, methods
from modules.billing.sandbox.shapes import checkout
from modules.billing.sandbox.world import World, identity

NOUN = "checkout.session"
SHORTEST, LONGEST = 30 * 60, 24 * 3600
INTENT_SPOKEN = {*intents.PLAIN, "capture_method", "metadata"}
COPIED = (
    "cancel_url",
    "client_reference_id",
    "customer_creation",
    "customer_email",
    "locale",
    "origin_context",
    "submit_type",
    "success_url",
)
SPOKEN = {
    *COPIED, "currency", "customer", "expires_at", "line_items", "metadata", "mode", "payment_intent_data", "ui_mode",
}  # fmt: skip
# These change how a page looks or what it offers beside cards; the sandbox's page has cards only and one look.
LEFT_TO_STRIPE = {
    "adaptive_pricing", "allowed_payment_method_types", "branding_settings", "custom_text",
    "excluded_payment_method_types", "integration_identifier", "payment_method_options",
    "saved_payment_method_options", "wallet_options", "payment_method_collection",
}  # fmt: skip


def create(world: World, params: JsonObject) -> JsonObject:
    check(params)
    given = params.get("payment_intent_data", {})
    inputs.act_only_on(given, INTENT_SPOKEN, inside="payment_intent_data")
    intent_metadata = inputs.metadata(given.get("metadata"), param="payment_intent_data[metadata]")
    lines = catalogue.lines(world, params["line_items"])
    total = inputs.amount(sum(item["amount_total"] for item in lines), lines[0]["currency"], param="line_items")
    values = {name: params[name] for name in COPIED if name in params}
    values |= {"currency": lines[0]["currency"], "metadata": inputs.metadata(params.get("metadata"))}
    if "customer" in params:
        customer = customers.existing(world, params["customer"], param="customer")
        values |= {"customer": customer["id"], "customer_creation": None}
        values["customer_details"] = checkout.customer_details(email=customer["email"], name=customer["name"])
    elif "customer_email" in params:
        values["customer_details"] = checkout.customer_details(email=params["customer_email"], name=None)
    name = identity("cs_test", 60)
    body = checkout.session(
        name,
        at=world.now(),
        url=f"{world.public_url}/pay/{name}",
        expires_at=expiry(world, params),
        total=total,
        values=values,
    )
    private = {"line_items": lines, "payment_intent_data": given | {"metadata": intent_metadata}}
    world.store.insert(body, private)
    world.store.set_timer(name, "expire_session", due=body["expires_at"])
    return body


def check(params: JsonObject) -> None:
    inputs.act_only_on(params, SPOKEN | LEFT_TO_STRIPE)
    for name in ("mode", "line_items", "success_url"):
        if name not in params or params[name] == []:
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    if params["mode"] != "payment":
        raise invalid(
            "The sandbox takes one-off payments only (mode=payment).", param="mode", code="sandbox_unsupported"
        )
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The sandbox has the hosted page only.", param="ui_mode", code="sandbox_unsupported")
    if "customer" in params and "customer_email" in params:
        raise invalid("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if "customer_email" in params:
        inputs.email(params["customer_email"], param="customer_email")
    if len(params.get("client_reference_id", "")) > 200:
        raise invalid("client_reference_id can have at most 200 characters.", param="client_reference_id")
    for name in ("success_url", "cancel_url"):
        if name in params:
            inputs.url(params[name], param=name)


def expiry(world: World, params: JsonObject) -> int:
    expires_at = int(params.get("expires_at", world.now() + LONGEST))
    life = expires_at - world.now()
    if not SHORTEST <= life <= LONGEST:
        bound = "at least 30 minutes from" if life < SHORTEST else "less than 24 hours from"
        raise invalid(f"The `expires_at` timestamp must be {bound} Checkout Session creation.", param="expires_at")
    return expires_at


def retrieve(world: World, params: JsonObject, session: str) -> JsonObject:
    return world.get(NOUN, session, param="session")


def update(world: World, params: JsonObject, session: str) -> JsonObject:
    inputs.act_only_on(params, {"metadata"})
    body, _ = inputs.updated(world.get(NOUN, session, param="session"), params, ())
    return world.store.save(body)


def listing(world: World, params: JsonObject) -> JsonObject:
    fields = ("customer", "payment_intent", "status")
    inputs.act_only_on(params, {*fields, "created", "ending_before", "limit", "starting_after"})
    return lists.listing(world, NOUN, params, url="/v1/checkout/sessions", fields=fields)


def line_items(world: World, params: JsonObject, session: str) -> JsonObject:
    inputs.act_only_on(params, {"limit"})
    world.get(NOUN, session, param="session")
    found = lists.line_items(world, session)
    limit = lists.limit_of(params)
    return found | {"data": found["data"][:limit], "has_more": len(found["data"]) > limit}


def expire(world: World, params: JsonObject, session: str) -> JsonObject:
    body = world.get(NOUN, session, param="session")
    if body["status"] != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{body['status']}`."
        )
        raise invalid(message, param="session")
    return close(world, body)


def close(world: World, session: JsonObject) -> JsonObject:
    session |= {"status": "expired", "url": None}
    world.store.clear_timers(session["id"])
    world.store.save(session)
    if session["payment_intent"]:
        intent = world.get("payment_intent", session["payment_intent"])
        if intent["status"] in intents.OPEN:
            intents.close(world, intent, reason="automatic")
    events.record(world, "checkout.session.expired", session)
    return session


def expire_by_time(world: World, session_id: str) -> None:
    session = world.get(NOUN, session_id)
    if session["status"] == "open":
        close(world, session)


# Paying, as the hosted page and the control API do it


def pay(
    world: World,
    session_id: str,
    card: Card,
    *,
    email: str | None = None,
    name: str | None = None,
    expires: tuple[int, int] = methods.EXPIRES,
) -> JsonObject:
    """The session, complete, or still open when the bank asks for 3-D Secure. Raises ApiError for a refused card."""
    session = world.get(NOUN, session_id, param="session")
    refuse_unless_open(session)
    session = remember_customer(world, session, email=email, name=name)
    method = methods.add(world, card, expires=expires, billing={"email": email, "name": name})
    return confirm(world, session, method)


def confirm(world: World, session: JsonObject, method: JsonObject) -> JsonObject:
    intent = intent_of(world, session)
    intents.attach_method(world, intent, method["id"])
    intent = intents.confirm_with(world, intent, {"return_url": session["url"]})
    return complete(world, session["id"], intent)


def refuse_unless_open(session: JsonObject) -> None:
    if session["status"] != "open":
        message = f"This Checkout Session is {session['status']} and can no longer be paid."
        raise invalid(message, param="session", code=f"checkout_session_{session['status']}")


def remember_customer(world: World, session: JsonObject, *, email: str | None, name: str | None) -> JsonObject:
    address = session["customer_email"] or email or (session["customer_details"] or {}).get("email")
    session["customer_details"] = checkout.customer_details(email=address, name=name)
    if session["customer_creation"] == "always" and not session["customer"]:
        session["customer"] = customers.add(world, {"email": address, "name": name})["id"]
    return world.store.save(session)


def intent_of(world: World, session: JsonObject) -> JsonObject:
    """The session's payment intent, made at the first attempt to pay, as Stripe does."""
    if session["payment_intent"]:
        return world.get("payment_intent", session["payment_intent"])
    given = world.store.private(session["id"])["payment_intent_data"]
    params = given | {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
    }
    intent = intents.add(world, params, session=session["id"], automatic_payment_methods=None)
    session["payment_intent"] = intent["id"]
    world.store.save(session)
    return intent


def complete(world: World, session_id: str, intent: JsonObject) -> JsonObject:
    """Close the session once its intent has the money, or holds it."""
    session = world.get(NOUN, session_id)
    if intent["status"] not in ("succeeded", "requires_capture") or session["status"] != "open":
        return session
    paid = "paid" if intent["status"] == "succeeded" else "unpaid"
    session |= {"status": "complete", "payment_status": paid, "url": None}
    world.store.clear_timers(session_id)
    world.store.save(session)
    events.record(world, "checkout.session.completed", session)
    return session


def authenticate(world: World, intent_id: str, *, approved: bool) -> JsonObject:
    """Answer the bank's question; the intent afterwards. Raises ApiError when refused, or when nothing was asked."""
    session_id = world.store.private(intent_id).get("session")
    if session_id:
        refuse_unless_open(world.get(NOUN, session_id))
    intent = intents.finish_authentication(world, intent_id, approved=approved)
    if session_id:
        complete(world, session_id, intent)
    return intent


def pay_delayed(world: World, session_id: str) -> JsonObject:
    """A delayed method (bank debit): the session is complete, the money is not there yet."""
    session = remember_customer(world, world.get(NOUN, session_id), email=None, name=None)
    refuse_unless_open(session)
    intent = intent_of(world, session)
    intent |= {"status": "processing"}
    world.store.save(intent)
    events.record(world, "payment_intent.processing", intent)
    session |= {"status": "complete", "payment_status": "unpaid", "url": None}
    world.store.clear_timers(session_id)
    world.store.save(session)
    events.record(world, "checkout.session.completed", session)
    return session


def settle_delayed(world: World, session_id: str, *, succeeded: bool) -> JsonObject:
    session = world.get(NOUN, session_id)
    intent = world.get("payment_intent", str(session["payment_intent"]))
    if intent["status"] != "processing":
        raise intents.refused_state(intent, "settle")
    if succeeded:
        intents.take_money(world, intent, None)
        session["payment_status"] = "paid"
    else:
        failure: ApiError = invalid("The bank debit failed.", code="payment_intent_payment_attempt_failed")
        intent |= {"status": "requires_payment_method", "last_payment_error": failure.error}
        world.store.save(intent)
        events.record(world, "payment_intent.payment_failed", intent)
    world.store.save(session)
    events.record(world, f"checkout.session.async_payment_{'succeeded' if succeeded else 'failed'}", session)
    return session
