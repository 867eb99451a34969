"""SIGKILL between “pay” pressed and “order paid”: whoever dies, nothing is lost and nothing happens twice."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from modules.billing.choices import PaymentState
from modules.billing.models import Invoice, Payment, WebhookEvent
from modules.core import clock, outbox
from modules.core.actors import Actor
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.films.choices import OrderState
from modules.films.models import Edition, Entitlement, Order
from modules.films.selectors.stock import available_by_edition, levels_out_of_step
from modules.notifications.choices import DeliveryState
from modules.notifications.models import Delivery, SentMail
from modules.workflow.api import history_of
from tests.factories.shop import ADDRESS, Shop
from tests.integration.conftest import Doomed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CHECKOUT, WEBHOOK, WORK = "checkout", "webhook", "work"


@dataclass(frozen=True)
class Point:
    """Where a process dies: in which step of the purchase, at which function, before it runs or after it ran."""

    step: str
    place: str
    when: str = "before"
    nth: int = 1


POINTS = {
    "while the order is being placed": Point(CHECKOUT, "modules.films.services.orders:publish"),
    "after placing, before the payment row": Point(CHECKOUT, "modules.films.views.checkout:request_payment"),
    "while the payment row is being stored": Point(CHECKOUT, "modules.billing.services.payments:_open_later"),
    "after the row, before the call": Point(CHECKOUT, "modules.billing.services.payments:open_checkout"),
    "after the call, before the page is stored": Point(CHECKOUT, "modules.billing.services.payments:_keep_page"),
    "after the page is stored, before the answer": Point(CHECKOUT, "modules.films.views.checkout:go_to"),
    "webhook stored, before the commit": Point(WEBHOOK, "modules.billing.services.receiving:work_later", "after"),
    "webhook committed, before the answer": Point(WEBHOOK, "modules.billing.webhooks:HttpResponse"),
    "before the outbox row is leased": Point(WORK, "modules.core.outbox:lease_due"),
    "after the lease, before the work": Point(WORK, "modules.core.outbox:deliver"),
    "before the provider is asked": Point(WORK, "modules.billing.services.working:_settle_checkout"),
    "in fire, after the history row, before the commit": Point(WORK, "modules.workflow.engine.history:append", "after"),
    "while the invoice is being written": Point(WORK, "modules.billing.services.invoices:_frozen", "after"),
    "after the messages are enqueued": Point(WORK, "modules.core.messages:send", "after", nth=2),
    "in settle, before the books": Point(WORK, "modules.billing.services.settlement:post_payment"),
    "in settle, after the books, before the commit": Point(
        WORK, "modules.billing.services.settlement:post_payment", "after"
    ),
    "after settle's commit, before the event is done": Point(WORK, "modules.billing.services.working:_finish"),
    "after the event is done, before its outbox row is": Point(WORK, "modules.core.outbox:_finish", nth=2),
    "in the message, before the mail is sent": Point(WORK, "modules.notifications.sending:letter_of"),
    "after the mail has left, before that is written down": Point(WORK, "modules.notifications.sending:record_sent"),
}


@dataclass
class Purchase:
    """A customer who buys a DVD and a digital film, and what the product does with it after a death."""

    shop: Shop
    doomed: Doomed
    point: Point
    client: Client
    dvd: Edition
    now: datetime = field(default_factory=clock.now)
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    def checkout(self) -> None:
        """Press “pay”. Who gets no answer presses again."""
        form = {**ADDRESS, "key": self.key, "name": "Clara Customer"}
        if self.point.step == CHECKOUT:
            session = self.client.cookies[settings.SESSION_COOKIE_NAME].value
            self._dies("request", path="/checkout/", data=form, session=session)
        answer = self.client.post("/checkout/", form)
        assert answer.status_code == 303, answer.content.decode()[:500]
        payment = Payment.objects.get()
        assert answer["Location"] == payment.checkout_url
        self.shop.sandbox.pay(payment.session_id)

    def webhooks(self) -> None:
        """The provider tells; who does not answer is told again."""
        self.shop.posts.clear()
        self.shop.sandbox.deliver()
        posts = list(self.shop.posts)
        assert posts
        if self.point.step == WEBHOOK:
            first = posts[0]
            self._dies("request", path="/webhooks/stripe/", data=first.body.decode(), signature=first.signature)
        for post in posts:
            assert post.to(Client()) == 200

    def work(self) -> None:
        """The worker does the outbox. What a dead one had leased is free again after the lease."""
        if self.point.step == WORK:
            self._dies("work", now=self.now)
        outbox.drain(at=clock.now())
        call_command("sweep", now=(clock.now() + outbox.LEASE + timedelta(seconds=1)).isoformat(), verbosity=0)

    def _dies(self, deed: str, **facts: Any) -> None:
        self.now = clock.now()
        if "now" in facts:
            facts["now"] = self.now
        self.doomed.killed(deed, place=self.point.place, when=self.point.when, nth=self.point.nth, **facts)


@pytest.fixture
def purchase_of(
    shop: Shop, doomed: Doomed, customer: Any, client_of: Callable[[Any], Client]
) -> Callable[[Point], Purchase]:
    """A purchase whose basket is full."""

    def make(point: Point) -> Purchase:
        dvd, film = shop.edition(stock=5), shop.edition(format="digital")
        shop.basket(dvd, film, actor=Actor.of(customer))
        return Purchase(shop, doomed, point, client_of(customer), dvd)

    return make


def assert_bought_once(purchase: Purchase) -> None:
    """One order, one payment, one invoice, one film in the library, each step once, nothing left to do."""
    order = Order.objects.get()
    assert order.state == OrderState.PAID
    payment = Payment.objects.get()
    assert (payment.state, payment.captured) == (PaymentState.SETTLED, order.gross)
    assert Invoice.objects.get().gross == order.gross
    assert Entitlement.objects.get(revoked_at=None).user == order.customer
    assert [entry.target for entry in history_of(order)].count(OrderState.PAID) == 1
    assert max(Counter(entry.transition for entry in history_of(order)).values()) == 1
    assert available_by_edition([purchase.dvd.pk]) == {purchase.dvd.pk: 4}
    assert levels_out_of_step() == []
    call_command("ledger_check")
    sandbox = purchase.shop.sandbox
    assert [session["payment_status"] for session in sandbox.objects("checkout.session")] == ["paid"]
    assert [intent["status"] for intent in sandbox.objects("payment_intent")] == ["succeeded"]
    assert sandbox.objects("refund") == []
    mails = Counter(SentMail.objects.filter(to__contains=order.email).values_list("subject", flat=True))
    assert mails == {f"Order {order.number} received": 1, f"Order {order.number} is paid": 1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert set(WebhookEvent.objects.values_list("state", flat=True)) <= {"worked", "ignored"}
    assert not OutboxMessage.objects.exclude(state=OutboxState.DONE).exists()


@pytest.mark.parametrize("name", POINTS)
def test_killed_on_the_way_to_a_paid_order(name: str, purchase_of: Callable[[Point], Purchase]) -> None:
    purchase = purchase_of(POINTS[name])
    purchase.checkout()
    purchase.webhooks()
    purchase.work()
    assert_bought_once(purchase)
