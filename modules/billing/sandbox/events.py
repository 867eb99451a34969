"""Events: a snapshot of the object at the moment of the change, listed newest first, sent to every endpoint."""

from __future__ import annotations

from typing import Any

from modules.billing.sandbox.errors import JsonObject
from modules.billing.sandbox.parameters import api_version
from modules.billing.sandbox.world import World, identity

KEPT_SECONDS = 30 * 24 * 3600


def record(
    world: World, kind: str, body: JsonObject, previous: JsonObject | None = None, **overrides: Any
) -> JsonObject:
    """`overrides` replace fields of the event itself: a foreign api_version, livemode, a fixed id."""
    data: JsonObject = {"object": body}
    if previous is not None:
        data["previous_attributes"] = previous
    event: JsonObject = {
        "id": identity("evt"),
        "object": "event",
        "api_version": api_version(),
        "created": world.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": world.call.request_id, "idempotency_key": world.call.idempotency_key},
        "type": kind,
    } | overrides
    world.store.insert(event)
    event["pending_webhooks"] = world.enqueue(event)
    return world.store.save(event)
