"""Customers."""

from __future__ import annotations

import secrets

from modules.billing.sandbox import events, inputs, lists
from modules.billing.sandbox.errors import JsonObject, missing_resource
from modules.billing.sandbox.shapes import people
from modules.billing.sandbox.world import World, identity

FIELDS = (
    "address",
    "business_name",
    "description",
    "email",
    "individual_name",
    "name",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)
NOUN = "customer"


def create(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {*FIELDS, "metadata"})
    return add(world, params)


def add(world: World, params: JsonObject) -> JsonObject:
    if params.get("email"):
        inputs.email(params["email"])
    values = {name: params[name] for name in FIELDS if params.get(name)}
    values["metadata"] = inputs.metadata(params.get("metadata"))
    if "address" in values:
        values["address"] = people.address(values["address"])
    body = people.customer(identity("cus", 14), at=world.now(), prefix=secrets.token_hex(4).upper(), values=values)
    world.store.insert(body)
    events.record(world, "customer.created", body)
    return body


def retrieve(world: World, params: JsonObject, customer: str) -> JsonObject:
    return world.get(NOUN, customer)


def update(world: World, params: JsonObject, customer: str) -> JsonObject:
    inputs.act_only_on(params, {*FIELDS, "metadata"})
    if params.get("email"):
        inputs.email(params["email"])
    body, previous = inputs.updated(existing(world, customer), params, FIELDS)
    world.store.save(body)
    if previous:
        events.record(world, "customer.updated", body, previous)
    return body


def delete(world: World, params: JsonObject, customer: str) -> JsonObject:
    """A deleted customer can still be retrieved: it says `deleted`."""
    body = existing(world, customer)
    events.record(world, "customer.deleted", body)
    return world.store.save(people.deleted(NOUN, customer))


def listing(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {"created", "email", "ending_before", "limit", "starting_after"})
    alive = [("json_extract(body, '$.deleted') IS ?", None)]
    return lists.listing(world, NOUN, params, url="/v1/customers", fields=["email"], clauses=alive)


def existing(world: World, customer: str, *, param: str = "id") -> JsonObject:
    body = world.get(NOUN, customer, param=param)
    if body.get("deleted"):
        raise missing_resource(NOUN, customer, param)
    return body
