"""A clerk at an order's page: a colleague named by keyboard, a file, the timeline filtered, a step in the dialog."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.models import Attachment, Mention
from tests.browser.visitor import PHONE, Visitor
from tests.browser.watch import Watch
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_clerk_names_a_colleague_attaches_a_file_filters_and_opens_a_step_in_the_dialog(
    enter: Callable[..., Visitor],
    shop: Shop,
    staff: User,
    teammate: User,
    customer: User,
    tmp_path: Path,
    settings: Any,
    watch: Watch,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    watch.expect(r"422.*/files/")
    order = shop.place(shop.edition(title="Paid for"), actor=Actor.of(customer))
    visitor = enter(user=staff)
    page, address = visitor.page, f"/console/films/order/{order.pk}/change/"
    page.goto(address)
    box = page.get_by_role("textbox", name="Comment")
    box.focus()
    page.keyboard.type("Please look, @tin")
    expect(page.get_by_role("option", name=re.compile("Tina Teammate"))).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Please look, @Tina Teammate ")
    page.keyboard.press("Control+Enter")
    timeline = page.locator("#story-list")
    expect(timeline.locator(".mention")).to_have_text("@Tina Teammate")
    expect(box).to_have_value("")
    assert Mention.objects.get().person == teammate

    (tmp_path / "note.txt").write_text("A note")
    (tmp_path / "page.png").write_text("<html>")
    page.get_by_label("Files", exact=True).set_input_files([tmp_path / "note.txt", tmp_path / "page.png"])
    expect(timeline.get_by_role("link", name="note.txt")).to_be_visible()
    expect(page.locator(".file-progress .field-error")).to_contain_text("page.png")
    assert [file.name for file in Attachment.objects.all()] == ["note.txt"]

    page.get_by_role("navigation", name="Show only").get_by_role("link", name=re.compile("Files")).click()
    expect(page).to_have_url(re.compile(r"\?kind=files"))
    expect(timeline.locator(".mention")).to_have_count(0)
    page.reload()
    expect(timeline.get_by_role("link", name="note.txt")).to_be_visible()
    expect(timeline.locator(".mention")).to_have_count(0)
    timeline.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(timeline.get_by_role("link", name="note.txt")).to_be_visible()

    page.get_by_role("link", name="Cancel the order").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the order").click()
    expect(page.locator(".record-side")).to_contain_text("Cancelled")


def test_on_a_phone_and_without_javascript_the_page_still_takes_a_comment(
    enter: Callable[..., Visitor], shop: Shop, staff: User, customer: User
) -> None:
    order = shop.place(shop.edition(title="Paid for"), actor=Actor.of(customer))
    visitor = enter(user=staff, javascript=False, **PHONE)
    page = visitor.page
    page.goto(f"/console/films/order/{order.pk}/change/")
    page.get_by_role("textbox", name="Comment").fill("Called the customer")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#story-list")).to_contain_text("Called the customer")
    visitor.sees_nothing_stick_out()
