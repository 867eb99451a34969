"""A back-test over the last records, in the background: a short transaction each, the verdict on the job's row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.core.errors import NotAllowed
from modules.core.jobs import start_job
from modules.core.models import Job, JobItem
from modules.workflow.backtesting.verdicts import try_on
from modules.workflow.flows import Flow, flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.publishing import current
from modules.workflow.publishing.publish import may_publish

KIND = "workflow.backtest"
MOST = 10_000


def start_backtest(flow: Flow, candidate: WorkflowGraph, *, last: int, actor: Actor, at: datetime) -> Job:
    """Try a version on the newest records that have started. NotAllowed."""
    if not may_publish(actor):
        raise NotAllowed
    newest = flow.model._default_manager.filter(state_since__isnull=False).order_by("-pk")
    ids = list(newest.values_list("pk", flat=True)[: max(1, min(last, MOST))])
    title = _("{workflow}: tried on the last {count} records")
    return start_job(
        KIND, title=title.format(workflow=candidate.title, count=len(ids)), items=ids,
        data={"workflow": flow.declared.key, "graph": candidate.to_data()}, actor=actor, at=at, chunk=100,
        record_type=flow.declared.record_type,
    )  # fmt: skip


def try_some(job: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Try the version on some records; what each would have come to stands on its row."""
    current.refresh()
    flow, candidate = flow_of(job.data["workflow"]), WorkflowGraph.from_data(job.data["graph"])
    records: dict[Any, Any] = flow.model._default_manager.in_bulk([item.record_id for item in items])
    for item in items:
        record = records.get(item.record_id)
        verdict = None if record is None else try_on(flow, record, candidate, at=at)
        if verdict is None:
            item.message = _("This does not exist any more.")
            continue
        item.data, item.message = verdict.as_data(), verdict.told


@dataclass
class Summary:
    """What a back-test has found so far."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Where the ways part, and why."""
    more: Counter[str] = field(default_factory=Counter)
    fewer: Counter[str] = field(default_factory=Counter)
    as_today: Counter[str] = field(default_factory=Counter)
    """What could not be put back to what it was, and for how many."""


def summary_of(job: Job) -> Summary:
    """Counted over the rows that are done."""
    found = Summary()
    for data in JobItem.objects.filter(job=job).exclude(data={}).values_list("data", flat=True).iterator():
        found.counts[data["kind"]] += 1
        if data["kind"] == "other_way":
            found.reasons[data["step"], data["why"]] += 1
        for name, count in data["more"]:
            found.more[name] += count
        for name, count in data["fewer"]:
            found.fewer[name] += count
        found.as_today.update(data.get("as_today", ()))
    return found
