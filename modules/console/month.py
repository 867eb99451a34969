"""The calendar of a list: one month of it, read by the index of its day, with a few records a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from babel.core import Locale
from babel.dates import format_date, get_day_names
from django.db import connection
from django.db.models import DateTimeField, QuerySet
from django.utils import timezone

from modules.console.list_query import MONTH
from modules.console.lists import ConsoleChangeList
from modules.core.looks import Look, look_of
from modules.core.moments import babel_locale, clock_time

SHOWN = 4
COUNTED = 100
FIRST_YEAR, LAST_YEAR = 1900, 9998


@dataclass(frozen=True)
class Entry:
    """A record on its day."""

    title: str
    url: str
    time: str
    look: Look | None


@dataclass(frozen=True)
class Day:
    """One day of the sheet."""

    date: date
    entries: list[Entry]
    more: str
    url: str
    is_outside: bool
    is_today: bool

    @property
    def words(self) -> str:
        return str(format_date(self.date, "full", locale=babel_locale()))


@dataclass(frozen=True)
class Month:
    """The sheet of a month: whole weeks as the reader's country begins them."""

    title: str
    day_names: list[str]
    weeks: list[list[Day]]
    earlier: str
    later: str
    this_month: str
    is_this_month: bool

    @property
    def is_empty(self) -> bool:
        return not any(day.entries for week in self.weeks for day in week if not day.is_outside)


def month_asked(text: str, today: date) -> date:
    """The first day of `2026-11`, or of this month."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else today.replace(day=1)


def month_of(cl: ConsoleChangeList, field_name: str, asked: str, now: datetime) -> Month:
    """The records of a list on the days that a field of theirs names."""
    today = timezone.localdate(now)
    first = month_asked(asked, today)
    days = _days(first)
    found = _found(cl, field_name, days)
    sheet = [_day(cl, field_name, day, found[place], first, today) for place, day in enumerate(days)]
    names = get_day_names("abbreviated", context="stand-alone", locale=babel_locale())
    return Month(
        title=str(format_date(first, "LLLL y", locale=babel_locale())),
        day_names=[str(names[day.weekday()]) for day in days[:7]],
        weeks=[sheet[start : start + 7] for start in range(0, len(sheet), 7)],
        earlier=_link(cl, first - timedelta(days=1)),
        later=_link(cl, first + timedelta(days=31)),
        this_month=_link(cl, today),
        is_this_month=(first.year, first.month) == (today.year, today.month),
    )


def _days(first: date) -> list[date]:
    """Whole weeks around the month."""
    week_start = Locale.parse(babel_locale()).first_week_day
    start = first - timedelta(days=(first.weekday() - week_start) % 7)
    next_month = (first + timedelta(days=31)).replace(day=1)
    weeks = -(-(next_month - start).days // 7)
    return [start + timedelta(days=number) for number in range(weeks * 7)]


def _link(cl: ConsoleChangeList, day: date) -> str:
    return cl.link({MONTH: [f"{day:%Y-%m}"]})


def _found(cl: ConsoleChangeList, field_name: str, days: Sequence[date]) -> dict[int, tuple[list[Any], int]]:
    """By the place of a day its first records, and how many it has at most `COUNTED`: two statements for the sheet.

    One piece of the index a day, so that a month of a million records costs no more than a quiet one.
    """
    base: QuerySet[Any] = cl.queryset.order_by(field_name, "pk")
    keys: dict[int, list[Any]] = defaultdict(list)
    for place, key in _keys(base, field_name, days):
        keys[place].append(key)
    shown = [key for found in keys.values() for key in found[:SHOWN]]
    records = {record.pk: record for record in base.filter(pk__in=shown)} if shown else {}
    places = range(len(days))
    return {
        place: ([records[key] for key in keys[place][:SHOWN] if key in records], len(keys[place])) for place in places
    }


def _keys(base: QuerySet[Any], field_name: str, days: Sequence[date]) -> list[tuple[int, Any]]:
    """(place of the day, primary key), each day cut off; Django would not join pieces with a LIMIT on SQLite."""
    is_moment = isinstance(base.model._meta.get_field(field_name), DateTimeField)
    pieces, values = [], []
    for place, day in enumerate(days):
        bounds = {
            f"{field_name}__gte": _bound(day, is_moment),
            f"{field_name}__lt": _bound(day + timedelta(days=1), is_moment),
        }
        rows = base.filter(**bounds).values("pk")[: COUNTED + 1]
        sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
        pieces.append(f"SELECT {place}, piece.* FROM ({sql}) AS piece")  # noqa: S608 - numbers and compiled statements
        values += parameters
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(pieces), values)
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _bound(day: date, is_moment: bool) -> date | datetime:
    return timezone.make_aware(datetime.combine(day, time.min)) if is_moment else day


def _day(
    cl: ConsoleChangeList, field_name: str, day: date, found: tuple[list[Any], int], first: date, today: date
) -> Day:
    records, count = found
    rest = count - len(records)
    more = "" if rest <= 0 else f"+{COUNTED - len(records)}…" if count > COUNTED else f"+{rest}"
    whole_day = {f"{field_name}__from": [day.isoformat()], f"{field_name}__to": [day.isoformat()]}
    url = cl.link({**whole_day, f"{field_name}__within": [], MONTH: []})
    entries = [_entry(cl, field_name, record) for record in records]
    return Day(day, entries, more, url, (day.year, day.month) != (first.year, first.month), day == today)


def _entry(cl: ConsoleChangeList, field_name: str, record: Any) -> Entry:
    moment = getattr(record, field_name)
    clock = clock_time(moment) if isinstance(moment, datetime) else ""
    return Entry(str(record), cl.url_for_result(record), clock, look_of(record) if hasattr(record, "state") else None)
