"""Time passing in the demo's history: deeds in their order, timers that fall due, and what they ask of the outside."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from modules.core import outbox
from modules.core.choices import OutboxState
from modules.core.messages import IN_APP, messages
from modules.core.models import OutboxMessage
from modules.core.sweeps import sweeps
from modules.films.demo.hours import zone

Deed = Callable[[datetime], object]
TOLD_SINCE = timedelta(days=2)
"""Of the last days the staff's bell tells; older things nobody hears of any more."""
MORNING = timedelta(hours=5)
"""When a day ends; nobody orders so late that a payment within the hour would come after it."""


class Agenda:
    """What is going to happen, in order of time; deeds add later deeds."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Deed]] = []
        self._numbers = count()

    def add(self, moment: datetime, deed: Deed) -> None:
        heappush(self._entries, (moment, next(self._numbers), deed))

    def look(self, moment: datetime) -> None:
        """Somebody looks at the clock then: timers that are due fire."""
        self.add(moment, sweeps["workflow.timers"])

    def until(self, at: datetime) -> Iterator[tuple[datetime, Deed]]:
        """The next deed and its moment, again and again, until the present."""
        while self._entries and self._entries[0][0] < at:
            moment, _number, deed = heappop(self._entries)
            yield moment, deed


def let_happen(agenda: Agenda, *, at: datetime, letters: set[str]) -> None:
    """Do everything that is on the agenda before the present; timers and outbox are looked after each morning.

    Nobody is mailed about things long past. `letters` are keys of messages that go out all the same.
    """
    post = _Post(at - TOLD_SINCE, letters)
    day = None
    for moment, deed in agenda.until(at):
        today = (moment.astimezone(zone()) - MORNING).date()
        if today != day:
            sweeps["workflow.timers"](moment)
            post.look_after(moment)
            day = today
        deed(moment)
    sweeps["workflow.timers"](at)
    post.look_after(at)


class _Post:
    """The outbox of this history: what it asks of the provider is done, what it tells people stays in the house."""

    def __init__(self, told_since: datetime, letters: set[str]) -> None:
        self._last = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._told_since, self._letters = told_since, letters
        self._quiet = [key for key, message in messages.items() if tuple(message.channels) == (IN_APP,)]

    def look_after(self, at: datetime) -> None:
        """Do what is due, until nothing more comes of it; what others asked for waits for the shop to open."""
        ours = OutboxMessage.objects.filter(pk__gt=self._last, state=OutboxState.PENDING, due_at__lte=at)
        while True:
            letters = ours.filter(effect="notifications.tell")
            kept = letters.exclude(key__in=self._letters)
            kept = kept.exclude(payload__message__in=self._quiet, created_at__gte=self._told_since)
            kept.update(state=OutboxState.DONE, finished_at=at)
            due = list(ours.order_by("due_at", "pk").values_list("pk", flat=True))
            if not outbox.deliver(due, at=at):
                return
