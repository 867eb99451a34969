"""Telling modules above that something happened.

An event is a frozen dataclass of names, ids and facts. Subscribers run at once, in the publisher's transaction, and
do database work only: either all of it is saved or nothing. What touches the world goes through the outbox.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from modules.core.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of every event."""


@dataclass(frozen=True, kw_only=True)
class RecordEdited(Event):
    """Somebody changed fields of a record by hand, in a form of the console."""

    record_type: str
    record_id: int
    fields: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RecordMade(Event):
    """Somebody made a record by a form of the portal or the console."""

    record_type: str
    record_id: int
    actor: Actor
    at: datetime


E = TypeVar("E", bound=Event)

_subscribers: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Call the function for every event of this very type, in order of subscription (low tiers first)."""

    def add(function: Callable[[E], None]) -> Callable[[E], None]:
        if function not in _subscribers[event]:
            _subscribers[event].append(function)
        return function

    return add


def publish(event: Event) -> None:
    """Tell every subscriber; an error of one undoes the publisher's work too, so nothing is half known."""
    with transaction.atomic():
        for function in _subscribers[type(event)]:
            function(event)
