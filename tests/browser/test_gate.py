"""The gate in a browser: looked at, other timers tried, moved, taken back; on a desk, on a phone, without a script."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from modules.accounts.models import User
from modules.core import clock, outbox
from modules.workflow.models import Definition
from tests.browser.visitor import Visitor
from tests.factories.shop import Shop
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KIND, draft, fifty_in_review, repairs_running, somebody

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
MANY = 8


@pytest.fixture
def second(shop: Shop) -> Iterator[Definition]:
    at = clock.now()
    with repairs_running(at):
        fifty_in_review(somebody("clerk", "Carla"), at, many=MANY)
        yield draft(2, at)


def address(definition: Definition) -> str:
    return f"/console/workflow/{KIND}/gate/{definition.pk}/"


def is_readable(page: Page) -> None:
    """By axe, and without a scroll to the side."""
    violations = Axe().run(page).response["violations"]
    assert [(entry["id"], entry["nodes"][0]["html"]) for entry in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_looked_at_moved_and_taken_back(enter: Enter, second: Definition, owner: User) -> None:
    page = enter(user=owner).page
    page.goto(address(second))
    expect(page.get_by_text("State “In review” is now “Triage” (in_review → triage).")).to_be_visible()
    page.get_by_label("Recompute").check()
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("With this choice 4 reminders or timers would be due at once.")).to_be_visible()
    expect(page.get_by_label("Recompute")).to_be_checked()
    is_readable(page)
    assert RepairRequest.objects.filter(state="in_review").count() == MANY
    page.get_by_role("button", name=f"Publish and move {MANY} records").click()
    expect(page.get_by_text("Finished", exact=True)).to_be_visible()
    assert RepairRequest.objects.filter(state="triage", workflow_version=2).count() == MANY
    page.goto(f"/console/workflow/{KIND}/versions/")
    is_readable(page)
    page.get_by_role("button", name=f"Take back for {MANY} records").click()
    expect(page.get_by_text("Finished", exact=True)).to_be_visible()
    assert RepairRequest.objects.filter(state="in_review", workflow_version=1).count() == MANY


def test_a_trial_under_way_shows_its_end_by_itself(enter: Enter, second: Definition, owner: User) -> None:
    visitor = enter(user=owner)
    visitor.worker.stop()  # here the test says when work is done
    page = visitor.page
    page.goto(f"/console/workflow/{KIND}/backtest/")
    page.get_by_role("button", name="Try it").click()
    again = page.get_by_role("link", name="Look again")
    expect(again).to_be_visible()
    outbox.drain()
    expect(again).to_have_count(0)
    expect(page.get_by_role("heading", name=re.compile("tried on the last"))).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(enter: Enter, second: Definition, owner: User, scheme: Any) -> None:
    page = enter(user=owner, viewport={"width": 360, "height": 740}, color_scheme=scheme).page
    for place in (address(second), f"/console/workflow/{KIND}/versions/", f"/console/workflow/{KIND}/backtest/"):
        page.goto(place)
        is_readable(page)


def test_without_a_script(enter: Enter, second: Definition, owner: User) -> None:
    page = enter(user=owner, javascript=False).page
    page.goto(address(second))
    page.locator("#gate-reason").fill("Dear repairs")
    page.get_by_role("button", name="Publish for new records only").click()
    expect(page.get_by_text("New records start on version 2.")).to_be_visible()
    assert RepairRequest.objects.filter(workflow_version=1, state="in_review").count() == MANY
    page.goto(f"/console/workflow/{KIND}/backtest/")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name=re.compile("tried on the last"))).to_be_visible()
