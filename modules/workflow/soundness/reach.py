"""Every state can be reached, and from every state an end."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from modules.workflow.finding import Finding, said
from modules.workflow.graph import WorkflowGraph
from modules.workflow.soundness.ways import backward, closure, forward


def unreachable(graph: WorkflowGraph) -> Iterator[Finding]:
    """States that no way leads to."""
    reached = closure([graph.initial], forward(graph))
    for state in graph.states:
        if state.key not in reached:
            yield Finding(
                "unreachable", graph.key, f"state:{state.key}", _("cannot be reached from the initial state."),
                _("Add a transition to it, or take it away."),
            )  # fmt: skip


def no_end(graph: WorkflowGraph) -> Iterator[Finding]:
    """Dead ends, and traps in which a record goes round for ever."""
    finals = [state.key for state in graph.states if state.kind == "final"]
    ending = closure(finals, backward(graph))
    for state in graph.states:
        if state.kind != "final" and not graph.leaving(state.key):
            yield Finding(
                "dead_end", graph.key, f"state:{state.key}", _("is not final and has no way out."),
                _("Add a transition from it, or make it final."),
            )  # fmt: skip
        elif state.key not in ending:
            yield Finding(
                "no_way_to_end", graph.key, f"state:{state.key}", _("never leads to a final state."),
                said(_("Add a way from it to one of {states}."), states=", ".join(finals)),
            )  # fmt: skip


def after_the_end(graph: WorkflowGraph) -> Iterator[Finding]:
    """What would still happen in a final state."""
    finals = {state.key for state in graph.states if state.kind == "final"}
    for state in graph.states:
        for transition in graph.leaving(state.key) if state.kind == "final" else ():
            yield Finding(
                "final_with_way_out", graph.key, f"state:{state.key}",
                said(_("is final, and “{transition}” leaves it."), transition=transition.key),
                _("Make it a normal state, or take the transition away."),
            )  # fmt: skip
    working = [(f"task:{task.key}", task.states) for task in graph.tasks]
    working += [(f"repeat:{repeat.key}", repeat.states) for repeat in graph.repeats]
    working += [(f"sla:{sla.key}", sla.states) for sla in graph.slas]
    for place, states in working:
        for name in states:
            if name in finals:
                yield Finding(
                    "work_after_the_end", graph.key, place,
                    said(_("goes on in the final state “{state}”."), state=name),
                    _("Take the state away from it."), "warning",
                )  # fmt: skip
