"""The sequences by which Stripe's command line makes events happen: here they make the same events happen.

The sandbox is asked over HTTP without the library, since the sequences are forms of paths and parameters.
"""

import http.client
import json
import re
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.billing.sandbox.shared import trigger

EVENTS = [
    "charge.captured",
    "charge.failed",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.created",
    "customer.deleted",
    "customer.updated",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payment_method.detached",
    "product.created",
]
REFERENCE = re.compile(r"\$\{(\w+):(\w+)\}")
# The package speaks a newer API than these sequences: automatic methods took this parameter's place.
GONE = "payment_method_types"


def encoded(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, child in value.items() for pair in encoded(child, f"{path}[{name}]" if path else name)]
    if isinstance(value, list):
        return [pair for number, child in enumerate(value) for pair in encoded(child, f"{path}[{number}]")]
    return [(path, str(value).lower() if isinstance(value, bool) else str(value))]


@pytest.mark.parametrize("event", EVENTS)
def test_the_sequence_makes_its_event_happen(sandbox: Any, event: str) -> None:
    answers: dict[str, Any] = {}
    with closing(http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)) as connection:
        for step in trigger(event):
            params = {name: value for name, value in step.get("params", {}).items() if name != GONE}
            text = REFERENCE.sub(lambda match: str(answers[match[1]][match[2]]), json.dumps([step["path"], params]))
            path, params = json.loads(text)
            body = urlencode(encoded(params)) if step["method"] == "post" else None
            connection.request(
                step["method"].upper(), path, body=body, headers={"Authorization": "Bearer sk_test_sandbox"}
            )
            answer = json.loads(connection.getresponse().read())
            assert answer.get("error", {}).get("type") == step.get("expected_error_type"), answer
            answers[step["name"]] = answer
    assert event in {body["type"] for body in sandbox.objects("event")}
