"""How many webhooks a second are acknowledged, beside a bare view that verifies the signature and inserts one row."""

import gc
import io
import json
import secrets
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import stripe
from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from modules.billing.models import WebhookEvent
from modules.billing.sandbox.server import Sandbox
from project.urls import urlpatterns as product_urls
from tests.bench import Measurement, benchmark

SECRET = "whsec_tests"
ROUNDS, BLOCK = 40, 25


@csrf_exempt
@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """The least that a receiver can do."""
    body = request.body
    stripe.WebhookSignature.verify_header(body, request.headers["Stripe-Signature"], SECRET, 300)
    now = timezone.now()
    WebhookEvent.objects.create(
        livemode=False, event_id=secrets.token_hex(12), payload=body.decode(), received_at=now, happened_at=now
    )
    return HttpResponse()


urlpatterns = [path("bench/bare/", bare), *product_urls]


def environ(address: str, template: dict[str, Any]) -> dict[str, Any]:
    """A signed event with an id of its own, as a WSGI server hands it over."""
    body = json.dumps(template | {"id": f"evt_{secrets.token_hex(12)}"})
    data = body.encode()
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": address,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(data)),
        "HTTP_STRIPE_SIGNATURE": stripe.WebhookSignature.generate_signature_header(body, SECRET),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": io.StringIO(),
    }


def seconds(application: Callable[..., Any], address: str, template: dict[str, Any]) -> float:
    """How long a block of posts takes."""
    posts = [environ(address, template) for _ in range(BLOCK)]
    statuses: list[str] = []
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    for one in posts:
        answer = application(one, lambda status, headers: statuses.append(status))
        answer.close()
    taken = time.perf_counter() - begin
    gc.enable()
    if any(not status.startswith("200") for status in statuses):
        raise AssertionError(statuses)
    return taken


def compare(template: dict[str, Any]) -> tuple[float, float]:
    """Posts a second of ours and of the floor, measured in turns so that both meet the same weather."""
    application = get_wsgi_application()
    ours, floors = [], []
    for number in range(ROUNDS + 3):
        mine = seconds(application, "/webhooks/stripe/", template)
        bare_view = seconds(application, "/bench/bare/", template)
        if number >= 3:
            ours.append(mine)
            floors.append(bare_view)
    return BLOCK / statistics.median(ours), BLOCK / statistics.median(floors)


@contextmanager
def receiver(sandbox: Sandbox) -> Any:
    """The product set up for this sandbox, with a kept connection: opening one costs more than either view."""
    connection.settings_dict["CONN_MAX_AGE"] = None
    with override_settings(
        ROOT_URLCONF=__name__, STRIPE_WEBHOOK_SECRETS=[SECRET], STRIPE_API_BASE=sandbox.url, ALLOWED_HOSTS=["localhost"]
    ):
        yield


@benchmark("webhook", unit="1/s", aim=0.7)
def webhook() -> Measurement:
    with Sandbox(automatic=False) as sandbox, receiver(sandbox):
        client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": sandbox.url})
        price = {"currency": "eur", "unit_amount": 1210, "product_data": {"name": "Film"}}
        session = client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "success_url": "http://localhost/",
                "line_items": [{"price_data": price, "quantity": 1}],
            }
        )
        sandbox.pay(session.id)
        told = next(body for body in sandbox.objects("event") if body["type"] == "checkout.session.completed")
        value, floor = compare(told)
        sandbox.faults.add("slow", ms=100)
        slow_value, slow_floor = compare(told)
    return Measurement(value, floor, f"with a 100 ms API {slow_value / slow_floor:.2f}")
