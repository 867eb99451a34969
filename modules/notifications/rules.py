"""Whether a way is open for a recipient. The place where preferences and quiet hours are asked (they come later)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from modules.notifications.choices import Channel, DeliveryState


@dataclass(frozen=True)
class Reader:
    """Somebody to tell: where a mail goes, in which language and zone they read, whether they have an inbox."""

    user_id: int | None
    email: str
    name: str
    language: str
    zone: str
    is_active: bool = True


@dataclass(frozen=True)
class Way:
    """A channel with the state in which its delivery begins, and why when it goes no further."""

    channel: Channel
    state: DeliveryState
    reason: str = ""


def ways(channels: Sequence[str], reader: Reader) -> list[Way]:
    """The ways a message takes to a reader. A guest has no inbox, so that way is not there at all."""
    found = []
    if Channel.IN_APP in channels and reader.user_id is not None:
        found.append(_way(Channel.IN_APP, DeliveryState.SENT, reader))
    if Channel.EMAIL in channels:
        found.append(_way(Channel.EMAIL, DeliveryState.QUEUED, reader))
    return found


def _way(channel: Channel, begins: DeliveryState, reader: Reader) -> Way:
    if not reader.is_active:
        return Way(channel, DeliveryState.SUPPRESSED, _("The account is disabled."))
    if channel == Channel.EMAIL and not reader.email:
        return Way(channel, DeliveryState.SUPPRESSED, _("There is no e-mail address."))
    return Way(channel, begins)


def pause_before(attempt: int) -> float | None:
    """Seconds until the attempt after this one: half a minute, doubling to half an hour; None after about two days."""
    if attempt >= MAX_ATTEMPTS:
        return None
    return min(FIRST_PAUSE * 2.0 ** (attempt - 1), LONGEST_PAUSE)


FIRST_PAUSE, LONGEST_PAUSE = 30.0, 1800.0
MAX_ATTEMPTS = 100
