"""A workflow as DOT, for Graphviz."""

from collections.abc import Iterator

from modules.workflow.diagram.duties import duties_in
from modules.workflow.diagram.wording import step_in_words
from modules.workflow.graph import Transition, WorkflowGraph


def dot(graph: WorkflowGraph) -> str:
    """The text in the active language; the same graph gives the same text."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: WorkflowGraph) -> Iterator[str]:
    yield f"digraph {_quoted(graph.key)} {{"
    yield f"  graph [rankdir=LR, label={_quoted(graph.title)}];"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=11];'
    yield '  "[begin]" [shape=point, label=""];'
    for state in graph.states:
        look = ", peripheries=2" if state.kind == "final" else ""
        yield f"  {_quoted(state.key)} [label={_quoted(state.title, *duties_in(graph, state.key))}{look}];"
    yield from (f'  "[begin]" -> {_quoted(state.key)};' for state in graph.states if state.kind == "initial")
    for step in graph.transitions:
        for source in step.sources:
            if graph.has_state(source) and graph.has_state(step.target):
                yield f"  {_quoted(source)} -> {_quoted(step.target)} [{_look(graph, step)}];"
    yield "}"


def _look(graph: WorkflowGraph, step: Transition) -> str:
    how = step_in_words(graph, step)
    look = f"label={_quoted(f'{step.title} ({how})' if how else step.title)}"
    style = {"timer": ", style=dashed", "automatic": ", style=dotted"}.get(step.kind, "")
    return look + style


def _quoted(*lines: object) -> str:
    """A string of DOT; a backslash in the words would begin one of its escapes."""
    plain = (" ".join(str(words).split()) for words in lines)
    return '"' + "\\n".join(text.replace("\\", "\\\\").replace('"', '\\"') for text in plain) + '"'
