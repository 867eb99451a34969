"""What is tried: a version as it is, or the present one with another condition on one step."""

from dataclasses import replace

from modules.workflow.graph import GuardUse, WorkflowGraph


def with_guard(graph: WorkflowGraph, step: str, expression: str, words: str = "") -> WorkflowGraph:
    """The same workflow with one condition on a step in place of those that it has. LookupError for no such step."""
    changed = replace(
        graph.transition(step), guards=(GuardUse(expression=expression, words=words),) if expression else ()
    )
    return replace(graph, transitions=tuple(changed if way.key == step else way for way in graph.transitions))
