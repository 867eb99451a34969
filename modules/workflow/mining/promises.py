"""How promises (SLA) are kept: clocks that ended in time, that broke, that still run."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.functional import Promise as Lazy

from modules.workflow.flows import Flow
from modules.workflow.mining.scope import Scope
from modules.workflow.models import SlaClock


@dataclass(frozen=True)
class Promised:
    """One promise over all records of a scope; what is past its time counts as broken, told already or not."""

    key: str
    title: str | Lazy
    kept: int
    broken: int
    running: int

    @property
    def ended(self) -> int:
        return self.kept + self.broken


def promises(flow: Flow, scope: Scope, at: datetime) -> list[Promised]:
    """The promises of a workflow that were ever given, in one query."""
    slas = flow.graph.slas
    if not slas:
        return []
    rows = SlaClock.objects.filter(_of(scope, flow), record_type=flow.graph.record_type).values("sla")
    broken = is_broken(at)
    counted = {
        row["sla"]: row
        for row in rows.annotate(
            kept=Count("pk", filter=Q(ended_at__isnull=False) & ~broken),
            broken=Count("pk", filter=broken),
            running=Count("pk", filter=Q(ended_at__isnull=True) & ~broken),
        ).order_by()
    }
    return [
        Promised(sla.key, sla.title, row["kept"], row["broken"], row["running"])
        for sla, row in ((sla, counted.get(sla.key)) for sla in slas)
        if row is not None
    ]


def _of(scope: Scope, flow: Flow) -> Q:
    """Clocks of the records in a scope."""
    return Q(record_id__in=scope.keys(flow)) if scope else Q()


def is_broken(at: datetime) -> Q:
    """A clock that ran out: it says so, or it will as soon as somebody looks."""
    return Q(breached_at__isnull=False) | Q(ended_at__isnull=True, running_since__isnull=False, due_at__lt=at)
