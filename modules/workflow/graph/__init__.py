"""The compiled form of a workflow: immutable, comparable, and the same whether written as a class or as data.

Everything that runs, draws, checks or compares a workflow reads this and nothing else. Guards, effects, forms and the
facts selector stand here by name and are looked up in today's code (`names.py`).
"""

from modules.workflow.graph.nodes import (
    ActorKind,
    ActorRule,
    Ask,
    Brought,
    Decision,
    DecisionKind,
    EffectUse,
    Escalation,
    GuardUse,
    Outcome,
    Repeat,
    Sla,
    StateKind,
    StateNode,
    TaskNode,
    Tone,
    Transition,
    TransitionKind,
    Wait,
    Words,
)
from modules.workflow.graph.workflow_graph import WorkflowGraph
from modules.workflow.graph.written import FORMAT

__all__ = [
    "FORMAT",
    "ActorKind",
    "ActorRule",
    "Ask",
    "Brought",
    "Decision",
    "DecisionKind",
    "EffectUse",
    "Escalation",
    "GuardUse",
    "Outcome",
    "Repeat",
    "Sla",
    "StateKind",
    "StateNode",
    "TaskNode",
    "Tone",
    "Transition",
    "TransitionKind",
    "Wait",
    "Words",
    "WorkflowGraph",
]
