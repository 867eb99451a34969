"""What people and events really did to a record, read from its history; what time and the flow did by itself is left
out, for the trial does that on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.contrib.auth import get_user_model

from modules.core.actors import SYSTEM, Actor
from modules.workflow.choices import MOVE, START, TRANSFER, UNDO, TaskDeed
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry

if TYPE_CHECKING:
    from modules.accounts.models import User

DeedKind = Literal["step", "task"]


@dataclass(frozen=True)
class Deed:
    """One thing somebody did. `name` is the step, or `task.outcome`."""

    name: str
    kind: DeedKind
    actor: Actor
    at: datetime
    data: dict[str, Any]
    reason: str
    target: str


@dataclass(frozen=True)
class Story:
    """A record's history as it is done again."""

    record_id: int
    started_at: datetime
    starter: Actor
    deeds: tuple[Deed, ...]
    is_whole: bool
    """False where somebody moved the record by hand: that is not done again."""


def story_of(flow: Flow, record: Any) -> Story | None:
    """The story of a record; None where it has never started."""
    kind = flow.declared.record_type
    entries = list(HistoryEntry.objects.filter(record_type=kind, record_id=record.pk).order_by("pk"))
    first = next((entry for entry in entries if entry.transition == START), None)
    if first is None:
        return None
    undone = {pk for entry in entries if entry.transition == UNDO for pk in entry.data.get("undone", ())}
    people = get_user_model()._default_manager.in_bulk({entry.actor_id for entry in entries if entry.actor_id})
    grants = frozenset({f"{kind}:{record.pk}"})
    deeds = []
    for entry in entries:
        graph = (flow.version(entry.workflow_version) or flow.current).graph
        what = None if entry.pk in undone else _kind_of(graph, entry)
        if what is not None:
            actor = _actor(entry, people, grants)
            deeds.append(Deed(entry.transition, what, actor, entry.at, entry.data, entry.reason, entry.target))
    is_whole = all(entry.transition != MOVE for entry in entries)
    return Story(record.pk, first.at, _actor(first, people, grants), tuple(deeds), is_whole)


def _kind_of(graph: WorkflowGraph, entry: HistoryEntry) -> DeedKind | None:
    if entry.transition in (START, UNDO, MOVE, TRANSFER):
        return None
    if graph.has_transition(entry.transition):
        found: DeedKind | None = {"manual": "step", "event": "step", "task": "task"}.get(  # type: ignore[assignment]
            graph.transition(entry.transition).kind
        )
        return found
    task, _dot, outcome = entry.transition.partition(".")
    is_outcome = any(node.key == task for node in graph.tasks) and outcome not in TaskDeed.values
    return "task" if is_outcome and outcome and _is_an_outcome(graph.task(task).outcomes, outcome) else None


def _is_an_outcome(outcomes: Sequence[Any], name: str) -> bool:
    return any(outcome.name == name for outcome in outcomes)


def _actor(entry: HistoryEntry, people: "dict[Any, User]", grants: frozenset[str]) -> Actor:
    if entry.actor_id is not None:
        return Actor.of(people[entry.actor_id], grants=frozenset())
    return SYSTEM if entry.actor_label == str(SYSTEM) else Actor.guest(entry.actor_label, grants)
