"""The board in a browser: a card dragged, a card refused, a card sent by keyboard, and what others do."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.films.models import Order
from modules.workflow.api import fire
from tests.browser.visitor import PHONE, Visitor
from tests.browser.watch import Watch
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
BOARD = "/console/workflow/films.order/board/"


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def card(page: Page, order: Order) -> Locator:
    return page.locator(f"#card-{order.pk}")


def test_a_clerk_drags_a_card_and_reads_why_another_stays(enter: Enter, shop: Shop, owner: User) -> None:
    edition = shop.edition(title="On the board")
    first, second = shop.place(edition), shop.place(edition)
    page = enter(user=owner, viewport={"width": 2000, "height": 900}).page
    page.goto(BOARD)
    waiting, gone, paid = (column(page, name) for name in ("Awaiting payment", "Cancelled", "Paid"))
    expect(waiting.locator(".board-count")).to_have_text("2")

    card(page, first).drag_to(paid)
    expect(page.locator("#board-said")).to_have_text("This happens by itself.")
    expect(waiting.locator(f"#card-{first.pk}")).to_be_visible()

    card(page, first).drag_to(gone)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^Reason")).fill("Changed their mind")
    dialog.get_by_role("button", name="Cancel the order").click()
    expect(gone.locator(".board-count")).to_have_text("1")
    expect(card(page, first)).to_have_count(0)
    expect(page.locator("#board-said")).to_contain_text("Cancelled")

    fire(second, "cancel", actor=SYSTEM, at=timezone.now())
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(waiting.locator(".board-count")).to_have_text("0")
    gone.get_by_role("link", name="Show").click()
    expect(gone.locator(".board-card")).to_have_count(2)


def test_by_keyboard_alone_and_who_was_faster(enter: Enter, shop: Shop, owner: User, staff: User, watch: Watch) -> None:
    watch.expect("status of 409")
    edition = shop.edition(title="By keyboard")
    older, newer = shop.place(edition), shop.place(edition)
    visitor = enter(user=owner)
    page = visitor.page
    page.goto(BOARD)
    card(page, newer).focus()
    page.keyboard.press("ArrowDown")
    expect(card(page, older)).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name=re.compile("^Cancelled"))).to_be_focused()
    expect(dialog).to_contain_text("This happens by itself.")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label(re.compile("^Reason"))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(column(page, "Cancelled").locator(".board-count")).to_have_text("1")

    card(page, newer).focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("link", name=re.compile("^Cancelled"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label(re.compile("^Reason"))).to_be_focused()
    fire(newer, "cancel", actor=Actor.of(staff), at=timezone.now())
    page.keyboard.press("Tab")
    with page.expect_response(re.compile("/cancel/")) as late:
        page.keyboard.press("Enter")
    assert late.value.status == 409
    expect(page.locator("#board-said")).to_contain_text(staff.email)


def test_on_a_phone_the_columns_stand_beside_each_other_under_the_finger(enter: Enter, shop: Shop, owner: User) -> None:
    order = shop.place(shop.edition(title="On a phone"))
    visitor = enter(user=owner, **PHONE)
    page = visitor.page
    page.goto(BOARD)
    visitor.sees_nothing_stick_out()
    card(page, order).get_by_role("button", name=re.compile("^Move ")).tap()
    expect(page.get_by_role("dialog")).to_contain_text("Cancelled")
