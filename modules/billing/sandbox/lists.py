"""Lists and expansion: newest first, cursors, `created` ranges, `expand[]`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from modules.billing.sandbox.errors import JsonObject, invalid, missing_resource
from modules.billing.sandbox.world import World

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
DEEPEST = 4
EXPANDABLE = {
    "checkout.session": {"payment_intent", "customer"},
    "payment_intent": {"latest_charge", "customer", "payment_method"},
    "charge": {"payment_intent", "customer", "balance_transaction", "failure_balance_transaction"},
    "refund": {"charge", "payment_intent", "balance_transaction", "failure_balance_transaction"},
    "payment_method": {"customer"},
    "balance_transaction": {"source"},
    "price": {"product"},
}


def page(items: list[JsonObject], *, url: str, has_more: bool = False) -> JsonObject:
    return {"object": "list", "data": items, "has_more": has_more, "url": url}


def listing(
    world: World,
    noun: str,
    params: JsonObject,
    *,
    url: str,
    fields: Iterable[str] = (),
    clauses: Iterable[tuple[str, Any]] = (),
) -> JsonObject:
    """`fields` are the parameters that compare with the field of the same name; `clauses` further conditions."""
    limit = limit_of(params)
    equal = {name: params[name] for name in fields if name in params}
    conditions = [*clauses, *created_clauses(params.get("created"))]
    backwards = "ending_before" in params
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            conditions.append((f"sequence {sign} ?", sequence(world, noun, params[name], name)))
    found = world.store.newest(noun, equal, clauses=conditions, limit=limit + 1, ascending=backwards)
    items = found[:limit]
    return page(items[::-1] if backwards else items, url=url, has_more=len(found) > limit)


def limit_of(params: JsonObject) -> int:
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= 100:
        bound = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
        message = f"This value must be {bound} (it currently is '{limit}')."
        raise invalid(message, param="limit", code="parameter_invalid_integer")
    return limit


def sequence(world: World, noun: str, wanted: str, param: str) -> int:
    number = world.store.sequence_of(wanted)
    if number is None or world.store.find(wanted, noun) is None:
        raise missing_resource(noun, wanted, param)
    return number


def created_clauses(created: Any) -> list[tuple[str, int]]:
    if created is None:
        return []
    if not isinstance(created, dict):
        return [("json_extract(body, '$.created') = ?", int(created))]
    return [(f"json_extract(body, '$.created') {COMPARISONS[name]} ?", int(value)) for name, value in created.items()]


def expand(world: World, body: JsonObject, paths: list[str]) -> JsonObject:
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        expand_path(world, body, steps, path)
    return body


def expand_path(world: World, body: Any, steps: list[str], path: str) -> None:
    if not steps or not isinstance(body, dict):
        return
    if body.get("object") == "list" and steps[0] == "data":
        for item in body["data"]:
            expand_path(world, item, steps[1:], path)
        return
    name = steps[0]
    if not include(world, body, name):
        noun = str(body.get("object"))
        if name not in EXPANDABLE.get(noun, set()) and not isinstance(body.get(name), dict):
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        if isinstance(body.get(name), str):
            body[name] = world.store.find(body[name])
    expand_path(world, body[name], steps[1:], path)


def include(world: World, body: JsonObject, name: str) -> bool:
    """Lists that are left out of the object unless asked for."""
    if (body.get("object"), name) == ("checkout.session", "line_items"):
        body[name] = line_items(world, body["id"])
    elif (body.get("object"), name) == ("charge", "refunds"):
        refunds = world.store.newest("refund", {"charge": body["id"]})
        body[name] = page(refunds, url=f"/v1/charges/{body['id']}/refunds")
    else:
        return False
    return True


def line_items(world: World, session_id: str) -> JsonObject:
    items = world.store.private(session_id)["line_items"]
    return page(items, url=f"/v1/checkout/sessions/{session_id}/line_items")
