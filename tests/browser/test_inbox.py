"""The clerk's morning in a browser: five orders from the inbox to shipped without touching the mouse."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from modules.accounts.api import role_group
from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import Actor
from modules.core.models import OutboxMessage
from modules.films.models import Shipment
from modules.workflow.api import claim, open_tasks_of
from tests.browser.test_console_accessibility import WIDE, nothing_on
from tests.browser.visitor import PHONE, Visitor
from tests.browser.watch import Watch
from tests.factories.accounts import StaffFactory
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def paid(shop: Shop, visitor: Visitor, count: int) -> list[Shipment]:
    """Orders that are paid and wait to be packed."""
    edition = shop.edition(title="For the morning", stock=20)
    orders = [shop.place(edition) for _ in range(count)]
    for order in orders:
        shop.pay(order)
    visitor.worker.until(lambda: Shipment.objects.filter(state="open").count() == count, 30)
    return list(Shipment.objects.order_by("pk"))


def row(page: Page, shipment: Shipment) -> str:
    return f"#task-{open_tasks_of(shipment).get().pk}"


def test_five_orders_from_the_inbox_to_shipped_by_keyboard_alone(enter: Enter, shop: Shop, staff: User) -> None:
    visitor = enter(user=staff)
    page, keys = visitor.page, visitor.page.keyboard
    shipments = paid(shop, visitor, 5)
    page.goto("/console/")
    expect(page.locator(".inbox-row")).to_have_count(5)
    keys.press("j")
    for number, shipment in enumerate(shipments):
        packing = row(page, shipment)
        expect(page.locator(f"{packing} [data-shortcut-focus]")).to_be_focused()
        keys.press("e")
        expect(page.locator(f"{packing} form input[type=number]")).to_be_focused()
        keys.press("Enter")
        expect(page.locator(f"{packing}.is-done")).to_be_visible()
        shipping = row(page, shipment)
        expect(page.locator(f"{shipping} [data-shortcut-focus]")).to_be_focused()
        keys.press("e")
        expect(page.get_by_label("Tracking number")).to_be_focused()
        keys.type(f"pk 10{number}")
        keys.press("Enter" if number else "Control+Enter")
        expect(page.locator(f"{shipping}.is-done")).to_be_visible()
    expect(page.locator("[data-shortcut-row]")).to_have_count(0)
    assert list(Shipment.objects.order_by("pk").values_list("state", "tracking_number")) == [
        ("shipped", f"PK10{number}") for number in range(5)
    ]


def test_taken_back_given_away_and_what_a_colleague_does_meanwhile(
    enter: Enter, shop: Shop, staff: User, watch: Watch
) -> None:
    watch.expect(r"status of 4(09|22) .*/do/pick/")
    ana = StaffFactory.create(name="Ana", roles=["films.clerk"])
    visitor = enter(user=staff)
    page, keys = visitor.page, visitor.page.keyboard
    first, second = paid(shop, visitor, 2)
    page.goto("/console/?whose=free")
    packing, other = row(page, first), row(page, second)
    keys.press("j")
    keys.press("e")
    expect(page.locator(f"{packing} form input[type=number]")).to_be_focused()
    keys.press("Escape")
    expect(page.locator(f"{packing} [data-shortcut-focus]")).to_be_focused()
    keys.press("e")
    quantity = page.locator(f"{packing} form input[type=number]")
    expect(quantity).to_be_focused()
    page.keyboard.type("9")
    keys.press("Enter")
    expect(page.locator(f"{packing} .field-error")).to_be_visible()
    quantity = page.locator(f"{packing} form input[type=number]")
    quantity.fill("1")
    quantity.press("Enter")
    expect(page.locator(f"{packing}.is-done")).to_be_visible()
    expect(page.locator("[data-shortcut-row]")).to_have_count(2)
    keys.press("u")
    expect(page.locator(f"{packing} [data-shortcut-focus]")).to_be_focused()
    expect(page.locator("[data-shortcut-row]")).to_have_count(2)

    keys.press("a")
    expect(page.locator("#inbox-who")).to_be_focused()
    expect(page.locator("#inbox-people button").first).to_contain_text("Myself")
    keys.type("ana")
    expect(page.locator("#inbox-people button")).to_have_count(1)
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(packing)).to_contain_text("Ana")

    keys.press("j")
    expect(page.locator(f"{other} [data-shortcut-focus]")).to_be_focused()
    keys.press("e")
    expect(page.locator(f"{other} form input[type=number]")).to_be_focused()
    claim(open_tasks_of(second).get(), actor=Actor.of(ana), at=clock.now())
    (third,) = [one for one in paid_more(shop, visitor) if one not in (first, second)]
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator(row(page, third))).to_be_visible()
    expect(page.locator(f"{other} form input[type=number]")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(f"{other}.is-gone")).to_contain_text(re.compile(r"Ana has it since \d\d:\d\d"))


def paid_more(shop: Shop, visitor: Visitor) -> list[Shipment]:
    order = shop.place(shop.edition(title="One more"))
    shop.pay(order)
    visitor.worker.until(lambda: order.shipments.exists(), 30)
    return list(Shipment.objects.order_by("pk"))


def test_on_a_phone_and_in_spanish_and_without_a_script(enter: Enter, shop: Shop, staff: User) -> None:
    visitor = enter(user=staff, language="es", **PHONE)
    (shipment,) = paid(shop, visitor, 1)
    staff.language = "es"
    staff.save(update_fields=["language"])
    visitor.page.goto("/console/")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "es")
    expect(visitor.page.locator(row(visitor.page, shipment))).to_contain_text(shipment.number)
    visitor.sees_nothing_stick_out()
    visitor.page.locator("[data-shortcut=e]").click()
    expect(visitor.page.locator(".inbox-form form")).to_be_visible()
    visitor.sees_nothing_stick_out()

    plain = enter(user=staff, javascript=False)
    plain.page.goto("/console/")
    plain.page.locator("[data-shortcut=e]").click()
    plain.page.locator(".workflow-form button[type=submit]").click()
    expect(plain.page.locator(".inbox-row.is-done")).to_be_visible()
    shipment.refresh_from_db()
    assert shipment.state == "picked"


def test_axe_reads_the_inbox_and_what_is_stuck(enter: Enter, shop: Shop, owner: User) -> None:
    owner.groups.add(role_group("films.clerk"))
    visitor = enter(user=owner, **WIDE)
    page, keys = visitor.page, visitor.page.keyboard
    first, second = paid(shop, visitor, 2)
    late = clock.now() - timedelta(days=2)
    open_tasks_of(second).update(due_at=late)
    OutboxMessage.objects.create(
        effect="tests.gone", key="g", state="dead", created_at=late, due_at=late, finished_at=late, attempts=8
    )
    page.goto("/console/?whose=free")
    expect(page.locator("[data-group=overdue] .inbox-row")).to_have_count(1)
    keys.press("j")
    keys.press("j")
    keys.press("e")
    packing = row(page, first)
    expect(page.locator(f"{packing} form input[type=number]")).to_be_focused()
    nothing_on(page)
    keys.press("Escape")
    keys.press("a")
    expect(page.locator("#inbox-who")).to_be_focused()
    nothing_on(page)
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator(f"{packing} [data-shortcut=e]").click()
    expect(page.locator(f"{packing} form input[type=number]")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(f"{packing}.is-done")).to_be_visible()
    nothing_on(page)
    page.get_by_role("link", name="Stuck").click()
    expect(page.locator(".inbox-row")).to_have_count(2)
    nothing_on(page)
