"""Two hundred orders cancelled from the list: what will happen, progress without reload, stop, go on."""

import re
from collections.abc import Callable
from copy import copy
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.core import job_runs, outbox
from modules.core.models import Job, OutboxMessage
from modules.core.text import public_number
from modules.films.models import Order
from tests.browser.visitor import Visitor
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def many_orders(shop: Shop, count: int) -> None:
    """One order of the shop, and others like it."""
    first = shop.place(shop.edition(title="Two hundred times"))
    others = []
    for _ in range(count - 1):
        other = copy(first)
        other.pk, other.number, other.placed_key = None, public_number(), uuid4()
        others.append(other)
    Order.objects.bulk_create(others)


def work() -> None:
    """One round of the job; the mails about each order have tests of their own."""
    OutboxMessage.objects.exclude(effect="core.job").delete()
    outbox.drain(rounds=1)


def test_two_hundred_orders_are_cancelled_in_the_background(
    enter: Enter, shop: Shop, owner: User, monkeypatch: Any
) -> None:
    many_orders(shop, 200)
    monkeypatch.setattr(job_runs, "DELIVERY_SECONDS", 0)
    visitor = enter(user=owner)
    visitor.worker.stop()  # here the test says when work is done
    page = visitor.page
    page.goto("/console/films/order/")
    page.locator("#action-toggle").check()
    page.get_by_role("link", name=re.compile("^Select all 200")).click()
    page.get_by_label(re.compile("^Action")).or_(page.locator("select[name=action]")).first.select_option(
        label="Change state: Cancel the order…"
    )
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("200 of 200 can take this step now.")).to_be_visible()
    visitor.button("Cancel the order").click()

    progress = page.get_by_role("region", name="Progress")
    none = re.compile(r"(?<!\d)0 of 200")
    expect(progress).to_contain_text(none)
    work()
    expect(progress).not_to_contain_text(none)
    visitor.button("Stop").click()
    expect(progress).to_contain_text("Stopping")
    work()
    expect(progress).to_contain_text("Stopped")
    stopped = Job.objects.get()
    assert 0 < stopped.done < 200
    assert Order.objects.filter(state="cancelled").count() == stopped.done

    visitor.button("Go on").click()
    while OutboxMessage.objects.filter(effect="core.job", state="pending").exists():
        work()
    expect(progress).to_contain_text("200 of 200")
    expect(progress).to_contain_text("Finished")
    assert not Order.objects.exclude(state="cancelled").exists()
    page.get_by_role("link", name=re.compile("^Done")).click()
    expect(page.get_by_role("rowheader")).to_have_count(50)
