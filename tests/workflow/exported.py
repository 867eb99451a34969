"""A workflow that has something of everything, for what is exported and drawn."""

from dataclasses import replace
from datetime import timedelta

from modules.workflow.graph import (
    ActorRule,
    Decision,
    GuardUse,
    Outcome,
    Sla,
    StateNode,
    TaskNode,
    Transition,
    Wait,
    WorkflowGraph,
)
from tests.workflow.test_comparing import BOSS, CLERK, changed_repairs


def everything() -> WorkflowGraph:
    """Repair requests with a vote, a timer, a message from outside, automatic steps and a promise."""
    base = changed_repairs()
    dear = GuardUse(expression="record.cost > 500")
    vote = TaskNode(
        "vote", "Vote on it", ("triage",), CLERK, (Outcome("yes", "Yes"), Outcome("no", "No", "rejected")),
        also=(BOSS,), decide=Decision("majority"),
    )  # fmt: skip
    sign = TaskNode("sign", "Sign it", ("second",), ActorRule("link", "customer_email"))
    return replace(
        base,
        states=(*base.states, StateNode("checked", "Checked")),
        tasks=(*base.tasks, vote, sign),
        transitions=(
            *base.transitions,
            Transition("vote.no", "No", ("triage",), "rejected", "task", (CLERK,), completes="vote"),
            Transition("late", "Too late", ("triage",), "rejected", "timer", after=Wait(days=5)),
            Transition("paid", "Paid", ("submitted",), "checked", "event", event="payment.settled", match="number"),
            Transition("is_dear", "Dear", ("checked",), "second", "automatic", guards=(dear,)),
            Transition("is_cheap", "Cheap", ("checked",), "approved", "automatic"),
            Transition("back", "Back", ("second",), "submitted", by=(CLERK,)),
        ),
        slas=(Sla("fast", "Fast", ("triage", "second"), Wait(timedelta(hours=16)), Wait(days=1), ("submitted",)),),
    )
