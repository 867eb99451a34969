"""The receiver: what it lets in and what it stores."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe
from django.test import Client

from modules.billing.api import PaymentPage
from modules.billing.models import WebhookEvent
from modules.billing.sandbox.server import Sandbox
from modules.core.models import OutboxMessage
from tests.billing.conftest import SECRET, event, post, sign

Ask = Callable[..., PaymentPage]
Deliver = Callable[..., int]


@pytest.mark.django_db
def test_a_signed_event_is_stored_as_it_came_and_worked_later(client: Client, sandbox: Sandbox) -> None:
    body = event()
    assert post(client, body).status_code == 200
    stored = WebhookEvent.objects.get()
    assert (stored.event_id, stored.type, stored.state) == ("evt_1", "customer.created", "stored")
    assert stored.payload == body.decode()
    assert OutboxMessage.objects.filter(effect="billing.event", payload={"event": stored.pk}).exists()


@pytest.mark.django_db
def test_the_library_signs_as_we_verify(client: Client, sandbox: Sandbox) -> None:
    body = event()
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), SECRET)
    assert post(client, body, header).status_code == 200


@pytest.mark.django_db
def test_f51_both_secrets_are_accepted_while_one_is_rolled(client: Client, sandbox: Sandbox, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    assert post(client, event(), sign(event(), secret="whsec_new")).status_code == 200
    assert post(client, event(id="evt_2"), sign(event(id="evt_2"))).status_code == 200


@pytest.mark.django_db
def test_f18_two_v1_are_accepted_when_one_fits(client: Client, sandbox: Sandbox) -> None:
    header = sign(event()).replace(",v1=", f",v1={'0' * 64},v1=")
    assert post(client, event(), header).status_code == 200


NOW = time.time
BAD_HEADERS: dict[str, Callable[[bytes], str]] = {
    "missing": lambda body: "",
    "wrong secret": lambda body: sign(body, secret="whsec_other"),
    "empty secret": lambda body: sign(body, secret=""),
    "replayed, older than 300 s": lambda body: sign(body, moment=NOW() - 302),
    "from the future": lambda body: sign(body, moment=NOW() + 320),
    "v0 only": lambda body: sign(body).replace("v1=", "v0="),
    "two v1, none fits": lambda body: f"t={int(NOW())},v1={'0' * 64},v1={'f' * 64}",
    "two moments": lambda body: sign(body) + f",t={int(NOW())}",
    "no moment": lambda body: sign(body).split(",")[1],
    "moment no number": lambda body: "t=now," + sign(body).split(",")[1],
    "not ascii": lambda body: f"t={int(NOW())},v1=ñ",
    "digits of another script": lambda body: "t=١٢٣,v1=" + "0" * 64,
    "signature of another body": lambda body: sign(body + b" "),
    "garbage": lambda body: "\x7f,,,==;",
    "huge": lambda body: sign(body) + ",v1=" * 2000,
    "upper case": lambda body: sign(body).upper(),
}


@pytest.mark.parametrize("name", BAD_HEADERS)
@pytest.mark.django_db
def test_f18_a_header_that_does_not_fit_is_400_and_leaves_no_row(name: str, client: Client, sandbox: Sandbox) -> None:
    header = BAD_HEADERS[name](event()).encode("utf-8").decode("latin-1")
    response = post(client, event(), header)
    assert (response.status_code, response.content) == (400, b"")
    assert not WebhookEvent.objects.exists()


BAD_BODIES = {
    "empty": b"",
    "no utf-8": b'{"id": "\xff\xfe"}',
    "no json": b"hello",
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "no event": event(object="customer"),
    "no id": event(id=None),
    "id of odd letters": event(id="evt_<script>"),
    "id too long": event(id="e" * 300),
    "no type": event(type=None),
    "type too long": event(type="t" * 300),
    "no mode": event(livemode=None),
    "no time": event(created=None),
    "time as text": event(created="2026"),
    "time beyond calendars": event(created=10**15),
    "time before time": event(created=-1),
    "time as truth": event(created=True),
    "version no text": event(api_version=17),
    "NaN": b'{"id": NaN}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.django_db
def test_f18_a_signed_body_that_is_no_event_is_400_and_leaves_no_row(
    name: str, client: Client, sandbox: Sandbox
) -> None:
    response = post(client, BAD_BODIES[name])
    assert (response.status_code, response.content) == (400, b"")
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
def test_f18_a_huge_body_is_refused_before_it_is_read(client: Client, sandbox: Sandbox) -> None:
    body = event(data={"object": {"id": "x" * 2_000_000}})

    class Unread:
        def read(self, *_: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    headers = {"CONTENT_LENGTH": str(len(body)), "HTTP_STRIPE_SIGNATURE": sign(body), "wsgi.input": Unread()}
    response = client.generic("POST", "/webhooks/stripe/", b"", **headers)
    assert response.status_code == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
def test_f18_the_reason_is_logged_without_what_came(
    client: Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    post(client, event(id="evt_secret"), sign(event(), secret="whsec_other"))
    refusals = [record.getMessage() for record in caplog.records if record.name == "modules.billing.webhooks"]
    assert refusals == ["a webhook was refused: the signature does not fit"]


@pytest.mark.django_db
def test_f44_the_receiver_needs_no_csrf_token_and_takes_only_post(sandbox: Sandbox) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, event()).status_code == 200
    assert strict.get("/webhooks/stripe/").status_code == 405
