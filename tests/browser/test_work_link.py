"""Somebody outside answers by a link: on a phone, without a script, once; and what an old link says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from modules.core import clock
from modules.films.models import Order
from modules.workflow.api import flow_of, history_of
from modules.workflow.graph import ActorRule, Outcome, TaskNode
from modules.workflow.models import TaskLink
from modules.workflow.people import links
from tests.browser.test_accessibility import nothing_on
from tests.browser.visitor import PHONE, Visitor
from tests.browser.watch import Watch
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
NODE = TaskNode(
    "confirm", "Confirm the address", ("awaiting_payment",), ActorRule("link", "email"),
    (Outcome("right", "It is right"), Outcome("wrong", "It is wrong")),
)  # fmt: skip


@pytest.fixture
def order(shop: Shop) -> Iterator[Order]:
    """An order whose buyer is asked to confirm something."""
    flow = flow_of(Order)
    flow.use(replace(flow.graph, tasks=(*flow.graph.tasks, NODE)))
    yield shop.place(shop.edition(title="Asked about"))
    flow.forget()


def path() -> str:
    return urlsplit(links.address_of(TaskLink.objects.get())).path


@pytest.mark.parametrize("javascript", [True, False])
def test_a_guest_answers_on_a_phone(order: Order, enter: Enter, javascript: bool) -> None:
    guest = enter(javascript=javascript, **PHONE)
    guest.page.goto(path())
    expect(guest.heading("Confirm the address")).to_be_visible()
    expect(guest.page.get_by_text(str(order)).first).to_be_visible()
    guest.sees_nothing_stick_out()
    if javascript:
        nothing_on(guest.page)
    guest.button("It is right").click()
    expect(guest.heading("Thank you")).to_be_visible()
    guest.sees_nothing_stick_out()
    guest.page.reload()
    expect(guest.heading("Thank you")).to_be_visible()
    assert history_of(order).latest("pk").transition == "confirm.right"


def test_an_old_link_says_what_to_do(order: Order, enter: Enter, watch: Watch) -> None:
    watch.expect("404")
    now = clock.now()
    TaskLink.objects.update(created_at=now - timedelta(days=20), expires_at=now - timedelta(days=6))
    guest = enter(**PHONE)
    guest.page.goto(path())
    expect(guest.heading("This link has expired")).to_be_visible()
    nothing_on(guest.page)
    guest.sees_nothing_stick_out()
