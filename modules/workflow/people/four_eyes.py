"""Four eyes: who did a step may not do the one that checks it. Looked up in the history, once for many records."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules.core.actors import Actor
from modules.workflow.choices import TRANSFER, UNDO, TaskDeed
from modules.workflow.errors import SamePerson
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry
from modules.workflow.plan import Eyes
from modules.workflow.titles import step_title

VOTE = f".{TaskDeed.VOTE}"


@dataclass(frozen=True)
class Deed:
    """A step that stands: not one that was taken back."""

    transition: str
    user_id: int | None
    label: str

    def is_by(self, actor: Actor) -> bool:
        """Whether this actor did it; guests are told apart by their label alone."""
        if self.user_id is not None or actor.user_id is not None:
            return self.user_id == actor.user_id
        return self.label == str(actor)[:254]


def deeds_of(graph: WorkflowGraph, record_ids: Collection[int], eyes: Iterable[Eyes]) -> dict[int, list[Deed]]:
    """By record, newest first, the steps that matter to these; one query, or none where nothing does.

    A step that was called otherwise when it was done counts under the name that it has in the record's version now; a
    record that was moved to another version costs a second query.
    """
    named = {name for each in eyes for written in each for name in written}
    if not named:
        return {}
    rows = _rows(graph, record_ids, named)
    once = _once_called(named, [renamed for *_row, renamed in rows if renamed])
    if once != named:
        rows = _rows(graph, record_ids, once)
    found: dict[int, list[Deed]] = {}
    gone: set[int] = set()
    names: dict[int, Mapping[str, str]] = {}
    for pk, record_id, transition, user_id, label, undone, renamed in rows:
        now = names.setdefault(record_id, {name: name for name in named})
        if transition == TRANSFER:
            names[record_id] = {old: now[new] for new in now if (old := _before(new, renamed or {}))}
        elif transition == UNDO:
            gone.update(undone or ())
        elif pk not in gone and transition in now:
            found.setdefault(record_id, []).append(Deed(now[transition], user_id, label))
    return found


def _once_called(named: set[str], renames: Sequence[Mapping[str, Any]]) -> set[str]:
    """The names, and what they were before each of these moves to another version."""
    found = set(named)
    for _move in renames:
        found |= {_before(name, renamed) for name in found for renamed in renames} - {""}
    return found


def _before(name: str, renamed: Mapping[str, Any]) -> str:
    """What a step or the deed of a task was called before a move; nothing for one that was not there."""
    key, dot, deed = name.partition(".")
    pairs: Mapping[str, str] = renamed.get("tasks" if dot else "steps", {})
    for old, new in pairs.items():
        if new == key:
            return old + dot + deed
    return "" if key in pairs else name


def _rows(graph: WorkflowGraph, record_ids: Collection[int], named: Collection[str]) -> list[tuple[Any, ...]]:
    ours = HistoryEntry.objects.filter(record_type=graph.record_type, record_id__in=record_ids)
    wanted = ours.filter(transition__in=[*sorted(named), UNDO, TRANSFER]).order_by("-pk")
    columns = ("pk", "record_id", "transition", "actor_id", "actor_label", "data__undone", "data__renamed")
    return list(wanted.values_list(*columns))


def same_person(graph: WorkflowGraph, eyes: Eyes, deeds: Sequence[Deed], actor: Actor) -> SamePerson | None:
    """The refusal of an actor who did one of the steps last; the system is bound by nothing."""
    if actor.is_system:
        return None
    for written in eyes:
        for deed in _latest(written, deeds):
            if deed.is_by(actor):
                return SamePerson(who=called(actor), step=step_title(graph, deed.transition))
    return None


def _latest(written: Collection[str], deeds: Sequence[Deed]) -> Iterator[Deed]:
    """The last of these steps; of one that several decided on, also the answers since the decision before."""
    ended = False
    for deed in deeds:
        if deed.transition not in written:
            continue
        is_vote = deed.transition.endswith(VOTE)
        if ended and not is_vote:
            return
        if is_vote or not ended:
            yield deed
        ended = ended or not is_vote


def barred_people(graph: WorkflowGraph, eyes: Eyes, record_id: int) -> set[int]:
    """Whom four eyes keep from a task, so that it is not given to them."""
    if not eyes:
        return set()
    deeds = deeds_of(graph, [record_id], [eyes]).get(record_id, ())
    return {deed.user_id for written in eyes for deed in _latest(written, deeds) if deed.user_id is not None}


def refuse_same_person(
    graph: WorkflowGraph, eyes: Eyes, record_id: int, actor: Actor, deeds: Sequence[Deed] | None = None
) -> None:
    """SamePerson where the actor did a step that somebody else must have done; `deeds` where they are read already."""
    if not eyes or actor.is_system:
        return
    if deeds is None:
        deeds = deeds_of(graph, [record_id], [eyes]).get(record_id, ())
    refusal = same_person(graph, eyes, deeds, actor)
    if refusal is not None:
        raise refusal


def called(actor: Actor) -> str:
    """A person by name where there is one."""
    return (actor.user.name if actor.user is not None else "") or str(actor)
