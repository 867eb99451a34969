"""A workflow as Mermaid text (stateDiagram-v2), for documents and wikis that draw it themselves."""

from modules.workflow.diagram.duties import duties_in
from modules.workflow.diagram.wording import step_in_words
from modules.workflow.graph import Transition, WorkflowGraph

# Mermaid reads these as its own (a line break, a comment, a class); written as entities it shows them.
_ENTITIES = {
    "#": "#35;",
    ";": "#59;",
    ":": "#58;",
    '"': "#34;",
    "<": "#60;",
    ">": "#62;",
    "%": "#37;",
    "{": "#123;",
    "}": "#125;",
}


def mermaid(graph: WorkflowGraph) -> str:
    """The text of the diagram in the active language; the same graph gives the same text."""
    names = {state.key: f"s{index}" for index, state in enumerate(graph.states)}
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f'    state "{_text(state.title)}" as {names[state.key]}' for state in graph.states]
    lines += [f"    [*] --> {names[state.key]}" for state in graph.states if state.kind == "initial"]
    for transition in graph.transitions:
        lines += [
            f"    {names[source]} --> {names[transition.target]}: {_label(graph, transition)}"
            for source in transition.sources
            if source in names and transition.target in names
        ]
    for state in graph.states:
        if duties := duties_in(graph, state.key):
            lines += [
                f"    note right of {names[state.key]}",
                *(f"        {_text(duty)}" for duty in duties),
                "    end note",
            ]
    lines += [f"    {names[state.key]} --> [*]" for state in graph.states if state.kind == "final"]
    return "\n".join(lines) + "\n"


def _label(graph: WorkflowGraph, transition: Transition) -> str:
    how = step_in_words(graph, transition)
    return _text(f"{transition.title} ({how})" if how else transition.title)


def _text(words: object) -> str:
    """One line in which nothing is Mermaid's syntax."""
    return "".join(_ENTITIES.get(char, char) for char in " ".join(str(words).split()))
