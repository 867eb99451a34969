"""A customer suggests a film on a phone, staff vote in their inbox, and the answer comes by the link of a mail."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import expect

from modules.suggestions.models import Suggestion
from modules.workflow.api import open_tasks_of
from tests.browser.test_accessibility import nothing_on
from tests.browser.visitor import PHONE, Visitor
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
FILM = "The Spirit of the Beehive"


def suggest(customer: Visitor) -> Suggestion:
    """From the empty list over the form to the page of the suggestion."""
    customer.page.goto("/suggestions/")
    expect(customer.heading("No suggestions yet")).to_be_visible()
    nothing_on(customer.page)
    customer.link("Suggest a film").click()
    customer.button("Suggest it").click()
    expect(customer.page.get_by_role("alert")).to_be_visible()
    customer.field("Title").fill(FILM)
    customer.field("Year").fill("1973")
    customer.sees_nothing_stick_out()
    nothing_on(customer.page)
    customer.button("Suggest it").dblclick()
    expect(customer.heading(f"{FILM} (1973)")).to_be_visible()
    expect(customer.status).to_contain_text("Being voted on")
    customer.sees_nothing_stick_out()
    return Suggestion.objects.get()


def vote(voter: Visitor, person: Any, wish: Suggestion) -> None:
    voter.page.goto("/console/")
    task = open_tasks_of(wish).get(person=person).pk
    voter.page.locator(f"#task-{task}").get_by_role("button", name="Sell it", exact=True).click()
    expect(voter.page.locator(f"#task-{task}.is-done")).to_be_visible()


def test_from_the_form_to_the_answer_by_link(
    enter: Enter, shop: Shop, mailoutbox: list[EmailMessage], watch: Any
) -> None:
    watch.expect(r"status of 422 .*/suggestions/new/")
    voters = [StaffFactory.create(roles=["suggestions.staff", "suggestions.buyer"]) for _number in range(2)]
    customer = enter(user=UserFactory.create(email="carla@example.test"), **PHONE)
    wish = suggest(customer)

    for person in voters:
        vote(enter(user=person), person, wish)
    wish.refresh_from_db()
    assert wish.state == "pricing"

    buyer = enter(user=voters[0])
    buyer.page.goto("/console/?whose=free")
    task = open_tasks_of(wish).get().pk
    row = buyer.page.locator(f"#task-{task}")
    row.get_by_text("Enter the cost", exact=True).click()
    cost = row.locator("form input[name=cost]")
    expect(cost).to_be_focused()
    cost.fill("19.90")
    cost.press("Enter")
    expect(buyer.page.locator(f"#task-{task}.is-done")).to_be_visible()

    letter = customer.mail(mailoutbox, "Do you still want it?")
    path = next(word for word in letter.body.split() if "/work/" in word)
    guest = enter(javascript=False, **PHONE)
    guest.page.goto(path)
    expect(guest.heading("Do you still want it?")).to_be_visible()
    guest.sees_nothing_stick_out()
    guest.button("Yes, I would buy it").click()
    expect(guest.heading("Thank you")).to_be_visible()

    customer.page.reload()
    expect(customer.status).to_contain_text("To be bought")
    nothing_on(customer.page)
