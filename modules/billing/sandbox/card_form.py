"""The card form of the hosted page: what was typed, and what is wrong with it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from modules.billing.sandbox import inputs
from modules.billing.sandbox.cards import Card, card_of_number
from modules.billing.sandbox.errors import ApiError

FIELDS = ("email", "number", "expiry", "cvc", "name")


@dataclass
class CardForm:
    """`errors` maps a field to a key of the words. A number that is no test card is never given back or kept."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    card: Card | None = None
    expires: tuple[int, int] = (0, 0)

    @classmethod
    def empty(cls) -> CardForm:
        return cls(dict.fromkeys(FIELDS, ""))

    @classmethod
    def read(cls, body: bytes, *, now: int, asks_email: bool) -> CardForm:
        posted = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=50)
        form = cls({name: posted.get(name, [""])[0].strip()[:500] for name in FIELDS})
        if asks_email:
            form.check_email()
        form.check_number()
        form.check_expiry(now)
        if not re.fullmatch(r"[0-9]{3,4}", form.values["cvc"]):
            form.errors["cvc"] = "error_cvc"
        return form

    def check_email(self) -> None:
        try:
            inputs.email(self.values["email"])
        except ApiError:
            self.errors["email"] = "error_email"

    def check_number(self) -> None:
        digits = re.sub(r"[\s-]", "", self.values["number"])
        self.card = card_of_number(digits)
        if self.card:
            return
        if not digits:
            self.errors["number"] = "error_number_missing"
        elif not re.fullmatch(r"[0-9]{12,19}", digits):
            self.errors["number"] = "error_number"
        else:
            self.errors["number"] = "error_number_unknown"
            self.values["number"] = ""

    def check_expiry(self, now: int) -> None:
        match = re.fullmatch(r"([0-9]{1,2})\s*[/. -]?\s*([0-9]{4}|[0-9]{2})", self.values["expiry"])
        if not match or not 1 <= int(match[1]) <= 12:
            self.errors["expiry"] = "error_expiry"
            return
        month, year = int(match[1]), int(match[2])
        self.expires = (month, year + 2000 if year < 100 else year)
        today = time.gmtime(now)
        if (self.expires[1], month) < (today.tm_year, today.tm_mon):
            self.errors["expiry"] = "error_expiry_past"
