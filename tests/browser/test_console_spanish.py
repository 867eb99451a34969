"""The console in Spanish on a phone: nothing sticks out, and the words are the catalogue's."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from modules.accounts.api import role_group
from modules.accounts.models import User
from modules.core.actors import Actor
from modules.films.models import Order
from tests.browser.visitor import PHONE, Visitor
from tests.factories.accounts import OwnerFactory
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]

ENGLISH = (
    "Orders", "Shipments", "Start", "Today", "Later", "Overdue", "Pick and pack", "Take it", "Awaiting payment", "Paid",
    "Cancelled", "State", "Payments", "Cancel the order", "Refund…", "What goes back", "Reason", "Not now", "Filter",
    "Columns", "Search", "Save view", "Move", "Table", "Board", "Calendar", "Comment", "Files", "Save", "Roles",
    "What we tell you", "Comments", "Inbox", "My team's", "Unclaimed", "Everything there is", "Latest changes",
    "Diagram", "Where records wait", "Ways through", "Never used", "Versions", "What people may do",
    "New records start here", "Promised", "Move by hand", "By itself", "Business calendars", "Public holidays",
    "My absences",
)  # fmt: skip
"""Words of these pages; none may be read in Spanish that its own translation differs from."""


def foreign(text: str) -> Iterator[str]:
    """Which of the English words stand there as a line of their own."""
    lines = {line.strip() for line in text.splitlines()}
    with override("es"):
        yield from (words for words in ENGLISH if words in lines and gettext(words) != words)


def reads_spanish(visitor: Visitor, *said: str) -> None:
    """The page is in Spanish, says these words, and fits the window."""
    expect(visitor.page.locator("html")).to_have_attribute("lang", "es")
    text = visitor.page.locator("body").inner_text()
    left = list(foreign(text))
    assert not left, f"{visitor.page.url} says {left}"
    for words in said:
        assert visitor.say(words).casefold() in text.casefold(), f"{visitor.page.url} does not say {visitor.say(words)}"
    visitor.sees_nothing_stick_out()


@pytest.fixture
def clerk(enter: Enter) -> Visitor:
    """Somebody who packs and may see every page, in Spanish on a phone."""
    person = OwnerFactory.create(name="Ana", language="es")
    person.groups.add(role_group("films.clerk"))
    return enter(user=person, language="es", locale="es-ES", **PHONE)


@pytest.fixture
def order(shop: Shop, clerk: Visitor, customer: User) -> Order:
    """A paid order with a parcel to pack."""
    order = shop.place(shop.edition(title="Paid for"), actor=Actor.of(customer))
    shop.pay(order)
    clerk.worker.until(lambda: order.shipments.exists())
    return order


def test_the_days_pages(clerk: Visitor, order: Order) -> None:
    page = clerk.page
    page.goto("/console/?whose=free")
    expect(page.locator(".inbox-row")).to_have_count(1)
    reads_spanish(clerk, "Pick and pack", "Waiting to ship")
    page.goto("/console/films/order/")
    reads_spanish(clerk, "Orders", "Filter", "Paid")
    page.goto(f"/console/films/order/{order.pk}/change/")
    reads_spanish(clerk, "State", "Paid", "Cancel the order", "Payments", "Comment")
    clerk.link("Refund…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(clerk.say("What goes back"))
    expect(dialog.get_by_label(re.compile(f"^{clerk.say('Reason')}"))).to_be_visible()
    reads_spanish(clerk, "What goes back", "Single pieces", "An amount", "Not now")


def test_the_other_pages(clerk: Visitor, order: Order) -> None:
    page = clerk.page
    page.goto(reverse("billing:ask_refund", args=["films.order", order.pk]))
    reads_spanish(clerk, "Refund", "Reason")
    page.goto("/console/workflow/films.order/board/")
    reads_spanish(clerk, "Awaiting payment", "Paid", "Cancelled")
    page.goto(reverse("admin:accounts_role_matrix"))
    reads_spanish(clerk, "Roles")
    page.goto("/notifications/preferences/")
    reads_spanish(clerk, "What we tell you", "Orders", "Save")


def test_the_pages_of_the_engine(clerk: Visitor, order: Order) -> None:
    page = clerk.page
    page.goto("/console/workflow/films.order/")
    reads_spanish(clerk, "Where records wait", "Ways through", "Never used")
    page.goto("/console/workflow/films.order/export/")
    reads_spanish(clerk, "What people may do", "What happens by itself", "Give the copies back to the shelves")
    page.goto("/console/workflow/films.order/versions/")
    reads_spanish(clerk, "Versions", "New records start here")
    page.goto(f"/console/films/shipment/{order.shipments.get().pk}/change/")
    reads_spanish(clerk, "Promised", "Sent within two business days")
    page.goto("/console/workflow/absences/")
    reads_spanish(clerk, "When you are away", "One more absence")
    page.goto("/console/workflow/businesscalendar/")
    reads_spanish(clerk, "Business calendars")
