"""Products and prices, and the lines of a checkout session made of them."""

from __future__ import annotations

from modules.billing.sandbox import events, inputs
from modules.billing.sandbox.errors import JsonObject, invalid
from modules.billing.sandbox.shapes import checkout
from modules.billing.sandbox.world import World, identity

PRODUCT_FIELDS = (
    "active",
    "description",
    "images",
    "name",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "url",
)
PRICE_FIELDS = ("active", "lookup_key", "nickname", "tax_behavior")
LINE_SPOKEN = {"price", "price_data", "quantity", "metadata"}


def create_product(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {*PRODUCT_FIELDS, "id", "metadata", "type"})
    body = add_product(world, params, name=params.get("id"))
    events.record(world, "product.created", body)
    return body


def add_product(world: World, params: JsonObject, *, name: str | None = None) -> JsonObject:
    values = {field: params[field] for field in PRODUCT_FIELDS if field in params}
    values["metadata"] = inputs.metadata(params.get("metadata"))
    return world.store.insert(checkout.product(name or identity("prod", 14), at=world.now(), values=values))


def create_price(world: World, params: JsonObject) -> JsonObject:
    inputs.act_only_on(params, {*PRICE_FIELDS, "currency", "unit_amount", "product", "product_data", "metadata"})
    body = add_price(world, params, path="")
    events.record(world, "price.created", body)
    return body


def add_price(world: World, params: JsonObject, *, path: str) -> JsonObject:
    """A price of `price_data` or of its own endpoint; `path` names the place for errors."""
    named = f"{path}[unit_amount]" if path else "unit_amount"
    if "unit_amount" not in params:
        raise invalid(f"Missing required param: {named}.", param=named, code="parameter_missing")
    if params["unit_amount"] < 0:
        raise invalid("Invalid non-negative integer", param=named, code="parameter_invalid_integer")
    if "product" in params:
        product = world.get("product", params["product"], param="product")
    elif "product_data" in params:
        product = add_product(world, params["product_data"])
    else:
        raise invalid("One of product or product_data is required.", code="parameter_missing")
    values = {field: params[field] for field in PRICE_FIELDS if field in params}
    values["metadata"] = inputs.metadata(params.get("metadata"))
    currency = inputs.currency(params["currency"])
    body = checkout.price(
        identity("price"), at=world.now(), currency=currency, unit_amount=params["unit_amount"],
        product=product["id"], values=values,
    )  # fmt: skip
    return world.store.insert(body, {"name": product["name"]})


def lines(world: World, given: list[JsonObject]) -> list[JsonObject]:
    """The lines with their totals. Raises when they are not all in one currency."""
    built = [line(world, item, f"line_items[{number}]") for number, item in enumerate(given)]
    currencies = {item["currency"] for item in built}
    if len(currencies) > 1:
        raise invalid(
            f"All line items must have the same currency, not {', '.join(sorted(currencies))}.", param="line_items"
        )
    return built


def line(world: World, given: JsonObject, path: str) -> JsonObject:
    inputs.act_only_on(given, LINE_SPOKEN, inside=path)
    if ("price" in given) == ("price_data" in given):
        raise invalid(f"{path} needs one of price or price_data.", param=path)
    if "price" in given:
        price = world.get("price", given["price"], param=f"{path}[price]")
    else:
        inputs.act_only_on(
            given["price_data"], {"currency", "unit_amount", "product", "product_data", "metadata", "tax_behavior"},
            inside=f"{path}[price_data]",
        )  # fmt: skip
        price = add_price(world, given["price_data"], path=f"{path}[price_data]")
    quantity = given.get("quantity")
    if quantity is None or quantity < 1:
        raise invalid("Quantity is required. Add `quantity` to the line item.", param=f"{path}[quantity]")
    name = str(world.store.private(price["id"]).get("name") or "")
    metadata = inputs.metadata(given.get("metadata"))
    return checkout.line_item(identity("li"), price=price, description=name, quantity=quantity, metadata=metadata)


def retrieve_product(world: World, params: JsonObject, product: str) -> JsonObject:
    return world.get("product", product)


def retrieve_price(world: World, params: JsonObject, price: str) -> JsonObject:
    return world.get("price", price)
