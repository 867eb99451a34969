"""Suggestions for tests, brought on their way by the people who would do it."""

from datetime import datetime
from typing import Any

import factory

from modules.core.actors import Actor
from modules.suggestions.models import Suggestion
from modules.workflow.api import complete, fire, open_tasks_of, start
from tests.factories.accounts import UserFactory


class SuggestionFactory(factory.django.DjangoModelFactory[Suggestion]):
    """A film that a customer would like; not started in its workflow."""

    class Meta:
        model = Suggestion

    customer = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda number: f"Film {number}")
    year = 1949
    email = factory.LazyAttribute(lambda suggestion: suggestion.customer.email)


def suggested(at: datetime, **facts: Any) -> Suggestion:
    """A suggestion that is being voted on."""
    record = SuggestionFactory.create(**facts)
    start(record, actor=Actor.of(record.customer), at=at)
    return record


def vote(record: Suggestion, votes: str, at: datetime) -> Suggestion:
    """So many votes in the order of the seats: `yny`."""
    for seat, given in zip(open_tasks_of(record).order_by("pk"), votes, strict=False):
        assert seat.person is not None
        complete(seat, "yes" if given == "y" else "no", actor=Actor.of(seat.person), at=at)
    record.refresh_from_db()
    return record


def asked(record: Suggestion, buyer: Any, at: datetime, cost: str = "19.90") -> Suggestion:
    """Voted for and priced."""
    fire(vote(record, "yy", at), "price", actor=Actor.of(buyer), at=at, data={"cost": cost})
    return record
