"""Four eyes: who did a step may not do the one that checks it. Looked up in the history, once for many records."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from modules.core.actors import Actor
from modules.workflow.choices import UNDO, TaskDeed
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
    """By record, newest first, the steps that matter to these; one query, or none where nothing does."""
    named = {name for each in eyes for written in each for name in written}
    if not named:
        return {}
    rows = (
        HistoryEntry.objects.filter(
            record_type=graph.record_type, record_id__in=record_ids, transition__in=[*sorted(named), UNDO]
        )
        .order_by("-pk")
        .values_list("pk", "record_id", "transition", "actor_id", "actor_label", "data__undone")
    )
    found: dict[int, list[Deed]] = {}
    gone: set[int] = set()
    for pk, record_id, transition, user_id, label, undone in rows:
        if transition == UNDO:
            gone.update(undone or ())
        elif pk not in gone:
            found.setdefault(record_id, []).append(Deed(transition, user_id, label))
    return found


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
