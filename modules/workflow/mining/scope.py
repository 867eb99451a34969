"""Which records the figures are about: those that began between two days, with certain values."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from modules.workflow.choices import START
from modules.workflow.flows import Flow
from modules.workflow.models import HistoryEntry


@dataclass(frozen=True)
class Scope:
    """Both days are included; `values` are fields of the record with what they must hold."""

    first: date | None = None
    last: date | None = None
    values: tuple[tuple[str, Any], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.first or self.last or self.values)

    @property
    def began(self) -> tuple[datetime | None, datetime | None]:
        """From when on (included) and until when (excluded) a record must have begun, in the reader's zone."""
        first = None if self.first is None else _midnight(self.first)
        last = None if self.last is None or self.last == date.max else _midnight(self.last + timedelta(days=1))
        return first, last

    def records(self, flow: Flow) -> QuerySet[Any]:
        """The records."""
        found = flow.model._default_manager.filter(**dict(self.values)).order_by()
        return found.filter(pk__in=self.begun(flow)) if any(self.began) else found

    def keys(self, flow: Flow) -> QuerySet[Any]:
        """The keys of the records; where only days are asked for, those of deleted ones too."""
        return self.records(flow).values("pk") if self.values else self.begun(flow)

    def begun(self, flow: Flow) -> QuerySet[Any]:
        """The keys of all that began in time, from an index that holds only first steps."""
        starts = HistoryEntry.objects.filter(record_type=flow.graph.record_type, transition=START).order_by()
        first, last = self.began
        starts = starts if first is None else starts.filter(at__gte=first)
        return (starts if last is None else starts.filter(at__lt=last)).values("record_id")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
