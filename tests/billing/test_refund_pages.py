"""Refunds on the console's pages and documents on the portal's, in a shop that sells."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.billing.api import RefundRequest, credit_notes_of, document_pdf, invoice_of, payments_of
from modules.billing.models import LedgerCheck, Refund
from modules.billing.selectors.proof import ledger_findings
from modules.billing.services.proving import prove, prove_when_due
from modules.core import clock, outbox
from modules.core.actors import Actor
from modules.core.figures import figures_for
from modules.core.money import Money
from modules.core.timeline import timeline_of
from modules.films.models import Order
from modules.workflow.api import history_of
from tests.factories.billing import clerk_of_billing, manager_of_billing
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]


@pytest.fixture
def order(shop: Shop, customer: User) -> Order:
    """Two of one film, paid: 2 × 12.90 and shipping."""
    return shop.buy(shop.edition(title="Ikiru", stock=9), actor=Actor.of(customer), quantity=2)


@pytest.fixture
def clerk(staff: User) -> User:
    """The clerk of the film shop, who may ask for refunds."""
    return staff


def asking(order: Order) -> str:
    return reverse("billing:ask_refund", args=["films.order", order.pk])


def form(**given: Any) -> dict[str, Any]:
    return {"what": "all", "reason": "It was scratched", "key": uuid.uuid4(), **given}


def page_of(record: Any) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


def test_from_the_orders_page_pieces_go_back_with_their_credit_note(
    order: Order, clerk: User, client_of: ClientOf
) -> None:
    client = client_of(clerk)
    assert asking(order) in client.get(page_of(order)).content.decode()
    shown = client.get(asking(order)).content.decode()
    assert "Everything that is left" in shown
    assert "Ikiru" in shown
    answer = client.post(asking(order), form(what="pieces", line_1=1))
    assert (answer.status_code, answer["Location"]) == (303, page_of(order))
    outbox.drain(at=clock.now())
    (note,) = credit_notes_of(invoice_of(order))
    assert (note.gross, note.tax) == (Money(1290, "EUR"), Money(224, "EUR"))
    assert "1 × " not in client.get(asking(order)).content.decode()
    told = client.get(page_of(order)).content.decode()
    assert note.full_number in told
    assert note.get_pdf_url() in told
    assert client.get(asking(order)).context["form"].lines[0].quantity == 1


def test_an_error_stands_at_its_field_and_a_refusal_says_what_is_left(
    order: Order, clerk: User, client_of: ClientOf
) -> None:
    client = client_of(clerk)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"what": "part", "amount": ""}, "above zero"),
        ({"what": "part", "amount": "-3"}, "above zero"),
        ({"what": "part", "amount": "999"}, "is left to refund"),
        ({"what": "pieces"}, "how many pieces"),
        ({"what": "pieces", "line_1": "3"}, "less than or equal to 2"),
        ({"reason": ""}, "required"),
        ({"what": "nonsense"}, "valid choice"),
        ({"key": "x"}, "UUID"),
    ]
    for given, words in wrong:
        answer = client.post(asking(order), form(**given), headers={"HX-Request": "true"})
        assert answer.status_code == 422, given
        assert words in answer.content.decode(), given
    assert not RefundRequest.objects.exists()
    client.post(asking(order), form(), headers={"HX-Request": "true"})
    answer = client.post(asking(order), form())
    assert answer.status_code == 409
    assert clerk.name in answer.content.decode() or "0.00" in answer.content.decode()


def test_f25_twelve_presses_of_the_button_make_one_refund_and_all_lead_back(
    order: Order, clerk: User, client_of: ClientOf
) -> None:
    client, sent = client_of(clerk), form()
    answers = [client.post(asking(order), sent, headers={"HX-Request": "true"}) for _press in range(12)]
    assert {answer["HX-Redirect"] for answer in answers} == {page_of(order)}
    assert Refund.objects.count() == 1


def test_four_eyes_from_asking_to_the_mail_with_the_credit_note(
    shop: Shop, customer: User, clerk: User, client_of: ClientOf
) -> None:
    order = shop.buy(shop.edition(price=6000, stock=3), actor=Actor.of(customer))
    manager = manager_of_billing()
    client_of(clerk).post(asking(order), form())
    request = RefundRequest.objects.get()
    assert request.state == "approval"
    approve = reverse("workflow:transition", args=["billing.refundrequest", request.pk, "approve"])
    assert client_of(clerk).post(approve).status_code == 403
    assert client_of(manager).post(approve).status_code in (302, 303)
    outbox.drain(at=clock.now())
    request.refresh_from_db()
    assert request.state == "done"
    outbox.drain(at=clock.now() + timedelta(minutes=5))
    files = [file for message in mail.outbox if message.to == [customer.email] for file in message.attachments]
    note = credit_notes_of(invoice_of(order)).get()
    names = [file[0] for file in files]
    assert f"{note.full_number}.pdf" in names
    assert f"{invoice_of(order).full_number}.pdf" in names
    assert all(bytes(file[1]).startswith(b"%PDF-") for file in files)


def test_a_refund_made_on_the_providers_side_reaches_order_customer_and_books(
    order: Order, shop: Shop, clerk: User, client_of: ClientOf
) -> None:
    payment = payments_of(order).get()
    shop.sandbox.control.refund(payment_intent=payment.intent_id, amount=500)
    shop.deliver()
    refund = Refund.objects.get()
    assert (refund.origin, refund.state, refund.amount) == ("provider", "settled", Money(500, "EUR"))
    assert credit_notes_of(invoice_of(order)).get().gross == Money(500, "EUR")
    assert outbox.OutboxMessage.objects.filter(payload__message="films.order_refunded").exists()
    told = client_of(clerk).get(page_of(order)).content.decode()
    assert "made at the provider" in told
    assert ledger_findings() == []


def test_who_has_no_right_sees_neither_button_nor_form(order: Order, client_of: ClientOf, customer: User) -> None:
    from tests.factories.accounts import StaffFactory

    bookkeeper = StaffFactory(roles=["billing.bookkeeper"])
    for user, codes in [(bookkeeper, {403}), (customer, {302, 303, 403}), (clerk_of_billing(), {403})]:
        client = client_of(user)
        assert client.get(asking(order)).status_code in codes
        assert client.post(asking(order), form()).status_code in codes
    assert not RefundRequest.objects.exists()


def test_f36_documents_are_for_their_owner_the_guest_with_a_link_and_staff(
    order: Order, shop: Shop, client_of: ClientOf, customer: User, stranger: User, clerk: User
) -> None:
    invoice = invoice_of(order)
    address = invoice.get_pdf_url()
    assert address in client_of(customer).get(order.get_absolute_url()).content.decode()
    for user in (customer, clerk):
        answer = client_of(user).get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content == document_pdf(invoice)
        assert answer["Content-Disposition"] == f'attachment; filename="{invoice.full_number}.pdf"'
    for client in (client_of(stranger), Client()):
        assert client.get(address).status_code == 404


def test_the_guest_reaches_the_invoice_by_the_link_in_the_mail(shop: Shop) -> None:
    from modules.accounts.api import guest_link

    order = shop.buy(shop.edition(stock=3))
    client = Client()
    client.get(guest_link(order, order.get_absolute_url(), at=clock.now()), follow=True)
    assert client.get(invoice_of(order).get_pdf_url()).status_code == 200


def test_the_timeline_tells_of_the_money_and_only_to_those_who_may_see_it(
    order: Order, clerk: User, client_of: ClientOf, rf: Any, customer: User
) -> None:
    client_of(clerk).post(asking(order), form(what="part", amount="1.00"))
    outbox.drain(at=clock.now())
    request = rf.get("/")
    request.user = clerk
    titles = [str(item.title) for item in timeline_of(request, order, ["money"])]
    assert titles[0] in ("€1.00 refunded", f"Credit note C{clock.now().year}-000001")
    assert {"€1.00 refunded", "Refund of €1.00 asked for", "€29.70 paid", "€29.70 asked for"} <= set(titles)
    request.user = customer
    assert timeline_of(request, order, ["money"]) == []


def test_figures_count_what_waits_and_what_came_in(
    order: Order, shop: Shop, clerk: User, client_of: ClientOf, rf: Any
) -> None:
    dear = shop.buy(shop.edition(price=6000, stock=3))
    client_of(clerk).post(asking(dear), form())
    request = rf.get("/")
    request.user, request.actor, request.now = clerk, Actor.of(clerk), clock.now()
    found = {str(figure.title): figure for figure in figures_for(request)}
    waiting = found["Refunds waiting for a second pair of eyes"]
    assert waiting.value == "1"
    assert found["Money in today"].value == "€89.70"
    listing = client_of(clerk).get(waiting.url).content.decode()
    assert dear.number in listing
    assert client_of(clerk).get(found["Money in today"].url).status_code == 200


def test_lists_of_requests_ask_a_constant_number_of_queries(
    shop: Shop, clerk: User, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = client_of(clerk), []
    listing = reverse("admin:billing_refundrequest_changelist")
    for _row in range(3):
        order = shop.buy(shop.edition(stock=2))
        client.post(asking(order), form(what="part", amount="1.00"))
        client.get(listing)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(listing).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_the_books_are_proven_once_a_night_and_a_finding_is_told_once() -> None:
    from modules.billing.models import Account
    from modules.core.models import OutboxMessage
    from tests.billing.conftest import work_all

    night = clock.now().replace(hour=12, minute=0)
    assert prove_when_due(at=night.replace(hour=0, minute=10)) == 0
    assert [prove_when_due(at=night) for _round in range(3)] == [1, 0, 0]
    Account.objects.create(code="bank", currency="EUR", kind="asset", balance=5)
    outbox.drain(at=night + timedelta(minutes=1))
    check = LedgerCheck.objects.get()
    assert (check.day, len(check.findings)) == (night.date(), 1)
    prove(check.day, at=night)
    assert OutboxMessage.objects.filter(payload__message="billing.books_are_wrong").count() == 1
    assert prove_when_due(at=night + timedelta(hours=1)) == 0
    assert prove_when_due(at=night + timedelta(days=1)) == 1
    Account.objects.all().delete()
    work_all()
    assert LedgerCheck.objects.count() in (1, 2)


def test_f50_no_key_and_no_signing_secret_stands_on_a_page_in_the_outbox_or_the_log(
    order: Order, clerk: User, client_of: ClientOf, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = [settings.STRIPE_SECRET_KEY, *settings.STRIPE_WEBHOOK_SECRETS]
    manager = manager_of_billing()
    client_of(clerk).post(asking(order), form(what="part", amount="1.00"))
    outbox.drain(at=clock.now())
    records = [*payments_of(order), *Refund.objects.all(), *RefundRequest.objects.all(), invoice_of(order)]
    texts = [client_of(manager).get(page_of(record)).content.decode() for record in records]
    texts += [client_of(manager).get(reverse("admin:billing_webhookevent_changelist")).content.decode()]
    texts += [f"{row.payload} {row.error} {row.key}" for row in outbox.OutboxMessage.objects.all()]
    texts += [
        f"{entry.data} {entry.reason}" for request in RefundRequest.objects.all() for entry in history_of(request)
    ]
    texts.append(caplog.text)
    assert all(secret and secret not in text for secret in secrets for text in texts)
