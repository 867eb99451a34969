"""SIGKILL in a running product: the web worker in mid request (F01), the queue's worker in mid task (F02)."""

import http.cookiejar
import os
import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django_q.models import OrmQ

from modules.billing.models import Invoice, Payment
from modules.core import clock
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.films.choices import OrderState
from modules.films.models import Order
from modules.films.selectors.stock import available_by_edition, levels_out_of_step
from modules.workflow.api import history_of
from tests.factories.shop import ADDRESS, SECRET, Post, Shop
from tests.integration.serving import Server, until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.any_database,
    pytest.mark.slow,
    pytest.mark.xdist_group("serve"),
    pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="runs once, on SQLite"),
]


class Dying:
    """A running product that dies where it is asked to."""

    def __init__(self, server: Server, data: Path) -> None:
        self.server, self.data = server, data

    def set_trap(self, name: str) -> None:
        (self.data / name).touch()

    def has_sprung(self, name: str) -> bool:
        return not (self.data / name).exists()


@pytest.fixture(scope="module")
def dying(running_shop: Shop, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dying]:
    """One product for all tests here, on their database and with their payment provider."""
    folder = tmp_path_factory.mktemp("dying")
    server = Server(
        folder,
        migrate=False,
        DJANGO_SETTINGS_MODULE="tests.integration.dying_settings",
        DATABASE_URL=f"sqlite:///{connection.settings_dict['NAME']}",
        STRIPE_SECRET_KEY="sk_test_sandbox",
        STRIPE_WEBHOOK_SECRETS=SECRET,
        STRIPE_API_BASE=running_shop.sandbox.url,
    )
    yield Dying(server, folder / "data")
    server.stop()


class Browser:
    """A guest's browser: keeps cookies, sends the token of the form, follows nothing."""

    class _Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), self._Stay)

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """The status and where it leads; 0 when the connection broke."""
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        try:
            with self.opener.open(self.base + path, data, timeout=60) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Location", "")
        except OSError:
            return 0, ""


@pytest.mark.parametrize(
    "point", ["before the write", "after the write, before the commit", "after the commit, before the answer"]
)
def test_f01_web_worker_killed_in_mid_request(point: str, dying: Dying, shop: Shop) -> None:
    edition = shop.edition(stock=5)
    browser = Browser(dying.server.port)
    browser.get(edition.film.get_absolute_url())
    assert browser.post("/basket/add/", edition=edition.sku, quantity="2")[0] == 303
    key = re.search(r'name="key" value="([^"]+)"', browser.get("/checkout/"))
    assert key is not None
    form = {**ADDRESS, "key": key[1], "name": "Gerda Guest", "email": "guest@example.test"}

    dying.set_trap(point)
    assert browser.post("/checkout/", **form) == (0, "")
    assert dying.has_sprung(point)
    stands = point == "after the commit, before the answer"
    assert Order.objects.count() == stands
    assert available_by_edition([edition.pk])[edition.pk] == (3 if stands else 5)

    until(lambda: dying.server.get("/health/live")[0] == 200)
    answers = {browser.post("/checkout/", **form) for _press in range(2)}
    assert len(answers) == 1
    payment = Payment.objects.get()
    assert answers == {(303, payment.checkout_url)}
    order = Order.objects.get()
    assert (payment.subject_id, payment.amount) == (order.pk, order.gross)
    assert available_by_edition([edition.pk])[edition.pk] == 3
    assert levels_out_of_step() == []
    assert len(shop.sandbox.objects("checkout.session")) == 1


@pytest.mark.parametrize(
    "point", ["with the task taken, before the work", "with the work done, before the row says so"]
)
def test_f02_queue_worker_killed_while_a_task_runs(point: str, dying: Dying, shop: Shop) -> None:
    order = shop.place(shop.edition(stock=5))
    until(lambda: not OutboxMessage.objects.filter(state=OutboxState.PENDING, due_at__lte=clock.now()).exists())
    shop.pay(order)
    shop.posts.clear()
    shop.sandbox.deliver()
    dying.set_trap(point)
    for post in shop.posts:
        send(dying, post)
    until(lambda: dying.has_sprung(point))
    events = OutboxMessage.objects.filter(effect="billing.event")
    until(lambda: not events.filter(state=OutboxState.PENDING).exists())

    order.refresh_from_db()
    assert order.state == OrderState.PAID
    assert [entry.target for entry in history_of(order)].count(OrderState.PAID) == 1
    assert Invoice.objects.count() == Payment.objects.count() == 1
    if point == "with the work done, before the row says so":
        assert OutboxMessage.objects.filter(attempts=2).exists()  # staff can see that it was done again
    call_command("ledger_check")
    until(lambda: not OrmQ.objects.exists())


def test_killed_grandchildren_come_back(dying: Dying, shop: Shop) -> None:
    """The web worker, the queue's workers and its mover with the ticker: their parents start new ones."""
    before = dying.server.family() - set(dying.server.children())
    assert len(before) >= 3
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(dying.server.family() - set(dying.server.children()) - before) >= len(before))
    order = shop.place(shop.edition(stock=5))
    shop.pay(order)
    shop.posts.clear()
    shop.sandbox.deliver()
    until(lambda: dying.server.get("/health/live")[0] == 200)
    for post in shop.posts:
        send(dying, post)
    until(lambda: Order.objects.filter(pk=order.pk, state=OrderState.PAID).exists())


def send(dying: Dying, post: Post) -> None:
    """The provider's webhook, to the running product."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{dying.server.port}/webhooks/stripe/",
        post.body,
        {"Content-Type": "application/json", "Stripe-Signature": post.signature},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200
