"""A workflow in words: complete, in whole sentences, in the reader's language."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from modules.workflow.flows import flow_of, flows
from modules.workflow.graph import (
    ActorRule,
    Ask,
    Decision,
    EffectUse,
    Escalation,
    GuardUse,
    Outcome,
    Repeat,
    Sla,
    StateNode,
    TaskNode,
    Transition,
    Wait,
    WorkflowGraph,
)
from modules.workflow.words.conditions import condition
from modules.workflow.words.deeds import deed
from modules.workflow.words.document import describe
from modules.workflow.words.lengths import length
from modules.workflow.words.people import who
from modules.workflow.words.steps import step_sentences
from modules.workflow.words.vocabulary import Vocabulary
from modules.workflow.words.work import repeat_sentences, sla_sentences, task_sentences

CLERK, BOSS = ActorRule("role", "repairs.clerk"), ActorRule("role", "repairs.manager")
HOUR = timedelta(hours=1)
STATES = (StateNode("open", "Open", "initial"), StateNode("held", "On hold"), StateNode("done", "Done", "final"))
GRAPH = WorkflowGraph("repairs.request", 4, "repairs.request", "Repair", "A repair.", STATES, ())
WORDS = Vocabulary(GRAPH)


def step(**changes: Any) -> list[str]:
    return step_sentences(WORDS, replace(Transition("finish", "Finish", ("open",), "done", by=(CLERK,)), **changes))


@pytest.mark.parametrize(
    ("expression", "negated", "words"),
    [
        ("record.cost <= 4000", False, "“cost” is at most €40.00"),
        ("record.cost <= 4000", True, "“cost” is more than €40.00"),
        ("record.year >= 1950 && record.year < 2000", False, "“year” is at least 1950 and “year” is less than 2000"),
        (
            "record.year >= 1950 && record.year < 2000",
            True,
            "`record.year >= 1950 && record.year < 2000` does not hold",
        ),
        ('record.title != "Yi Yi"', False, "“title” is not “Yi Yi”"),
        ("record.cost > record.year", False, "`record.cost > record.year` holds"),
    ],
)
def test_a_simple_expression_is_said_in_the_words_of_its_fields(expression: str, negated: bool, words: str) -> None:
    vocabulary = Vocabulary(flow_of("suggestions.suggestion").graph)
    assert condition(GuardUse(expression=expression, negated=negated), vocabulary) == words
    with translation.override("es"):
        assert ("40,00\xa0€" in condition(GuardUse(expression=expression), vocabulary)) == ("4000" in expression)


def test_who_may_do_what_while_and_if() -> None:
    assert step(
        guards=(GuardUse(expression="record.cost > 500", words="It is cheap."),),
        asks=(Ask("cost"), Ask("note", False, "A note")), not_same_as=("finish",), effects=(EffectUse("x.pay_bill"),),
    ) == [
        "While it is “Open”, somebody with the role “clerk” may choose “Finish”; it becomes “Done”.",
        "That is possible only if “cost” is more than 500 (otherwise “It is cheap.”).",
        "It may not be the person who did “finish”.",
        "It asks for “cost”.",
        "It may be told “A note” too.",
        "Then: pay bill.",
    ]  # fmt: skip


HAPPENS = "“Finish” happens by itself"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target": "open"}, "While it is “Open”, somebody with the role “clerk” may choose “Finish”; it stays"),
        ({"sources": ("open", "held"), "by": ()}, "While it is “Open” or “On hold”, nobody may choose “Finish”; it"),
        ({"kind": "timer", "after": Wait(24 * HOUR)}, f"When it has been “Open” for 1 day, {HAPPENS}; it becomes"),
        (
            {"kind": "timer", "after": Wait(days=-2, field="due_date")},
            f"While it is “Open”, {HAPPENS} 2 days before “due date”; it becomes “Done”.",
        ),
        ({"kind": "automatic"}, f"As soon as it is “Open”, {HAPPENS}; it becomes “Done”."),
        (
            {"kind": "event", "event": "payment.settled", "match": "number"},
            "When “payment.settled” is reported while it is “Open”, “Finish” happens; it becomes “Done”.",
        ),
    ],
)
def test_the_first_sentence_says_when_and_where_to(changes: dict[str, Any], sentence: str) -> None:
    assert step(**changes)[0].startswith(sentence)
    assert step(**changes)[0].endswith(("it becomes “Done”.", "it stays “Open”."))


def test_a_guard_of_the_code_is_said_by_its_refusal() -> None:
    place = "tests.workflow.app"
    guards = (GuardUse(f"{place}.is_light"), GuardUse(f"{place}.is_light", True), GuardUse(f"{place}.is_fragile", True))
    assert step(guards=guards)[1] == (
        "That is possible only if nothing says “Too heavy by … g”, nothing says “This parcel is light enough”, "
        "and this is so: “Not fragile”."
    )


def test_a_form_is_said_by_its_fields() -> None:
    assert step(form="tests.workflow.app.CancelReason")[1] == "It asks for “Reason” and “Photo count”."
    assert step(form="x.Unknown")[1] == "It asks for details in a form."


def test_what_only_the_system_does_is_reported() -> None:
    assert step(by=(ActorRule("system"),))[0] == (
        "While it is “Open”, “Finish” may be reported by the system; it becomes “Done”."
    )


def test_taking_back_holding_back_and_making_up_for_it() -> None:
    assert step(undo=(), hold=timedelta(seconds=90), compensation=(EffectUse("x.refund"),), compensates=True)[1:] == [
        "It first makes up for every step done so far, the newest first.",
        "Where a later step makes up for it: refund.",
        "It can be taken back.",
        "What it sends waits 1 minute and 30 seconds for that.",
    ]


def test_a_task_says_who_how_many_until_when_and_what_otherwise() -> None:
    task = TaskNode(
        "vote", "Vote", ("open",), CLERK, (Outcome("yes", "Yes", "done"), Outcome("no", "No")), Wait(8 * HOUR),
        also=(BOSS,), decide=Decision("quorum", 2, otherwise="no"), remind=(Wait(-HOUR, field="due_at"),),
        escalate=(Escalation(Wait(HOUR), BOSS),),
    )  # fmt: skip
    assert task_sentences(WORDS, task) == [
        (
            "While it is “Open”, “Vote” is to be done by somebody with the role “clerk” and "
            "somebody with the role “manager”."
        ),
        "2 of them have to agree. Otherwise the outcome is “No”.",
        "It ends with “Yes” (it becomes “Done”) or “No”.",
        "It is due 8 hours after its opening.",
        "Whoever has it is reminded 1 hour before the task's due time.",
        "If it is still open 1 hour after its due time: it goes to somebody with the role “manager”.",
    ]


def test_repetitions_and_promises() -> None:
    nag = Repeat("nag", "Nag", ("open",), Wait(days=2), Wait(days=1), 3)
    assert repeat_sentences(WORDS, nag) == [
        "While it is “Open”, “Nag” happens 2 days after the moment it became “Open”.",
        "After that it happens every 1 day, 3 times in all.",
    ]
    sla = Sla(
        "fast", "Fast", ("open",), Wait(16 * HOUR, calendar="shop"), Wait(12 * HOUR), ("held",), (), (EffectUse("x.a"),)
    )
    assert sla_sentences(WORDS, sla) == [
        "“Fast”: it is to be “Open” for no longer than 16 hours of open time (shop).",
        "Its clock stands still while it is “On hold”.",
        "A warning comes 12 hours after the start.",
        "When it is broken: a.",
    ]


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (Wait(), "0 minutes"),
        (Wait(timedelta(days=1, hours=4)), "1 day and 4 hours"),
        (Wait(HOUR, days=1, months=2), "2 months, 1 day, and 1 hour"),
        (Wait(months=-1, field="due"), "1 month"),
        (Wait(26 * HOUR, calendar="business"), "26 hours of open time"),
        (Wait(26 * HOUR, calendar="shop"), "26 hours of open time (shop)"),
    ],
)
def test_a_length_names_every_unit_that_is_there(wait: Wait, words: str) -> None:
    assert length(wait) == words


def test_every_kind_of_actor_has_words() -> None:
    kinds: list[Any] = [
        "owner", "system", "staff", "role", "person", "link", "assignee", "round_robin", "least_loaded", "members",
        "manager", "expression",
    ]  # fmt: skip
    said = {who(WORDS, ActorRule(kind, "parcels.thing")) for kind in kinds}
    assert len(said) == len(kinds)
    assert who(WORDS, ActorRule("link")) == "whoever has a signed link"


def test_a_right_is_said_by_the_steps_that_it_allows() -> None:
    rule = ActorRule("staff", "repairs.close_request")
    assert who(WORDS, rule) == "staff with the right “close request”"
    steps = (Transition("finish", "Finish", ("open",), "done", by=(rule,)), Transition("go", "Go", ("open",), "held"))
    assert who(Vocabulary(replace(GRAPH, transitions=steps)), rule) == "staff with the right “Finish”"


def test_an_effect_is_said_by_its_message_or_its_docstring() -> None:
    assert deed(EffectUse("films.release_stock")) == "give the copies back to the shelves"
    assert deed(EffectUse("tell:films.order_paid")).startswith("send the message “")
    assert deed(EffectUse("x.do_it", (("limit", 5),))) == "do it (limit: 5)"
    assert deed(EffectUse("workflow.clear_field")) == "empty a field"


@pytest.mark.parametrize("key", ["films.order", "films.shipment", "parcels.parcel"])
def test_the_document_names_every_part_and_leaves_no_place_open(key: str) -> None:
    graph = flows[key].graph
    for language in ("en", "es"):
        with translation.override(language):
            text = str(describe(graph))
            for node in (*graph.states, *graph.transitions, *graph.tasks, *graph.repeats, *graph.slas):
                assert str(node.title) in text
            assert "{" not in text
            assert "None" not in text


@pytest.mark.django_db
def test_the_command_writes_the_document_in_a_language(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("workflow_export", "films.order", "--format", "words", "--language", "es")
    spanish = capsys.readouterr().out
    call_command("workflow_export", "films.order", "--format", "words")
    english = capsys.readouterr().out
    assert english.startswith("Film order\n==========\n")
    assert "“Payment is overdue” happens by itself; it becomes “Expired”." in english
    assert "30 minutos" in spanish
    with pytest.raises(CommandError, match="no workflow"):
        call_command("workflow_export", "no.such", "--format", "words")
