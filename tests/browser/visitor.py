"""A person at a browser: what they do in the shop, one method a deed, by the words on the page."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMessage
from django.utils.text import slugify
from django.utils.translation import gettext, override
from playwright.sync_api import BrowserContext, Locator, expect

from modules.billing.sandbox.words import WORDS
from tests.browser.worker import Worker

PAYS, DECLINED, ASKS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 3155"
ADDRESS = {"Name": "Gisela Gast", "Street and number": "Calle Mayor 1", "Postcode": "28013", "Town": "Madrid"}
EMAIL = "guest@example.test"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


class Visitor:
    """Speaks the language that the page is in: words are looked up in the shop's own catalogue."""

    def __init__(self, context: BrowserContext, worker: Worker, language: str = "en") -> None:
        self.context, self.page, self.worker, self.language = context, context.new_page(), worker, language

    def say(self, words: str, **facts: str) -> str:
        """These words as the page says them."""
        with override(self.language):
            return gettext(words) % facts if facts else gettext(words)

    def button(self, words: str, **facts: str) -> Locator:
        return self.page.get_by_role("button", name=self.say(words, **facts), exact=True)

    def link(self, words: str) -> Locator:
        return self.page.get_by_role("link", name=self.say(words), exact=True)

    def field(self, words: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^{re.escape(self.say(words))}\b"))

    def heading(self, words: str) -> Locator:
        return self.page.get_by_role("heading", name=self.say(words), exact=True)

    def sees_nothing_stick_out(self) -> None:
        """No page is wider than the window, so that nobody scrolls sideways."""
        width = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        needed, there = self.page.evaluate(width)
        assert needed <= there, f"{self.page.url} needs {needed} px of {there}"

    # The shop

    def choose(self, title: str = "The General", format: str = "DVD") -> None:  # noqa: A002
        """Put a film into the basket, from its page; with JavaScript one stays there, without one is in the basket."""
        self.page.goto(f"/films/{slugify(title)}/")
        self.button("Add %(format)s to the basket", format=self.say(format)).click()
        expect(self.page.get_by_text(self.say("“%(title)s” is in your basket.", title=title)).first).to_be_visible()

    def go_to_checkout(self) -> None:
        self.page.goto("/basket/")
        self.sees_nothing_stick_out()
        self.link("Go to checkout").click()
        expect(self.heading("Checkout")).to_be_visible()

    def give_address(self, email: str = EMAIL, facts: Mapping[str, str] = ADDRESS) -> None:
        if email:
            self.field("E-mail address").fill(email)
        for label, value in facts.items():
            self.field(label).fill(value)

    def order(self) -> None:
        """Press “Order and pay”; ends on the provider's page."""
        self.button("Order and pay").click()
        expect(self.card_number).to_be_visible()

    # The provider

    @property
    def card_number(self) -> Locator:
        return self.page.get_by_label(WORDS[self.language]["number"])

    def pay(self, card: str = PAYS) -> None:
        words = WORDS[self.language]
        self.card_number.fill(card)
        self.page.get_by_label(words["expiry"]).fill("12/34")
        self.page.get_by_label(words["cvc"]).fill("123")
        self.page.get_by_role("button", name=re.compile(f"^{words['pay_title']}")).click()

    def approve(self) -> None:
        """Say yes to the bank."""
        self.page.get_by_role("button", name=WORDS[self.language]["approve"]).click()

    # The order

    @property
    def status(self) -> Locator:
        return self.page.locator("#record-status")

    @property
    def number(self) -> str:
        """Of the order whose page is open."""
        found = re.search(r"/orders/([^/]+)/", self.page.url)
        assert found, self.page.url
        return found[1]

    # Mail

    def mail(self, mails: list[EmailMessage], about: str) -> EmailMessage:
        """The newest mail whose subject says this, once the worker has sent it."""

        def found() -> list[EmailMessage]:
            return [mail for mail in mails if self.say(about).casefold() in mail.subject.casefold()]

        self.worker.until(found)
        return found()[-1]
