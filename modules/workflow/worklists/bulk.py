"""The same transition for many records: which a person may fire so, what would happen, and the job that does it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import signature
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.core.actors import SYSTEM, Actor
from modules.core.choices import JobItemState
from modules.core.errors import NotAllowed, Refusal
from modules.core.jobs import record_ids, start_job
from modules.core.models import Job, JobItem
from modules.workflow.engine.many import fire_many
from modules.workflow.flows import Flow, flow_of
from modules.workflow.graph import Transition
from modules.workflow.offers import can
from modules.workflow.people.rights import has_role

KIND = "workflow.transition"
LOOKED_AT = 500
"""Of so many rows the guards are asked before a person decides; the job asks them of all."""


class TooMany(Refusal):
    """More rows than one job may have."""

    code = "too_many_rows"
    words = gettext_lazy("These are more than {most} rows. Narrow the list by a filter.")


MOST = 200_000


@dataclass(frozen=True)
class Reason:
    """Why some of the rows will stay where they are."""

    words: str
    count: int


@dataclass(frozen=True)
class Forecast:
    """What a transition would do to the selected rows."""

    total: int
    ready: int
    reasons: tuple[Reason, ...]
    looked_at: int
    """Of how many the guards were asked; fewer than those in a right state when the selection is long."""
    in_state: int
    """How many are in a state that the transition starts from."""

    @property
    def is_estimate(self) -> bool:
        return self.looked_at < self.in_state


def ways_for(flow: Flow, actor: Actor) -> list[Transition]:
    """The transitions that a person may fire for many rows at once: by their own right, without a form for each row."""
    options = flow.model._meta
    if not actor.may(f"{options.app_label}.view_{options.model_name}"):
        return []
    return [
        way for way in flow.graph.transitions if way.kind == "manual" and _is_theirs(way, actor) and _is_one(flow, way)
    ]


def _is_theirs(way: Transition, actor: Actor) -> bool:
    """By a permission or a role: what a record's own field allows is done on its page."""
    return any(
        (rule.kind == "staff" and actor.may(rule.value)) or (rule.kind == "role" and has_role(actor, rule.value))
        for rule in way.by
    )


def _is_one(flow: Flow, way: Transition) -> bool:
    """Whether one form does for all rows: it is not made from the record and takes no file."""
    form_class = flow.plan.step(way.key).form_class
    if form_class is None:
        return True
    return "record" not in signature(form_class).parameters and not form_class({}).is_multipart()


def forecast(flow: Flow, way: Transition, rows: QuerySet[Any], *, actor: Actor, at: datetime) -> Forecast:
    """How many of the rows may take the transition now, and why the others may not. TooMany beyond the limit."""
    by_state = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    total = sum(by_state.values())
    if total > MOST:
        raise TooMany(most=MOST)
    in_state = sum(by_state.get(state, 0) for state in way.sources)
    found: Counter[str] = Counter()
    for state, count in by_state.items():
        if state not in way.sources:
            title = flow.graph.state(state).title if flow.graph.has_state(state) else state
            found[_("It is in the state “{state}”.").format(state=title)] += count
    records = list(_with_owner(flow, rows.filter(state__in=way.sources)).order_by("-pk")[:LOOKED_AT])
    ready = 0
    for offers in can(records, actor, at).values():
        why = next((offer.reasons for offer in offers if offer.transition == way.key), (_("It is not yours to do."),))
        ready += not why
        found.update(dict.fromkeys(why, 1))
    reasons = tuple(Reason(words, count) for words, count in found.most_common())
    return Forecast(total, ready, reasons, len(records), in_state)


def _with_owner(flow: Flow, rows: QuerySet[Any]) -> QuerySet[Any]:
    """With what the question of rights reads of each row."""
    *relations, _last = flow.graph.owner.split("__") if flow.graph.owner else [""]
    return rows.select_related("__".join(relations)) if relations else rows


def start_transitions(
    flow: Flow,
    way: Transition,
    rows: QuerySet[Any],
    *,
    actor: Actor,
    at: datetime,
    data: Mapping[str, list[str]],
    reason: str = "",
    key: UUID | None = None,
) -> Job:
    """Start the job that fires the transition for each of the rows. NotAllowed where it is not theirs for many."""
    if way not in ways_for(flow, actor):
        raise NotAllowed
    return start_job(
        KIND,
        title=f"{way.title} ({flow.model._meta.verbose_name_plural})",
        items=record_ids(rows),
        data={"transition": way.key, "form": dict(data) if way.form else None, "reason": reason},
        record_type=flow.graph.record_type,
        actor=actor,
        at=at,
        key=key,
    )


def move(job: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Fire the job's transition for each row; whoever started it is who fires."""
    flow = flow_of(job.record_type)
    actor = SYSTEM if job.actor is None else Actor.of(job.actor)
    ids = [item.record_id for item in items if item.record_id is not None]
    records = _with_owner(flow, flow.model._default_manager.all()).in_bulk(ids)
    outcomes = fire_many(
        list(records.values()), job.data["transition"], actor=actor, at=at, data=_given(job), key=f"job:{job.pk}"
    )
    found = {outcome.record_id: outcome for outcome in outcomes}
    for item in items:
        outcome = found.get(item.record_id or 0)
        if outcome is None:
            item.state, item.message = JobItemState.REFUSED, _("It is not there any more.")
        elif not outcome.done:
            item.state = JobItemState.FAILED if outcome.code == "failed" else JobItemState.REFUSED
            item.message = outcome.message


def _given(job: Job) -> Any:
    """What the starter filled in, as the transition's form reads it."""
    form, reason = job.data["form"], job.data["reason"]
    if form is not None:
        return MultiValueDict(form)
    return {"reason": reason} if reason else None
