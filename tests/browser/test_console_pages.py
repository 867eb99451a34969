"""Every page of the console under its strict policy: nothing is refused, nothing fails, and unfold's parts still work.

What the browser objects to (an error, a violation of the policy) fails the test through the watch of `new_context`.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import Actor
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.films.models import Film
from modules.workflow.models import Incident
from tests.browser.visitor import PHONE, Visitor
from tests.browser.watch import Watch
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
STARTED = "!document.documentElement.classList.contains('is-starting')"


def pages_of(model: type, pages: admin.ModelAdmin) -> Iterator[str]:
    """Its list, its empty form, and of one record the form; films also show the history and the way to delete."""
    prefix = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]
    yield reverse(f"{prefix}_changelist")
    yield reverse(f"{prefix}_add")
    record = pages.model._default_manager.first()
    if record is not None:
        more = ("history", "delete") if model is Film else ()
        yield from (reverse(f"{prefix}_{page}", args=[record.pk]) for page in ("change", *more))


def a_day(shop: Shop, customer: User) -> None:
    """Something stands in most lists: orders in two states, payments, invoices, messages."""
    paid = shop.place(shop.edition(title="Paid for"), actor=Actor.of(customer))
    shop.pay(paid)
    shop.place(shop.edition(title="Not yet"), actor=Actor.of(customer))


@pytest.mark.parametrize("app", ["films", "billing", "accounts notifications", "workflow core console"])
def test_no_page_of_the_console_breaks_its_policy(
    enter: Enter, shop: Shop, owner: User, customer: User, watch: Watch, app: str
) -> None:
    watch.expect(r"status of 40[34] .*/console/")  # some cannot be added to
    a_day(shop, customer)
    visitor = enter(user=owner)
    visitor.worker.until(lambda: not OutboxMessage.objects.filter(state=OutboxState.PENDING).exists())
    answers = {}
    for model, pages in sorted(admin.site._registry.items(), key=lambda entry: entry[0]._meta.label):
        if model._meta.app_label not in app.split():
            continue
        for path in pages_of(model, pages):
            answer = visitor.page.goto(path)
            if answer is not None and answer.status == 200:
                visitor.page.wait_for_function(STARTED)
                answers[path] = visitor.page.title()
    assert len(answers) > 8


def test_pages_that_are_no_lists(enter: Enter, owner: User) -> None:
    page = enter(user=owner).page
    for path in ("/console/", "/console/workflow/", "/console/palette/?q=the", "/console/elements/", "/console/jobs/"):
        page.goto(path)


@pytest.fixture
def film(shop: Shop) -> Film:
    return Film.objects.get(title="Viridiana")


def form_of(visitor: Visitor, film: Film) -> Page:
    visitor.page.goto(reverse("admin:films_film_change", args=[film.pk]))
    visitor.page.wait_for_function(STARTED)
    return visitor.page


def test_light_and_dark_are_chosen_and_kept(enter: Enter, owner: User) -> None:
    page = enter(user=owner, color_scheme="light").page
    page.goto("/console/")
    root = page.locator("html")
    expect(root).not_to_have_class(re.compile("dark"))
    page.get_by_role("button", name=owner.name).click()
    page.get_by_role("button", name="Dark").click()
    expect(root).to_have_class(re.compile("dark"))
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Dark")).to_be_hidden()
    page.reload()
    expect(root).to_have_class(re.compile("dark"))
    page.keyboard.press("Control+e")
    expect(root).not_to_have_class(re.compile("dark"))


def test_the_sidebar_goes_and_stays_away_and_opens_on_a_phone(enter: Enter, owner: User) -> None:
    page = enter(user=owner, viewport={"width": 1440, "height": 900}).page
    page.goto("/console/")
    start = page.locator("#nav-sidebar").get_by_role("link", name="Start", exact=True)
    expect(start).to_be_visible()
    page.get_by_role("button", name="Sidebar").click()
    expect(start).to_be_hidden()
    page.reload()
    expect(start).to_be_hidden()
    phone = enter(user=owner, **PHONE).page
    phone.goto("/console/")
    menu = phone.get_by_role("button", name="Menu")
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.click()
    expect(phone.locator("#nav-sidebar").get_by_role("link", name="Start", exact=True)).to_be_visible()
    phone.locator("#nav-sidebar").get_by_role("button", name="Close").click()
    expect(phone.locator("#nav-sidebar")).to_be_hidden()


def test_a_row_is_added_filled_and_taken_away(enter: Enter, owner: User, film: Film) -> None:
    visitor = enter(user=owner)
    page = form_of(visitor, film)
    rows = page.locator("#certifications-data > tbody.form-group:not(.empty-form)")
    before = rows.count()
    adder = page.locator("#certifications-data .add-row")
    adder.click()
    expect(rows).to_have_count(before + 1)
    fields = rows.last.locator("input:visible, select:visible")
    assert all("__prefix__" not in str(fields.nth(n).get_attribute("name")) for n in range(fields.count()))
    expect(fields.first).to_have_accessible_name(re.compile(r"\w+"))
    rows.last.get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(before)


def test_a_related_record_is_found_by_typing(enter: Enter, owner: User, film: Film) -> None:
    page = form_of(enter(user=owner), film)
    page.locator("#credits-data .add-row").click()
    row = page.locator("#credits-data > tbody.form-group:not(.empty-form)").last
    row.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").last.fill("Luis")
    page.locator(".select2-results__option", has_text="Luis Buñuel").click()
    expect(row.locator(".select2-selection__rendered").first).to_contain_text("Luis Buñuel")


def test_the_menu_of_a_related_record_opens_and_closes(enter: Enter, owner: User, film: Film) -> None:
    page = form_of(enter(user=owner), film)
    page.locator("#credits-data .add-row").click()
    more = page.locator("#credits-data tbody:not(.empty-form)").get_by_role("button", name="More").first
    more.click()
    expect(more).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")


def test_a_long_value_is_whole_on_a_phone(enter: Enter, shop: Shop, owner: User) -> None:
    order, words = shop.place(shop.edition(title="Not told")), "What went wrong needs more than the one line of a card."
    about = {"record_type": "films.order", "record_id": order.pk, "kind": "effect", "reference": 1}
    Incident.objects.create(**about, message=f"{words} {words}", opened_at=clock.now())
    page = enter(user=owner, **PHONE).page
    page.goto("/console/workflow/incident/")
    expect(page.locator("#result_list tbody td").filter(has_text=words)).to_be_visible()
    cut = "[...document.querySelectorAll('#result_list td')].filter((cell) => cell.scrollHeight > cell.clientHeight)"
    assert page.evaluate(f"{cut}.map((cell) => cell.textContent.trim())") == []
