"""Soundness of what a workflow reads from its records, and of what it tells the world."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from modules.core.messages import Message, messages
from modules.workflow.api import tell
from modules.workflow.flows import flows
from modules.workflow.graph import (
    ActorRule,
    Ask,
    Decision,
    Escalation,
    GuardUse,
    Repeat,
    Sla,
    StateNode,
    Wait,
    WorkflowGraph,
)  # fmt: skip
from modules.workflow.publishing.drafts import problems_of
from modules.workflow.soundness import findings
from modules.workflow.vocabulary import names
from tests.workflow.app.models import Parcel
from tests.workflow.sound import DAY, HOUR, SOUND, STAMP, starting, voting

PACKER = ActorRule("person", "packer")
FAULTS: dict[str, tuple[WorkflowGraph, str, str]] = {
    "a second assignee of no field": (voting(also=(ActorRule("person", "boss"),)), "unknown_field", "task:look"),
    "a first assignee of no field": (voting(assign=ActorRule("person", "boss")), "unknown_field", "task:look"),
    "somebody who is no person": (voting(assign=ActorRule("person", "weight")), "no_person", "task:look"),
    "the manager of nobody": (voting(assign=ActorRule("manager", "boss")), "unknown_field", "task:look"),
    "a link to no address": (voting(assign=ActorRule("link", "mail")), "unknown_field", "task:look"),
    "escalated to nobody": (
        voting(due=Wait(HOUR), escalate=(Escalation(Wait(DAY), ActorRule("person", "boss")),)), "unknown_field",
        "task:look",
    ),
    "a reminder before a date that is not there": (
        voting(remind=(Wait(-HOUR, field="promised"),)), "unknown_field", "task:look",
    ),
    "a reminder before a weight": (voting(remind=(Wait(-HOUR, field="weight"),)), "no_moment", "task:look"),
    "a warning that counts from nothing": (
        replace(SOUND, slas=(Sla("p", "P", ("a",), Wait(DAY), warn=Wait(field="promised")),)), "unknown_field", "sla:p",
    ),
    "an event for no field": (
        starting(kind="event", event="paid", match="number"), "unknown_field", "transition:go",
    ),
    "a record above that is not there": (replace(SOUND, parent="crate"), "unknown_field", ""),
    "a record above that is a number": (replace(SOUND, parent="weight"), "no_parent", ""),
    "an answer for each of nothing": (
        voting(decide=Decision("each", over="lines")), "unknown_field", "task:look",
    ),
    "a guard that reads no field": (
        starting(guards=(GuardUse(expression="record.wieght > 5", words="Too light"),)), "expression_unknown_name",
        "transition:go",
    ),
    "a guard that compares what does not compare": (
        starting(guards=(GuardUse(expression="record.weight > 'heavy'", words="Too light"),)),
        "expression_wrong_type", "transition:go",
    ),
    "a repeat's guard that is no question": (
        replace(SOUND, repeats=(Repeat("nag", "Nag", ("a",), Wait(DAY), effects=STAMP, guards=(
            GuardUse(expression="record.weight + 1"),)),)), "expression_wrong_type", "repeat:nag",
    ),
    "asking for what the record lacks": (starting(asks=(Ask("cost"),)), "unknown_field", "transition:go"),
    "asking for what nobody may write": (starting(asks=(Ask("state"),)), "fixed_field", "transition:go"),
    "an assignment to nobody": (voting(assign=ActorRule("expression", "record.boss")), "expression_unknown_name",
        "task:look"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_field_that_is_not_there_is_found_once(name: str) -> None:
    broken, code, place = FAULTS[name]
    found = [(finding.code, finding.place) for finding in findings(broken, Parcel)]
    assert found == [(code, place)]


def test_what_the_record_has_is_no_finding() -> None:
    sound = voting(
        assign=PACKER, also=(ActorRule("manager", "packer"), ActorRule("manager")), due=Wait(HOUR),
        remind=(Wait(-HOUR, field="due_at"), Wait(-DAY, field="packed_at")), decide=Decision("all"),
    )  # fmt: skip
    assert findings(replace(sound, owner="customer", parent="customer"), Parcel) == []
    assert findings(starting(kind="event", event="paid", match="pk"), Parcel) == []


def test_a_state_that_the_table_refuses_is_found() -> None:
    graph = flows["films.order"].graph
    more = replace(graph, states=(*graph.states, StateNode("triage", "Triage")))
    places = [finding.place for finding in problems_of(more) if finding.code == "refused_state"]
    assert places == ["state:triage"]
    assert problems_of(graph) == []


@pytest.fixture
def lonely() -> Iterator[type[Message]]:
    """A message that says neither to whom it goes nor that it is about parcels."""

    class Lonely(Message):
        key, category, model = "parcels.lonely", "work", "parcels.Letter"

    yield Lonely
    messages.unregister(Lonely.key)
    names.effects.unregister(f"tell:{Lonely.key}")


def test_a_message_without_recipients_and_of_another_record_is_found(lonely: type[Message]) -> None:
    tell(lonely)
    found = findings(starting(effects=(f"tell:{lonely.key}",)), Parcel)
    assert [(finding.code, finding.place) for finding in found] == [
        ("told_to_nobody", "transition:go"),
        ("message_of_another", "transition:go"),
    ]


def test_a_message_that_nobody_declares_is_found() -> None:
    found = findings(starting(effects=("tell:parcels.gone",)), Parcel)
    assert [finding.code for finding in found] == ["unknown_effect"]
