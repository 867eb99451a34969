"""Tasks: their outcomes lead somewhere, and a decision of several can be reached."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from modules.workflow.finding import Finding, Words, said
from modules.workflow.graph import Decision, TaskNode, WorkflowGraph
from modules.workflow.soundness.people import seats


def outcomes(graph: WorkflowGraph) -> Iterator[Finding]:
    """Outcomes that should move the record and have no transition, and completions of what is not there."""
    for task in graph.tasks:
        for outcome in task.outcomes:
            if outcome.target is not None and not graph.has_transition(f"{task.key}.{outcome.name}"):
                yield Finding(
                    "no_way_for_outcome", graph.key, f"task:{task.key}",
                    said(_("ends with “{outcome}”, for which there is no transition."), outcome=outcome.name),
                    said(_("Add the transition “{key}”."), key=f"{task.key}.{outcome.name}"),
                )  # fmt: skip
            if outcome.target is not None and outcome.effects:
                yield Finding(
                    "effects_elsewhere", graph.key, f"task:{task.key}",
                    said(_("says what “{outcome}” does, where nothing reads it."), outcome=outcome.name),
                    said(_("Give the effects to the transition “{key}”."), key=f"{task.key}.{outcome.name}"),
                )  # fmt: skip
    where = {task.key: set(task.states) for task in graph.tasks}
    for way in graph.transitions:
        place = f"transition:{way.key}"
        if way.completes and way.completes not in where:
            yield Finding(
                "unknown_task", graph.key, place, said(_("completes the task “{task}”."), task=way.completes),
                _("Declare the task."),
            )  # fmt: skip
        elif way.completes and where[way.completes].isdisjoint(way.sources):
            yield Finding(
                "unknown_task", graph.key, place,
                said(_("completes the task “{task}”, which is never open where it starts."), task=way.completes),
                _("Let both have a state in common."), "warning",
            )  # fmt: skip


def decisions(graph: WorkflowGraph) -> Iterator[Finding]:
    """Decisions that cannot be reached, or that come to an outcome which the task does not have."""
    for task in graph.tasks:
        if task.decide is not None:
            for problem, mend in _decision(task, task.decide):
                yield Finding("no_decision", graph.key, f"task:{task.key}", problem, mend)


def _decision(task: TaskNode, decide: Decision) -> Iterator[tuple[Words, Words]]:
    most, names = seats(task), [outcome.name for outcome in task.outcomes]
    if decide.kind == "quorum" and decide.count < 1:
        yield _("decides by a number of answers and says none."), _("Say how many, with `quorum(2)`.")
    if decide.kind == "quorum" and most is not None and decide.count > most:
        yield (
            said(_("needs {count} equal answers, and is given to {most}."), count=decide.count, most=most),
            _("Assign it to more people, or ask for fewer."),
        )
    if decide.kind == "each" and not decide.over:
        yield _("asks once for each row and says of what."), _('Name the relation, with `each("lines")`.')
    if decide.otherwise and decide.otherwise not in names:
        yield (
            said(_("ends with “{outcome}” where nobody agrees, which is no outcome of it."), outcome=decide.otherwise),
            said(_("Use one of {outcomes}."), outcomes=", ".join(names)),
        )
    if decide.kind in ("quorum", "majority") and len(names) < 2:
        yield _("takes votes and has one outcome."), _("Give it the outcomes to choose from.")
