"""The bell in several tabs, and choosing what one is told."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from modules.accounts.models import User
from modules.core import clock
from modules.notifications.models import Notification, Preference
from tests.browser.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]


def told(user: User, title: str) -> Notification:
    return Notification.objects.create(
        user=user, message="tests.note", category="orders", record_type="films.order", record_id=1, language="en",
        title=title, text="It is on its way.", url="/orders/", is_in_inbox=True, dedupe_key=str(uuid4()),
        created_at=clock.now(),
    )  # fmt: skip


def test_reading_in_one_tab_lets_the_badge_of_the_other_fall_at_once(enter: Enter, customer: User) -> None:
    note = told(customer, "Your films are packed")
    visitor = enter(user=customer)
    first, second = visitor.page, visitor.context.new_page()
    for page in (first, second):
        page.goto("/films/")
        expect(badge(page)).to_have_text("1")
    second.evaluate("window.neverReloaded = true")
    first.goto(f"/notifications/{note.public_id}/")
    expect(badge(second)).to_be_hidden(timeout=20_000)  # its own clock would take half a minute
    assert second.evaluate("window.neverReloaded")


def badge(page: Page) -> Locator:
    return page.locator("#bell-count [aria-hidden]")


def test_choosing_what_one_is_told_on_a_phone(enter: Enter, customer: User) -> None:
    visitor = enter(user=customer, **PHONE)
    visitor.page.goto("/notifications/")
    visitor.link("What we tell you").click()
    visitor.sees_nothing_stick_out()
    visitor.page.get_by_role("checkbox", name="Orders: E-mail").uncheck()
    expect(visitor.page.get_by_role("checkbox", name="Your account: E-mail")).to_be_disabled()
    visitor.button("Save").click()
    expect(visitor.page.get_by_text("1 choice is changed.")).to_be_visible()
    assert Preference.objects.get().is_wanted is False
