"""The basket: changed in place, and what was taken out comes back."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_changing_counts_and_taking_out_can_be_undone(visitor: Visitor, watch: Watch) -> None:
    visitor.choose("The General")
    visitor.choose("Rear Window")
    page = visitor.page
    page.goto("/basket/")
    loaded = len(watch.documents())
    lines = page.locator("#basket").get_by_role("listitem")
    quantity = page.get_by_role("spinbutton", name="Quantity of The General")
    quantity.fill("3")
    quantity.blur()
    expect(page.get_by_role("main").get_by_text("€51.80")).to_be_visible()
    expect(page.locator("#basket-link")).to_contain_text("4")
    page.get_by_role("button", name="Take out The General").click()
    expect(lines).to_have_count(1)
    visitor.button("Undo").click()
    expect(lines).to_have_count(2)
    expect(quantity).to_have_value("3")
    assert len(watch.documents()) == loaded, "a whole page was loaded between"
    page.reload()
    expect(quantity).to_have_value("3")
