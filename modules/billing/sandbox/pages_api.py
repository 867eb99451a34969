"""The two undocumented calls by which Stripe's own command line pays a hosted page (`stripe trigger`)."""

from __future__ import annotations

from modules.billing.sandbox.errors import JsonObject, invalid
from modules.billing.sandbox.resources import methods, sessions
from modules.billing.sandbox.world import World


def retrieve(world: World, params: JsonObject, session: str) -> JsonObject:
    body = world.get("checkout.session", session)
    return {"id": f"ppage_{session}", "object": "checkout.session", "session_id": body["id"], "status": body["status"]}


def confirm(world: World, params: JsonObject, session: str) -> JsonObject:
    body = world.get("checkout.session", session)
    sessions.refuse_unless_open(body)
    if str(params.get("expected_amount")) != str(body["amount_total"]):
        raise invalid("The expected amount is not the session's amount.", param="expected_amount")
    method = methods.resolve(world, str(params.get("payment_method")))
    details = method["billing_details"]
    body = sessions.remember_customer(world, body, email=details["email"], name=details["name"])
    return sessions.confirm(world, body, method)
