"""What people and events really did to a record, read from its history; what time and the flow did by itself is left
out, for the trial does that on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.contrib.auth import get_user_model

from modules.core.actors import SYSTEM, Actor
from modules.workflow.backtesting.hands import HANDS
from modules.workflow.choices import MOVE, START, TRANSFER, UNDO, TaskDeed
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry

if TYPE_CHECKING:
    from modules.accounts.models import User

ANSWERS = (TaskDeed.VOTE, TaskDeed.RETURN)
DeedKind = Literal["step", "task", "hand", "move"]


@dataclass(frozen=True)
class Deed:
    """One thing somebody did. `name` is the step, `task.outcome`, or what was done with a task (`task.claim`)."""

    name: str
    kind: DeedKind
    actor: Actor
    at: datetime
    data: dict[str, Any]
    reason: str
    target: str
    is_answer: bool = False
    """One of several answers that come to an outcome, or a proposal."""


@dataclass(frozen=True)
class Story:
    """A record's history as it is done again."""

    record_id: int
    started_at: datetime
    starter: Actor
    deeds: tuple[Deed, ...]
    asked: tuple[tuple[datetime, dict[str, Any]], ...] = ()
    """What steps wrote into the record because they asked for it."""


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
    deeds: list[Deed] = []
    asked = []
    for entry in entries:
        graph = (flow.version(entry.workflow_version) or flow.current).graph
        if entry.transition == TRANSFER:
            deeds = _called_anew(deeds, entry.data.get("renamed") or {})
        what = None if entry.pk in undone else _kind_of(graph, entry)
        if what is None or _is_decided(deeds, entry):
            continue
        deeds.append(_deed(entry, what, _actor(entry, people, grants)))
        if what == "step" and (asks := graph.transition(entry.transition).asks):
            written = {ask.field: entry.data[ask.field] for ask in asks if ask.field in entry.data}
            asked.append((entry.at, written))
    return Story(record.pk, first.at, _actor(first, people, grants), tuple(deeds), tuple(asked))


def _deed(entry: HistoryEntry, kind: DeedKind, actor: Actor) -> Deed:
    """An answer in a decision, or one that comes back to whoever delegated the task, is that person's outcome."""
    task, _dot, deed = entry.transition.partition(".")
    if kind == "task" and deed in ANSWERS:
        name, data = f"{task}.{entry.data.get('outcome', '')}", entry.data.get("data", {})
        return Deed(name, kind, actor, entry.at, data, entry.reason, entry.target, is_answer=True)
    return Deed(entry.transition, kind, actor, entry.at, entry.data, entry.reason, entry.target)


def _is_decided(deeds: Sequence[Deed], entry: HistoryEntry) -> bool:
    """Whether the outcome came with the answer before it, which brings it again."""
    last = deeds[-1] if deeds else None
    if last is None or not last.is_answer or last.at != entry.at or last.actor.user_id != entry.actor_id:
        return False
    task, _dot, deed = entry.transition.partition(".")
    return task == last.name.partition(".")[0] and deed not in TaskDeed.values


def _called_anew(deeds: Sequence[Deed], renamed: Mapping[str, Mapping[str, str]]) -> list[Deed]:
    """The deeds under the names that the version has to which the record was moved after them."""
    steps, tasks = renamed.get("steps", {}), renamed.get("tasks", {})

    def name(deed: Deed) -> str:
        key, dot, what = deed.name.partition(".")
        return tasks.get(key, key) + dot + what if dot else steps.get(key, key)

    return [replace(deed, name=name(deed)) for deed in deeds]


def _kind_of(graph: WorkflowGraph, entry: HistoryEntry) -> DeedKind | None:
    if entry.transition == MOVE:
        return "move"
    if entry.transition in (START, UNDO, TRANSFER):
        return None
    if graph.has_transition(entry.transition):
        found: DeedKind | None = {"manual": "step", "event": "step", "task": "task"}.get(  # type: ignore[assignment]
            graph.transition(entry.transition).kind
        )
        return found
    task, _dot, outcome = entry.transition.partition(".")
    if not outcome or not any(node.key == task for node in graph.tasks):
        return None
    if outcome in TaskDeed.values:
        return "task" if outcome in ANSWERS else "hand" if outcome in HANDS else None
    return "task" if _is_an_outcome(graph.task(task).outcomes, outcome) else None


def _is_an_outcome(outcomes: Sequence[Any], name: str) -> bool:
    return any(outcome.name == name for outcome in outcomes)


def _actor(entry: HistoryEntry, people: "dict[Any, User]", grants: frozenset[str]) -> Actor:
    if entry.actor_id is not None:
        return Actor.of(people[entry.actor_id], grants=frozenset())
    return SYSTEM if entry.actor_label == str(SYSTEM) else Actor.guest(entry.actor_label, grants)
