"""The signed link with which anybody stops a category of mails, without signing in."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from modules.core.messages import Message
from modules.notifications.rules import Reader, is_legal

SIGNER = signing.Signer(salt="notifications.unsubscribe")


@dataclass(frozen=True)
class Subscription:
    """Whose mails of which category a link is about: an account's, or a guest's address."""

    user_id: int | None
    email: str
    category: str


def unsubscribe_url(message: type[Message], reader: Reader) -> str:
    """The whole address that ends this category for this reader; empty for what nobody can switch off.

    It does not expire: whoever finds an old mail may still stop the new ones. It can do nothing else.
    """
    if is_legal(message) or not message.category:
        return ""
    whose: dict[str, Any] = {"u": reader.user_id} if reader.user_id else {"e": reader.email.lower()}
    token = SIGNER.sign_object({**whose, "c": message.category})
    return f"{settings.BASE_URL}{reverse('notifications:unsubscribe', args=[token])}"


def subscription_of(token: str) -> Subscription | None:
    """What a token stands for; None when it was not signed by us."""
    try:
        told = SIGNER.unsign_object(token)
    except signing.BadSignature:
        return None
    return Subscription(told.get("u"), told.get("e", ""), told["c"])
