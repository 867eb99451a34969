"""The test cards: what they do, and the tokens by which Stripe's examples name them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    brand: str = "visa"
    refusal: str | None = None  # code of the card error
    decline_code: str | None = None
    authenticates: bool = False
    refund: str = "succeeded"  # or "fails": succeeds, then fails; or "pending"

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]


PAYS = "4242424242424242"
CARDS = {
    card.number: card
    for card in (
        Card(PAYS),
        Card("5555555555554444", brand="mastercard"),
        Card("4000000000000077"),
        Card("4000000000000002", refusal="card_declined", decline_code="generic_decline"),
        Card("4000000000009995", refusal="card_declined", decline_code="insufficient_funds"),
        Card("4000000000000069", refusal="expired_card"),
        Card("4000000000000127", refusal="incorrect_cvc"),
        Card("4000000000000119", refusal="processing_error"),
        Card("4000000000003155", authenticates=True),
        Card("4000002500003155", authenticates=True),
        Card("4000000000003220", authenticates=True),
        Card("4000000000005126", refund="fails"),
        Card("4000000000007726", refund="pending"),
    )
}
TOKENS = {
    "visa": PAYS,
    "mastercard": "5555555555554444",
    "bypassPending": "4000000000000077",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeDeclinedProcessingError": "4000000000000119",
    "authenticationRequired": "4000002500003155",
    "threeDSecure2Required": "4000000000003220",
    "refundFail": "4000000000005126",
    "pendingRefund": "4000000000007726",
}
MESSAGES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "insufficient_funds": "Your card has insufficient funds.",
}


def card_of_token(token: str) -> Card | None:
    """The card of `pm_card_visa` or `tok_visa`."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            number = TOKENS.get(token.removeprefix(prefix))
            return CARDS[number] if number else None
    return None


def card_of_number(number: str) -> Card | None:
    return CARDS.get(number.replace(" ", "").replace("-", ""))


def refusal_message(card: Card) -> str:
    return MESSAGES.get(card.decline_code or "") or MESSAGES[card.refusal or "card_declined"]
