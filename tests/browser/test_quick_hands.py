"""Hands quicker than the line: a key before its answer, a press in the moment of a swap, twice, or gone elsewhere."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.models import Job
from modules.films.models import Shipment
from modules.workflow.api import open_tasks_of
from tests.browser.line import SlowLine
from tests.browser.test_inbox import paid, row
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch
from tests.factories.accounts import StaffFactory
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
AT_ONCE = """([place, wanted]) => new MutationObserver((changes, observer) => {
  const found = document.querySelectorAll(wanted);
  if (found.length !== 1) return;
  observer.disconnect();
  found[0].click();
  document.documentElement.dataset.wasQuick = "";
}).observe(document.querySelector(place), { childList: true, subtree: true })"""
"""Press the one element of this kind in the very moment in which it comes."""


@pytest.fixture
def clerk(enter: Enter, staff: User) -> Visitor:
    return enter(user=staff)


def inbox(clerk: Visitor, shop: Shop, count: int = 1) -> list[Shipment]:
    """So many parcels to pack, the first row in hand."""
    shipments = paid(shop, clerk, count)
    clerk.page.goto("/console/?whose=free")
    clerk.page.keyboard.press("j")
    return shipments


def ask_for_people(page: Page) -> None:
    page.keyboard.press("a")
    expect(page.locator("#inbox-who")).to_be_focused()


def test_a_press_in_the_moment_a_part_comes_stays_on_the_page(clerk: Visitor, shop: Shop, watch: Watch) -> None:
    StaffFactory.create(name="Ana", roles=["films.clerk"])
    (shipment,) = inbox(clerk, shop)
    page, packing = clerk.page, row(clerk.page, shipment)
    ask_for_people(page)
    loaded = len(watch.documents())
    page.evaluate(AT_ONCE, ["#inbox-dialog", "#inbox-people button"])
    page.keyboard.type("ana")
    expect(page.locator(packing)).to_contain_text("Ana")
    expect(page.locator(f"{packing} [data-shortcut-focus]")).to_be_focused()
    assert len(watch.documents()) == loaded


def test_the_same_in_the_basket(visitor: Visitor, watch: Watch) -> None:
    visitor.choose("The General")
    visitor.choose("Viridiana")
    page = visitor.page
    page.goto("/basket/")
    loaded = len(watch.documents())
    page.evaluate(AT_ONCE, ["main", ".notice button[type=submit]"])
    page.get_by_role("button", name="Take out The General").click()
    expect(page.locator("html")).to_have_attribute("data-was-quick", "")
    expect(page.locator(".notice")).to_have_count(0)
    expect(page.get_by_role("button", name="Take out The General")).to_be_visible()
    assert len(watch.documents()) == loaded


def changed(visitor: Visitor) -> Locator:
    """Two films in the basket; of one the number is being changed."""
    visitor.choose("The General")
    visitor.choose("Viridiana")
    visitor.page.goto("/basket/")
    quantity = visitor.page.get_by_role("spinbutton", name="Quantity of The General")
    quantity.fill("3")
    return quantity


def test_the_press_that_ends_a_field_reaches_its_button(visitor: Visitor) -> None:
    quantity = changed(visitor)
    page = visitor.page
    page.get_by_role("button", name="Take out Viridiana").hover()
    with page.expect_response("**/basket/**"):
        page.mouse.down()
    page.wait_for_timeout(200)
    page.mouse.up()
    expect(page.locator("#basket").get_by_role("listitem")).to_have_count(1)
    expect(quantity).to_have_value("3")


def test_two_answers_under_way_show_both_changes(visitor: Visitor) -> None:
    quantity = changed(visitor)
    page = visitor.page
    line = SlowLine(page, "**/basket/**")
    quantity.blur()
    line.waits()
    page.get_by_role("button", name="Take out Viridiana").click()
    line.waits(2)
    line.let_go()
    expect(page.locator("#basket").get_by_role("listitem")).to_have_count(1)
    expect(quantity).to_have_value("3")
    expect(page.locator("#basket-link")).to_contain_text("3")


def test_enter_before_the_names_have_come_takes_whom_they_mean(clerk: Visitor, shop: Shop) -> None:
    ana = StaffFactory.create(name="Ana", roles=["films.clerk"])
    (shipment,) = inbox(clerk, shop)
    page, packing = clerk.page, row(clerk.page, shipment)
    ask_for_people(page)
    line = SlowLine(page, re.compile("assign/.*who=ana"))
    page.keyboard.type("ana")
    page.keyboard.press("Enter")
    line.waits()
    line.let_go()
    expect(page.locator(packing)).to_contain_text("Ana")
    assert open_tasks_of(shipment).get().person == ana


def test_enter_before_the_palette_has_found_goes_where_the_words_mean(enter: Enter, owner: User) -> None:
    page = enter(user=owner).page
    page.goto("/console/films/genre/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    line = SlowLine(page, re.compile("palette/.*q=viridiana"))
    page.keyboard.type("viridiana")
    page.keyboard.press("Enter")
    line.waits()
    line.let_go()
    expect(page).to_have_url(re.compile(r"/console/films/film/\d+/change/"))


def test_enter_before_the_colleagues_have_come_names_nobody_else(
    clerk: Visitor, shop: Shop, teammate: User, customer: User
) -> None:
    StaffFactory.create(name="Ana", roles=["films.clerk"])
    order = shop.place(shop.edition(title="Paid for"), actor=Actor.of(customer))
    page = clerk.page
    page.goto(f"/console/films/order/{order.pk}/change/")
    box = page.get_by_role("textbox", name="Comment")
    box.focus()
    page.keyboard.type("Look, @")
    expect(page.locator("#mention-list li").first).to_contain_text("Ana")
    line = SlowLine(page, re.compile("colleagues/.*q=tin"))
    page.keyboard.type("tin")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Look, @Tina Teammate ")
    line.let_go()


def test_news_from_before_a_deed_does_not_bring_its_row_back(clerk: Visitor, shop: Shop) -> None:
    first, _second = inbox(clerk, shop, 2)
    page, packing = clerk.page, row(clerk.page, first)
    line = SlowLine(page, "**/inbox/news/**", answered=True)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    line.waits()
    page.keyboard.press("e")
    page.locator(f"{packing} form input[type=number]").press("Enter")
    expect(page.locator(f"{packing}.is-done")).to_be_visible()
    following = row(page, first)
    with page.expect_response("**/inbox/news/**"), page.expect_response("**/inbox/news/**"):
        line.let_go()
    expect(page.locator(following)).to_be_visible()
    expect(page.locator(f"{packing}.is-done").get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("[data-shortcut-row]")).to_have_count(2)


def test_two_clicks_open_one_form_that_keeps_what_is_typed(clerk: Visitor, shop: Shop) -> None:
    (shipment,) = inbox(clerk, shop)
    page, packing = clerk.page, row(clerk.page, shipment)
    line = SlowLine(page, "**/do/pick/**")
    page.keyboard.press("e")
    line.waits()
    page.keyboard.press("e")
    line.waits(2)
    with page.expect_request_finished(lambda request: "/do/pick/" in request.url):
        line.let_go()
    quantity = page.locator(f"{packing} form input[type=number]")
    expect(quantity).to_be_focused()
    quantity.fill("0")
    page.wait_for_load_state("networkidle")
    expect(quantity).to_have_value("0")


def test_who_has_gone_on_to_another_row_stays_there(clerk: Visitor, shop: Shop) -> None:
    first, second = inbox(clerk, shop, 2)
    page, keys = clerk.page, clerk.page.keyboard
    packing, other = row(page, first), row(page, second)
    keys.press("e")
    expect(page.locator(f"{packing} form input[type=number]")).to_be_focused()
    line = SlowLine(page, "**/do/pick/**")
    keys.press("Enter")
    line.waits()
    page.locator(f"{other} [data-shortcut-focus]").focus()
    line.let_go()
    expect(page.locator(f"{packing}.is-done")).to_be_visible()
    expect(page.locator(f"{other} [data-shortcut-focus]")).to_be_focused()


def test_a_part_that_renews_itself_waits_under_the_finger(enter: Enter, shop: Shop, owner: User) -> None:
    visitor = enter(user=owner)
    visitor.worker.stop()
    edition = shop.edition(title="Many times")
    for _ in range(2):
        shop.place(edition)
    page = visitor.page
    page.goto("/console/films/order/")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").first.select_option(label="Change state: Cancel the order…")
    page.get_by_role("button", name="Run").click()
    visitor.button("Cancel the order").click()
    stop = visitor.button("Stop")
    stop.hover()
    page.mouse.down()
    with page.expect_response(re.compile(r"/console/jobs/\d+/")):
        pass
    page.wait_for_timeout(200)
    page.mouse.up()
    expect(page.get_by_role("region", name="Progress")).to_contain_text("Stopp")
    assert Job.objects.get().state != "queued"
