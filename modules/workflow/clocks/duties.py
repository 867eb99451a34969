"""What the sweep does for a timer that is no transition: repeats, promises, reminders, escalations.

A duty is named by its timer: `<repeat>`, `<promise>#warn`, `<promise>#breach`, `<promise>#escalate0`, `<task>#remind0`,
`<task>#escalate0`. Under the same name its effects stand in the history, as a step that stays in the state.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modules.core.actors import SYSTEM
from modules.workflow.engine import history
from modules.workflow.graph import EffectUse, Repeat, Sla, TaskNode, WorkflowGraph
from modules.workflow.vocabulary.effects import Firing

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run
    from modules.workflow.models import Timer

DEEDS = ("warn", "breach", "escalate", "remind")


@dataclass(frozen=True)
class Duty:
    """What a timer's name stands for; `number` counts reminders and escalations from 0."""

    node: Repeat | Sla | TaskNode
    deed: str = ""
    number: int = 0


def find_duty(graph: WorkflowGraph, name: str) -> Duty | None:
    """The duty of a name; None where this version of the workflow has none of it."""
    key, _hash, deed = name.partition("#")
    word = deed.rstrip("0123456789")
    number = int(deed[len(word) :] or 0)
    nodes: Iterable[Repeat | Sla | TaskNode] = graph.repeats if not deed else (*graph.slas, *graph.tasks)
    node = next((node for node in nodes if node.key == key), None)
    if node is None or (deed and word not in DEEDS):
        return None
    return Duty(node, word, number) if _has(node, word, number) else None


def _has(node: Repeat | Sla | TaskNode, deed: str, number: int) -> bool:
    match node:
        case Repeat():
            return not deed
        case Sla():
            return deed in ("warn", "breach") or (deed == "escalate" and number < len(node.escalate))
        case TaskNode():
            return number < len({"remind": node.remind, "escalate": node.escalate}.get(deed, ()))


def title_of(graph: WorkflowGraph, name: str) -> str:
    """A duty in words, as the history tells it; nothing for a name that is none."""
    from modules.workflow.titles import step_title

    return "" if find_duty(graph, name) is None else step_title(graph, name)


def perform(run: "Run", timer: "Timer") -> bool:
    """Do the duty that a timer names, under the record's lock; whether there was something to do."""
    from modules.workflow.clocks import repeats, slas

    duty = find_duty(run.graph, timer.transition)
    if duty is None:
        return False
    match duty.node:
        case Repeat():
            return repeats.perform(run, timer, duty.node)
        case Sla():
            return slas.perform(run, timer, duty.node, duty.deed, duty.number)
        case TaskNode():
            return _of_task(run, timer, duty.node, duty)


def _of_task(run: "Run", timer: "Timer", node: TaskNode, duty: Duty) -> bool:
    from modules.workflow.clocks import reminders

    deed = reminders.remind if duty.deed == "remind" else reminders.escalate
    return bool(deed(run, timer, node, duty.number))


def act(run: "Run", name: str, effects: Iterable[EffectUse], data: Mapping[str, Any]) -> None:
    """Run effects as a step of their own that leaves the record where it is; without effects nothing is written."""
    functions = run.plan.effects(effects)
    if not functions:
        return
    state = run.record.state
    result = history.append(
        run.graph, run.record_id, transition=name, source=state, target=state, actor=SYSTEM, at=run.at, data=data
    )
    key = f"{run.graph.record_type}:{run.record_id}:{result.history_id}"
    firing = Firing(name, state, state, SYSTEM, run.at, key, "", data, run.facts)
    for effect in functions:
        effect(run.record, firing)
    run.forget_facts()
