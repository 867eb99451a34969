"""Whether a way is open for a recipient: by account, address and what the person prefers."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from modules.core.messages import Category, Message, categories
from modules.notifications.choices import Channel, DeliveryState

Wishes = Mapping[tuple[str, str], bool]
"""What somebody said about (category, channel); what nobody said is wanted."""


@dataclass(frozen=True)
class Reader:
    """Somebody to tell: where a mail goes, in which language and zone they read, whether they have an inbox."""

    user_id: int | None
    email: str
    name: str
    language: str
    zone: str
    is_active: bool = True
    why: str = ""


@dataclass(frozen=True)
class Way:
    """A channel with the state in which its delivery begins, and why when it goes no further."""

    channel: Channel
    state: DeliveryState
    reason: str = ""


def ways(message: type[Message], reader: Reader, wishes: Wishes) -> list[Way]:
    """The ways a message takes to a reader. A guest has no inbox, so that way is not there at all."""
    found = []
    if Channel.IN_APP in message.channels and reader.user_id is not None:
        found.append(_way(message, Channel.IN_APP, DeliveryState.SENT, reader, wishes))
    if Channel.EMAIL in message.channels:
        found.append(_way(message, Channel.EMAIL, DeliveryState.QUEUED, reader, wishes))
    return found


def _way(message: type[Message], channel: Channel, begins: DeliveryState, reader: Reader, wishes: Wishes) -> Way:
    if not reader.is_active:
        return Way(channel, DeliveryState.SUPPRESSED, _("The account is disabled."))
    if channel == Channel.EMAIL and not reader.email:
        return Way(channel, DeliveryState.SUPPRESSED, _("There is no e-mail address."))
    if not is_wanted(message, channel, wishes):
        return Way(channel, DeliveryState.SUPPRESSED, unwanted(message.category))
    return Way(channel, begins)


def is_wanted(message: type[Message], channel: str, wishes: Wishes) -> bool:
    """Whether a message goes by a way, for all that its reader said. Legal ones always go."""
    return is_legal(message) or wishes.get((message.category, channel), True)


def is_legal(message: type[Message]) -> bool:
    """Whether nobody can switch it off: the message says so, or its category."""
    category = categories.get(message.category)
    return message.legal or (category is not None and category.legal)


def unwanted(category: str) -> str:
    """Why a way is closed, in words."""
    known = categories.get(category)
    return _("Switched off by this person: {category}.").format(category=known.title if known else category)


def offered(*, is_staff: bool) -> list[Category]:
    """The categories that somebody is asked about."""
    return [category for category in categories if is_staff or not category.for_staff]


def pause_before(attempt: int) -> float | None:
    """Seconds until the attempt after this one: half a minute, doubling to half an hour; None after about two days."""
    if attempt >= MAX_ATTEMPTS:
        return None
    return min(FIRST_PAUSE * 2.0 ** (attempt - 1), LONGEST_PAUSE)


FIRST_PAUSE, LONGEST_PAUSE = 30.0, 1800.0
MAX_ATTEMPTS = 100
