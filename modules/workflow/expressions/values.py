"""From what a record holds to what an expression is given: plain numbers, texts, moments, lists and maps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from modules.core.money import Money
from modules.workflow.expressions.errors import NoAnswer, TooLarge
from modules.workflow.expressions.scope import Variable, is_state

LONGEST_TEXT = 10_000
LONGEST_LIST = 1_000
MOST_PARTS = 5_000
"""So many values may stand in one field or fact, all levels together."""
DEEPEST = 8


def read(record: Any, entry: Variable) -> Any:
    """The raw value of a variable in a record: what the field's attribute gives; None behind an empty relation."""
    found = record
    for name in entry.path[:-1]:
        found = _follow(found, name)
        if found is None:
            return None
    field = entry.field
    if field.many_to_one or field.one_to_one:
        return getattr(found, field.attname)
    value = getattr(found, entry.path[-1])
    if entry.part == "currency":
        return field.currency_of(found)
    if entry.part == "title":
        return None if value is None else _title(found, field, value)
    return Money(value, field.currency_of(found)) if type(value) is int and hasattr(field, "currency_of") else value


def _title(record: Any, field: Any, value: Any) -> str:
    """What people call a choice, or the state of a record."""
    from modules.workflow.flows import find_flow, graph_of

    if is_state(field) and find_flow(type(record)) is not None:
        graph = graph_of(record)
        return str(graph.state(value).title) if graph.has_state(value) else str(value)
    return str(dict(field.flatchoices).get(value, value))


def _follow(record: Any, name: str) -> Any:
    try:
        return getattr(record, name)
    except ObjectDoesNotExist:
        return None


def plain(value: Any) -> Any:
    """A value as expressions have it. NoAnswer for what has no such form, TooLarge for what is longer than allowed."""
    return _plain(value, [MOST_PARTS], DEEPEST, _number)


def converted(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """As `plain`, with `leaf` saying what becomes of money, moments and durations."""
    return _plain(value, [MOST_PARTS], DEEPEST, leaf)


def _number(value: Money | date | timedelta) -> Any:
    if isinstance(value, Money):
        return value.minor
    return value if isinstance(value, timedelta) else moment(value)


def _plain(value: Any, left: list[int], depth: int, leaf: Callable[[Any], Any]) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise TooLarge(_("A value has too many parts."))
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str | Promise | UUID):
        return _text(str(value))
    if isinstance(value, Enum):
        return _plain(value.value, left, depth, leaf)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Money | date | timedelta):
        return leaf(value)
    if isinstance(value, Model):  # what was chosen in a form
        return _plain(value.pk, left, depth, leaf)
    return _composed(value, left, depth, leaf)


def _composed(value: Any, left: list[int], depth: int, leaf: Callable[[Any], Any]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {_text(str(key)): _plain(entry, left, depth - 1, leaf) for key, entry in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        if len(value) > LONGEST_LIST:
            raise TooLarge(_("A list has more than {most} entries.").format(most=LONGEST_LIST))
        return [_plain(entry, left, depth - 1, leaf) for entry in value]
    raise NoAnswer(_("A value of this kind cannot be read."))


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise TooLarge(_("A text is longer than {most} characters.").format(most=LONGEST_TEXT))
    return text.encode("utf-8", "replace").decode() if not text.isascii() else str(text)


def moment(value: date) -> datetime:
    """A moment; a date is the first moment of its day where the business is."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), ZoneInfo(settings.BUSINESS_TIME_ZONE))
    return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)


def local_day(at: datetime) -> date:
    """The day of a moment where the business is."""
    return at.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()


def today(at: datetime) -> datetime:
    """The first moment of the day where the business is."""
    return moment(local_day(at))


def textual(value: Any) -> Any:
    """Moments and durations inside lists and maps as texts: only as values of their own have they a kind there."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()}s"
    if isinstance(value, list):
        return [textual(entry) for entry in value]
    return {key: textual(entry) for key, entry in value.items()} if isinstance(value, dict) else value
