"""Workflows whose guards, values and people are data: what they do, and what is found when they are saved."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import GuardRefused, can, fire, start
from modules.workflow.expressions import ExpressionError
from modules.workflow.expressions.assignees import Assignee, assignees_of
from modules.workflow.expressions.guards import expression, guard_of
from modules.workflow.graph import ActorRule, Ask, EffectUse, GuardUse, WorkflowGraph
from modules.workflow.soundness import findings
from modules.workflow.vocabulary.guards import asked_by
from modules.workflow.vocabulary.offering import offered_actions, offered_guards
from tests.workflow.app.models import Parcel, Slip
from tests.workflow.app.slips import SlipFlow, is_small
from tests.workflow.conftest import as_actor

Make = Callable[..., Slip]
Change = Callable[..., WorkflowGraph]
WORDS = "Only up to 400."


@pytest.fixture
def change() -> Iterator[Change]:
    """Another version of the slip's flow: the step `ask` with other values."""

    def make(**values: Any) -> WorkflowGraph:
        graph = SlipFlow.flow.declared
        ways = tuple(replace(way, **values) if way.key == "ask" else way for way in graph.transitions)
        changed = replace(graph, version=2, transitions=ways)
        SlipFlow.flow.use(changed)
        return changed

    yield make
    SlipFlow.flow.forget()


def guarded(change: Change, text: str, **more: Any) -> WorkflowGraph:
    return change(guards=(GuardUse(expression=text, words=WORDS, **more),), effects=())


def reasons(slip: Slip, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Why the step `ask` is refused at present."""
    return next(offer for offer in can([slip], actor, at)[slip.pk] if offer.transition == "ask").reasons


@pytest.mark.django_db
def test_an_expression_refuses_with_its_words(change: Change, make_slip: Make, clerk: User, at: datetime) -> None:
    guarded(change, "record.amount <= 400")
    slip = make_slip(amount=500)
    assert reasons(slip, as_actor(clerk), at) == (WORDS,)
    with pytest.raises(GuardRefused) as caught:
        fire(slip, "ask", actor=as_actor(clerk), at=at)
    assert caught.value.reasons == (WORDS,)
    slip = make_slip(amount=400)
    fire(slip, "ask", actor=as_actor(clerk), at=at)
    assert slip.state == "asked"


@pytest.mark.django_db
@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("record.promised_on < now", "“promised on” is empty."),
        ("1 / (record.amount - 500) > 1", "It divides by zero."),
        ("record.amoumt < 5", "“record.amoumt” is not known here."),
        ("facts.paid", "a value is empty."),
        ("record.amount", "A condition must come to yes or no."),
    ],
)
def test_what_cannot_be_decided_refuses_turned_round_or_not(
    change: Change, make_slip: Make, clerk: User, at: datetime, text: str, problem: str, *, negated: bool
) -> None:
    guarded(change, text, negated=negated)
    slip = make_slip(amount=500)
    assert reasons(slip, as_actor(clerk), at) == (f"This cannot be decided: {problem}",)
    with pytest.raises(GuardRefused):
        fire(slip, "ask", actor=as_actor(clerk), at=at)


@pytest.mark.django_db
def test_guards_read_who_asks_and_when(change: Change, make_slip: Make, clerk: User, at: datetime) -> None:
    guarded(change, "'parcels.clerk' in actor.roles && now >= timestamp('2026-11-21T12:00:00Z')")
    slip, owner = make_slip(), Actor.of(User.objects.get(pk=make_slip().customer_id))
    assert reasons(slip, as_actor(clerk), at) == ()
    assert reasons(slip, as_actor(clerk), at - timedelta(seconds=1)) == (WORDS,)
    assert reasons(slip, owner, at) == (WORDS,)
    with pytest.raises(GuardRefused):
        fire(slip, "ask", actor=as_actor(clerk), at=at - timedelta(seconds=1))
    fire(slip, "ask", actor=as_actor(clerk), at=at)


@pytest.mark.any_database
def test_a_guard_is_asked_by_whom_it_is_told(at: datetime) -> None:
    guard = expression("actor.kind == 'guest' && now > timestamp('2020-01-01T00:00:00Z')", "No.")
    with asked_by(Actor.guest(), at):
        assert guard(Slip())
    with asked_by(SYSTEM, at):
        assert not guard(Slip())
        assert (~guard)(Slip())


@pytest.mark.django_db
def test_fifty_records_cost_as_many_queries_as_one(
    change: Change, make_slip: Make, clerk: User, at: datetime, django_assert_num_queries: Any
) -> None:
    guarded(change, "record.customer.email.contains('@') && record.customer.language == ''")
    people = [User.objects.create(email=f"p{number}@example.com") for number in range(5)]
    slips = [make_slip(customer=people[number % 5]) for number in range(50)]
    actor = as_actor(clerk)
    can([Slip.objects.get(pk=slips[0].pk)], actor, at)
    one, fifty = list(Slip.objects.filter(pk=slips[0].pk)), list(Slip.objects.filter(pk__in=[s.pk for s in slips]))
    with django_assert_num_queries(1) as first:
        can(one, actor, at)
    with django_assert_num_queries(len(first)):
        can(fifty, actor, at)


@pytest.mark.django_db
def test_guards_of_the_code_take_parameters(change: Change, make_slip: Make, clerk: User, at: datetime) -> None:
    change(
        guards=(
            GuardUse("workflow.field_is_set", params=(("field", "promised_on"),)),
            GuardUse("workflow.field_equals", params=(("field", "amount"), ("value", "=100 + 400"))),
        ),
        effects=(),
    )
    assert reasons(make_slip(amount=3), as_actor(clerk), at) == (
        "“promised on” is empty.",
        "“amount” has another value.",
    )
    assert reasons(make_slip(amount=500, promised_on=at.date()), as_actor(clerk), at) == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Fill in {field}!", "Fill in promised on!"),
        ("{field.__class__.__mro__} {field[0]}", "{field.__class__.__mro__} {field[0]}"),
        ("{nobody} { {field:>9999999} }", "{nobody} { {field:>9999999} }"),
    ],
)
def test_f47_words_of_a_guard_in_data_name_facts_and_nothing_else(
    change: Change, make_slip: Make, clerk: User, at: datetime, words: str, said: str
) -> None:
    change(guards=(GuardUse("workflow.field_is_set", params=(("field", "promised_on"),), words=words),), effects=())
    assert reasons(make_slip(), as_actor(clerk), at) == (said,)


@pytest.mark.any_database
def test_a_guard_of_a_use_is_the_one_that_the_code_would_write() -> None:
    assert guard_of(GuardUse(is_small.name, negated=True), Slip) == ~is_small
    made = expression("record.amount > 5", "Too little.")
    assert made.use == GuardUse(expression="record.amount > 5", words="Too little.")
    assert guard_of(made.use, None) == made
    with pytest.raises(LookupError):
        guard_of(GuardUse("parcels.nothing"), Slip)


def problems(graph: WorkflowGraph) -> list[tuple[str, str, str]]:
    return [(found.code, found.place, str(found.mend)) for found in findings(graph, Slip)]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("values", "code", "mend"),
    [
        ({"guards": (GuardUse(expression="record.amonut > 5"),)}, "expression_unknown_name",
         "Did you mean “record.amount”?"),
        ({"guards": (GuardUse(expression="record.amount"),)}, "expression_wrong_type",
         "Compare it with something: record.cost > 500."),
        ({"guards": (GuardUse("workflow.field_is_set", params=(("field", "amuont"),)),)}, "unknown_field",
         "Did you mean “amount”?"),
        ({"guards": (GuardUse("workflow.field_is_set"),)}, "missing_parameter", "Fill it in."),
        ({"effects": (EffectUse("workflow.set_field", (("feild", "amount"), ("field", "amount"), ("value", 1))),)},
         "unknown_parameter", "Did you mean “field”?"),
        ({"effects": (EffectUse("workflow.set_field", (("field", "state"), ("value", "paid"))),)}, "fixed_field",
         "Name another field."),
        ({"effects": (EffectUse("workflow.set_field", (("field", "customer"), ("value", 1))),)}, "fixed_field",
         "Name another field."),
        ({"effects": (EffectUse("workflow.set_field", (("field", "amount"), ("value", "much"))),)}, "wrong_parameter",
         "Give a value that the field takes."),
        ({"effects": (EffectUse("workflow.set_field", (("field", "amount"), ("value", "='much'"))),)},
         "expression_wrong_type", "Write what gives this kind."),
        ({"effects": (EffectUse("workflow.notify", (("to", "role:parcels."), ("title", "x"), ("body", "y"))),)},
         "unknown_role", "Declare it in the module's manifest, or name another."),
        ({"effects": (EffectUse("workflow.notify", (("to", "boss"), ("title", "x"), ("body", "y"))),)},
         "wrong_parameter", "Write “owner”, “role:…”, “person:…” or an expression."),
        ({"effects": (EffectUse("workflow.notify", (("body", ""), ("title", "{{record.amonut}}"), ("to", "owner"))),)},
         "expression_unknown_name", "Did you mean “record.amount”?"),
        ({"asks": (Ask("state"),)}, "fixed_field", "Name another field."),
        ({"asks": (Ask("amuont"),)}, "unknown_field", "Did you mean “amount”?"),
    ],
)  # fmt: skip
def test_mistakes_in_data_are_found_with_their_place(
    change: Change, values: dict[str, Any], code: str, mend: str
) -> None:
    graph = change(**values)
    assert (code, "transition:ask", mend) in problems(graph)
    assert len(problems(graph)) == 1


@pytest.mark.any_database
def test_assignment_rules_are_checked(change: Change) -> None:
    graph = change()

    def assigned(text: str) -> list[tuple[str, str, str]]:
        rule = ActorRule("expression", text)
        return problems(replace(graph, tasks=(replace(graph.tasks[0], assign=rule), *graph.tasks[1:])))

    assert assigned("record.amount > 500 ? 'role:parcels.clerk' : 'role:parcels.inspector'") == []
    assert [found[0] for found in assigned("record.amount > 500")] == ["expression_wrong_type"]
    assert [found[0] for found in assigned("'role:nowhere.clerk'")] == ["unknown_role"]
    assert [found[:2] for found in assigned("record.boss.email")] == [("expression_unknown_name", "task:prepare")]


@pytest.mark.any_database
def test_an_assignment_rule_names_roles_and_people_in_order() -> None:
    slip = Slip(amount=700, customer=User(email="ana@example.com"))
    rule = "record.amount > 500 ? ['role:a.b', 'person:' + record.customer.email, 'role:a.b'] : ['role:c.d']"
    assert assignees_of(rule, slip) == (Assignee("role", "a.b"), Assignee("person", "ana@example.com"))
    assert assignees_of(rule, Slip(amount=1)) == (Assignee("role", "c.d"),)
    assert assignees_of("'role:x.y'", slip) == (Assignee("role", "x.y"),)
    for nobody in ("''", "[]", "'group:x'", "'person:nobody'", "facts.missing", "'person:' + record.customer.email"):
        with pytest.raises(ExpressionError):
            assignees_of(nobody, Slip())


@pytest.mark.any_database
def test_what_is_offered_says_its_parameters() -> None:
    guards = {entry.name: entry.as_data() for entry in offered_guards(Slip)}
    asked = [(entry["name"], entry["kind"], entry["title"]) for entry in guards["workflow.field_equals"]["parameters"]]
    assert asked == [("field", "field", "Field"), ("value", "value", "Value")]
    assert is_small.name in guards
    assert is_small.name not in {entry.name for entry in offered_guards(Parcel)}
    actions = {entry.name: entry.as_data() for entry in offered_actions(Slip)}
    assert {"workflow.set_field", "workflow.clear_field", "workflow.notify"} <= set(actions)
    assert [entry["kind"] for entry in actions["workflow.notify"]["parameters"]] == ["people", "liquid", "liquid"]
    assert "tests.workflow.app.stamp" not in actions


@pytest.mark.django_db
def test_a_graph_with_data_survives_its_stored_form(change: Change, make_slip: Make, clerk: User, at: datetime) -> None:
    graph = guarded(change, "record.amount <= 400")
    assert WorkflowGraph.from_data(graph.to_data()) == graph
    SlipFlow.flow.use(WorkflowGraph.from_data(graph.to_data()))
    slip = Slip.objects.create(amount=500)
    start(slip, actor=SYSTEM, at=at)
    assert reasons(slip, as_actor(clerk), at) == (WORDS,)
