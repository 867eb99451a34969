"""No request that fits the typed parameters, and none that does not, is answered with our own failure."""

import logging
from typing import Any
from urllib.parse import urlencode

import pytest

from modules.billing.sandbox.api import Request
from modules.billing.sandbox.parameters import Kind, classes_of
from modules.billing.sandbox.routes import ROUTES, Route

KEY = {"authorization": "Bearer sk_test_sandbox"}


def samples(kind: Kind, classes: Any, depth: int = 0) -> list[Any]:
    """Values that the typed parameters allow: empty, extreme, foreign."""
    if kind.sort == "scalar":
        return {"int": ["0", "-1", "999999999999999999"], "bool": ["true", "false"]}.get(
            kind.name, ["", "ñ\0<x>", "a" * 600]
        )
    if kind.sort == "choice":
        return list(kind.values[:2])
    if kind.sort == "items":
        return [{"0": value} for inner in kind.inner[:1] for value in samples(inner, classes, depth)[:2]]
    if kind.sort == "map" or depth > 2:
        return [{"k": "v"}, {"k": ""}]
    fields = {name: samples(field.kinds[0], classes, depth + 1)[:1] for name, field in classes[kind.name].items()}
    return [{name: values[0] for name, values in list(fields.items())[:4] if values}]


def flat(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, child in value.items() for pair in flat(child, f"{path}[{name}]")]
    return [(path, value)]


@pytest.fixture(scope="module")
def known(running: Any) -> dict[str, str]:
    """An id for each noun, so that requests reach the endpoints."""
    running.reset()
    ask = running.server.api.answer
    line = (
        "line_items[0][quantity]=1&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=900"
    )
    form = f"mode=payment&success_url=http://localhost/&{line}&line_items[0][price_data][product_data][name]=A"
    for _ in range(2):
        ask(Request("POST", "/v1/checkout/sessions", "", KEY, form.encode()))
    ask(Request("POST", "/v1/customers", "", KEY, b"name=A"))
    ask(Request("POST", "/v1/webhook_endpoints", "", KEY, b"url=http://localhost:1/&enabled_events[0]=*"))
    session = running.objects("checkout.session")[0]["id"]
    paid = running.pay(session)
    running.refund(payment_intent=paid["payment_intent"], amount=100)
    nouns = running.control.state()["objects"]
    return {noun: bodies[-1]["id"] for noun, bodies in nouns.items()}


def addresses(route: Route, known: dict[str, str]) -> list[str]:
    pattern = route.pattern.pattern
    if "(" not in pattern:
        return [pattern]
    return [pattern.replace("([^/]+)", identity) for identity in (*known.values(), "nothing", "%00")]


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.params], ids=lambda route: f"{route.method} {route.params}"
)
def test_no_parameter_brings_an_endpoint_down(running: Any, known: dict[str, str], route: Route, caplog: Any) -> None:
    classes = classes_of(str(route.params))
    fields = next(iter(classes.values()))
    required = [
        pair
        for name, field in fields.items()
        if field.required
        for pair in flat(samples(field.kinds[0], classes)[0], name)
    ]
    forms = [required, [("colour", "red")], [("expand[]", "customer.nothing.a.b.c")], [("metadata", ""), *required]]
    for name, field in fields.items():
        for kind in field.kinds:
            forms += [[*required, *flat(value, name)] for value in samples(kind, classes)]
    caplog.set_level(logging.ERROR)
    for address in addresses(route, known)[:: 3 if len(forms) > 60 else 1]:
        for form in forms:
            text = urlencode(form)
            body, query = (text.encode(), "") if route.method == "POST" else (b"", text)
            assert running.server.api.answer(Request(route.method, address, query, KEY, body)).status < 500, (
                address,
                form,
            )
    assert caplog.records == []
