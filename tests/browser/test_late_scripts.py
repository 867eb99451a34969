"""A slow phone: scripts come after the person's hands. What was pressed or chosen before them is not lost."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.films.models import Order
from modules.workflow.api import open_tasks_of
from tests.browser.line import SlowLine
from tests.browser.test_inbox import paid
from tests.browser.visitor import PHONE, Visitor
from tests.browser.watch import Watch
from tests.factories.accounts import StaffFactory
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


@pytest.fixture
def order(shop: Shop, customer: User) -> Order:
    return shop.place(shop.edition(title="Waiting"), actor=Actor.of(customer))


def test_an_action_pressed_before_htmx_starts_is_a_page(enter: Enter, order: Order, customer: User) -> None:
    page = enter(user=customer, **PHONE).page
    line = SlowLine(page, "**/bell.js")
    page.goto(order.get_absolute_url(), wait_until="commit")
    line.waits()
    page.get_by_role("link", name="Cancel the order").click()
    expect(page).to_have_url(re.compile(r"/cancel/"))
    expect(page.get_by_label("Reason")).to_be_visible()
    line.let_go()


def test_a_task_done_before_its_script_comes_is_a_page(enter: Enter, shop: Shop, staff: User) -> None:
    visitor = enter(user=staff, **PHONE)
    (shipment,) = paid(shop, visitor, 1)
    page = visitor.page
    line = SlowLine(page, "**/inbox.js")
    page.goto("/console/", wait_until="commit")
    line.waits()
    page.locator("[data-shortcut=e]").click()
    line.let_go()
    page.locator(".workflow-form button[type=submit]").click()
    expect(page.locator(".inbox-row.is-done")).to_be_visible()
    shipment.refresh_from_db()
    assert shipment.state == "picked"


def test_giving_a_task_away_in_a_tab_of_its_own(enter: Enter, shop: Shop, staff: User) -> None:
    ana = StaffFactory.create(name="Ana", roles=["films.clerk"])
    visitor = enter(user=staff, **PHONE)
    (shipment,) = paid(shop, visitor, 1)
    page = visitor.page
    page.goto("/console/?whose=free")
    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="Assign").click(modifiers=["ControlOrMeta"])
    tab = opened.value
    tab.get_by_role("searchbox", name="Give it to").fill("ana")
    tab.get_by_role("button", name="Search").click()
    people = tab.locator(".inbox-people button")
    expect(people).to_have_count(1)
    people.click()
    expect(tab.get_by_text("Ana has the task now.")).to_be_visible()
    assert open_tasks_of(shipment).get().person == ana


def test_files_chosen_before_the_script_comes_go_in(
    enter: Enter, order: Order, staff: User, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "note.txt").write_text("A note")
    page = enter(user=staff, **PHONE).page
    line = SlowLine(page, "**/record.js")
    page.goto(f"/console/films/order/{order.pk}/change/", wait_until="commit")
    line.waits()
    page.get_by_label("Files", exact=True).set_input_files(tmp_path / "note.txt")
    line.let_go()
    expect(page.locator("#story-list").get_by_role("link", name="note.txt")).to_be_visible()


def test_the_file_of_an_import_chosen_before_the_script_comes_is_named(
    enter: Enter, shop: Shop, owner: User, tmp_path: Path
) -> None:
    (tmp_path / "films.csv").write_text("Title;Year\nRan;1985\n")
    page = enter(user=owner, **PHONE).page
    page.goto("/console/films/film/")
    line = SlowLine(page, "**/import.js")
    page.get_by_role("link", name="Import…").click(no_wait_after=True)
    line.waits()
    page.get_by_label("CSV or JSON file").set_input_files(tmp_path / "films.csv")
    line.let_go()
    expect(page.get_by_text("films.csv · ")).to_be_visible()


def test_a_dialog_shows_nothing_old_and_says_when_the_line_breaks(
    enter: Enter, order: Order, customer: User, watch: Watch
) -> None:
    watch.expect("Failed to load resource|htmx:(afterRequest|sendError)|failed: GET .*/cancel/")
    page = enter(user=customer, **PHONE).page
    page.goto(order.get_absolute_url())
    dialog, opener = page.get_by_role("dialog"), page.get_by_role("link", name="Cancel the order")
    opener.click()
    expect(dialog.get_by_label("Reason")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    line = SlowLine(page, "**/cancel/**")
    opener.click()
    line.waits()
    expect(dialog.get_by_label("Reason")).to_have_count(0)
    line.breaks()
    expect(dialog.get_by_role("alert").or_(dialog.get_by_role("status"))).to_be_visible()
