"""Demo data: twenty suggestions on their way, each as customers, voters and buyers would bring it there."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from modules.core.actors import Actor
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.sweeps import sweeps
from modules.suggestions.demo.examples import EXAMPLES, Example
from modules.suggestions.models import Suggestion
from modules.suggestions.models import SuggestionState as S
from modules.workflow.api import complete, fire, open_tasks_of, start

TOLD_SINCE = timedelta(days=2)
BUYER, OTHER_BUYER = "owner", "marc"


def load(report: Callable[[str], None], at: datetime) -> None:
    """Suggestions in every state, unless there are some; nobody is mailed about things long past."""
    if Suggestion.objects.exists() or not _people("customer").exists():
        return
    deeds = sorted((deed for example in EXAMPLES for deed in _deeds(example, at)), key=lambda deed: deed[0])
    for moment, deed in deeds:
        if moment < at:
            sweeps["workflow.timers"](moment)
            deed(at=moment)
    sweeps["workflow.timers"](at)
    past = OutboxMessage.objects.filter(record_type=Suggestion.record_type, state=OutboxState.PENDING)
    past.filter(created_at__lt=at - TOLD_SINCE).update(state=OutboxState.DONE, finished_at=at)
    report(f"{len(EXAMPLES)} suggestions")


def _deeds(example: Example, at: datetime) -> Iterator[tuple[datetime, Callable[..., None]]]:
    """What happens to one of them, and when."""
    record = Suggestion(
        title=example.title, year=example.year, reason=example.reason, email=f"{example.who}@demo.test",
    )  # fmt: skip
    begin = at - timedelta(days=example.days_ago)
    yield begin, partial(_suggest, record, example.who)
    for number, vote in enumerate(example.votes):
        yield begin + timedelta(hours=5 + 4 * number), partial(_vote, record, "yes" if vote == "y" else "no")
    price: dict[str, object] = {"cost": example.cost / 100} if example.cost else {"answer": example.refusal}
    if example.cost or example.refusal:
        name = "price" if example.cost else "refuse"
        yield begin + timedelta(days=2), partial(_step, record, name, BUYER, data=price)
    if example.check:
        yield begin + timedelta(days=3), partial(_check, record, example.check)
    for day, name, who in ((4, example.answer, example.who), (6, example.last, BUYER)):
        if name:
            yield begin + timedelta(days=day, hours=1), partial(_step, record, name, who)


def _suggest(record: Suggestion, who: str, *, at: datetime) -> None:
    record.customer = _people(who).get()
    record.save()
    Suggestion.objects.filter(pk=record.pk).update(created_at=at)
    start(record, actor=_actor(who), at=at)


def _vote(record: Suggestion, outcome: str, *, at: datetime) -> None:
    seat = open_tasks_of(record).filter(person__isnull=False).order_by("pk").first()
    if seat is not None and seat.person is not None and record.state == S.VOTING:
        complete(seat, outcome, actor=Actor.of(seat.person), at=at)
        record.refresh_from_db()


def _step(record: Suggestion, name: str, who: str, *, at: datetime, data: dict[str, object] | None = None) -> None:
    fire(record, name, actor=_actor(who), at=at, data=data)


def _check(record: Suggestion, outcome: str, *, at: datetime) -> None:
    complete(open_tasks_of(record).get(), outcome, actor=_actor(OTHER_BUYER), at=at)
    record.refresh_from_db()


def _people(who: str) -> QuerySet[Any]:
    return get_user_model()._default_manager.filter(email=f"{who}@demo.test")


def _actor(who: str) -> Actor:
    return Actor.of(_people(who).get())
