"""Webhook endpoints and the list of events."""

from __future__ import annotations

import json

from modules.billing.sandbox import inputs, lists
from modules.billing.sandbox.errors import JsonObject, invalid
from modules.billing.sandbox.events import KEPT_SECONDS
from modules.billing.sandbox.parameters import api_version
from modules.billing.sandbox.shapes import people
from modules.billing.sandbox.world import World, identity

NOUN = "webhook_endpoint"


def create(world: World, params: JsonObject) -> JsonObject:
    """The secret is shown here and never again."""
    inputs.act_only_on(params, {"url", "enabled_events", "description", "metadata", "api_version"})
    if params.get("api_version", api_version()) != api_version():
        raise invalid(
            f"The sandbox sends events in {api_version()} only.", param="api_version", code="sandbox_unsupported"
        )
    values = {"url": inputs.url(params["url"], param="url"), "enabled_events": params["enabled_events"]}
    values |= {"description": params.get("description") or None, "metadata": inputs.metadata(params.get("metadata"))}
    body = people.webhook_endpoint(identity("we"), at=world.now(), values=values)
    secret = identity("whsec", 32)
    world.store.insert(body, {"secret": secret})
    return body | {"secret": secret}


def retrieve(world: World, params: JsonObject, endpoint: str) -> JsonObject:
    return world.get(NOUN, endpoint)


def update(world: World, params: JsonObject, endpoint: str) -> JsonObject:
    inputs.act_only_on(params, {"url", "enabled_events", "description", "disabled", "metadata"})
    body, _ = inputs.updated(world.get(NOUN, endpoint), params, ("url", "enabled_events", "description"))
    inputs.url(body["url"], param="url")
    if "disabled" in params:
        body["status"] = "disabled" if params["disabled"] else "enabled"
    return world.store.save(body)


def delete(world: World, params: JsonObject, endpoint: str) -> JsonObject:
    world.get(NOUN, endpoint)
    world.store.execute("DELETE FROM object WHERE id = ?", (endpoint,))
    return people.deleted(NOUN, endpoint)


def listing(world: World, params: JsonObject) -> JsonObject:
    return lists.listing(world, NOUN, params, url="/v1/webhook_endpoints")


def retrieve_event(world: World, params: JsonObject, event: str) -> JsonObject:
    return world.get("event", event)


def list_events(world: World, params: JsonObject) -> JsonObject:
    clauses: list[tuple[str, object]] = [("json_extract(body, '$.created') >= ?", world.now() - KEPT_SECONDS)]
    wanted = params.get("types") or ([params["type"]] if "type" in params else [])
    if wanted:
        # json_each spares one placeholder a name; GLOB because `charge.*` is a pattern on Stripe too.
        sql = "EXISTS (SELECT 1 FROM json_each(?) AS wanted WHERE json_extract(body, '$.type') GLOB wanted.value)"
        clauses.append((sql, json.dumps(wanted)))
    if "delivery_success" in params:
        sign = "=" if params["delivery_success"] else ">"
        clauses.append((f"json_extract(body, '$.pending_webhooks') {sign} ?", 0))
    return lists.listing(world, "event", params, url="/v1/events", clauses=clauses)
