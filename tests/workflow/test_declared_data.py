"""Facts, form data and what events bring, by the kinds that code and documents declare: a slip is found at save."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict

import pytest

from modules.core.actors import SYSTEM, Actor
from modules.core.money import Money
from modules.workflow.api import InvalidData, deliver, fire, start
from modules.workflow.expressions.surroundings import facts_of
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry
from modules.workflow.publishing import graph_from, problems_of, publish, save_draft
from modules.workflow.vocabulary import names
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import data_of, forget, somebody
from tests.workflow.test_standard import told

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Place:
    street: str
    floor: int | None


@dataclass(frozen=True)
class Known:
    spent: Money
    parts: int
    rate: Decimal
    since: date | None
    place: Place
    lines: list[str]
    slack: timedelta


class Noted(TypedDict):
    calls: int


def known_facts(requests: Sequence[RepairRequest], at: datetime) -> Mapping[int, Known]:
    place = Place("Main Street", None)
    return {
        request.pk: Known(Money(request.cost, "EUR"), 2, Decimal("1.5"), None, place, ["a"], timedelta(hours=1))
        for request in requests
    }


def noted_facts(requests: Sequence[RepairRequest], at: datetime) -> Mapping[int, Noted]:
    return {request.pk: {"calls": 3} for request in requests}


def any_facts(requests: Sequence[RepairRequest], at: datetime) -> Mapping[int, Any]:
    return {}


@pytest.fixture(autouse=True)
def selectors() -> Iterator[None]:
    found = {f"repairs.{selector.__name__}": selector for selector in (known_facts, noted_facts, any_facts)}
    for name, selector in found.items():
        names.facts_selectors.register(name, selector)
    yield
    for name in found:
        names.facts_selectors.unregister(name)
    forget()


def with_facts(selector: str, expression: str) -> WorkflowGraph:
    data = data_of(1) | ({"facts": f"repairs.{selector}"} if selector else {})
    data["transitions"][1]["guards"] = [{"expression": expression}]
    return graph_from(data)


def faults(graph: WorkflowGraph) -> list[tuple[str, str, str]]:
    return [(f.code, f.place, str(f.mend)) for f in problems_of(graph) if f.severity == "error"]


@pytest.mark.parametrize(
    "expression",
    [
        "facts.spent > 500 && facts.parts * 2 == 4",
        "facts.rate * 2.0 > 1.0",
        "facts.since == null || facts.since < today",
        'facts.place.street.startsWith("Main")',
        "facts.place.floor == null",
        "facts.lines.size() > 0 && facts.lines[0] == 'a'",
        "facts.slack < duration('2h')",
    ],
)
def test_what_the_selector_declares_may_be_read_by_its_kind_and_runs(expression: str, at: datetime) -> None:
    graph = with_facts("known_facts", expression)
    assert faults(graph) == []
    clerk = somebody("clerk", "Carla")
    publish(save_draft(graph, at=at), actor=SYSTEM, at=at)
    request = RepairRequest.objects.create(title="Lift", cost=700, customer=clerk)
    start(request, actor=SYSTEM, at=at)
    fire(request, "take_up", actor=Actor.of(clerk), at=at)
    fire(request, "approve", actor=Actor.of(clerk), at=at)
    assert RepairRequest.objects.get().state == "approved"


@pytest.mark.parametrize(
    ("expression", "code", "mend"),
    [
        ("facts.spend > 500", "expression_unknown_name", "Did you mean “facts.spent”?"),
        ("facts.place.stret == 'x'", "expression_unknown_name", "Did you mean “facts.place.street”?"),
        ("facts.parts == 'two'", "expression_wrong_type", "Compare and combine values of one kind."),
        ("facts.parts > 1.5 && facts.parts * 1.5 > 2.0", "expression_wrong_type",
         "Write whole numbers with a point here: 5.0."),
        ("facts['spent'] > 500", "expression_unknown_name", "There are: facts.spent, facts.parts"),
        ("facts.weather == 'wet'", "expression_unknown_name", "There are: facts.spent, facts.parts"),
        ("data.cost > 500", "expression_unknown_name", "Here nothing is given: ask for it in a form."),
    ],
)  # fmt: skip
def test_a_misspelt_or_misused_fact_is_found_at_save(expression: str, code: str, mend: str) -> None:
    ((found, place, said),) = faults(with_facts("known_facts", expression))
    assert (found, place) == (code, "transition:approve")
    assert mend in said


def test_a_typed_dictionary_declares_too_and_no_selector_gives_no_facts() -> None:
    assert faults(with_facts("noted_facts", "facts.calls > 2")) == []
    assert faults(with_facts("noted_facts", "facts.cals > 2"))[0][0] == "expression_unknown_name"
    assert faults(with_facts("any_facts", "facts.whatever.below > 2 && facts['x'] == 1")) == []
    assert faults(with_facts("", "facts.calls > 2"))[0][0] == "expression_unknown_name"


def test_the_facts_of_the_shop_are_declared() -> None:
    declared = facts_of(flow_of("films.order").graph)
    assert declared is not None
    kinds = {entry.name: entry.kind for entry in declared}
    assert kinds["facts.captured"] == "int"
    assert kinds["facts.has_digital"] == "bool"


def telling(part: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    data = data_of(1)
    part(data["transitions"][1])
    return data


def writes(value: str, **rest: Any) -> dict[str, Any]:
    return telling(
        lambda way: way.update(
            effects=[{"name": "workflow.set_field", "params": {"field": "description", "value": value}}], **rest
        )
    )


@pytest.mark.parametrize(
    ("rest", "value", "codes"),
    [
        ({"form": "films.CancelReason"}, "=data.reason", []),
        ({"form": "films.CancelReason"}, "=data.raison", ["expression_unknown_name"]),
        ({"asks": [{"field": "cost"}]}, "=string(data.cost)", []),
        ({"asks": [{"field": "cost"}]}, "=data.cost", ["expression_wrong_type"]),
        ({"asks": [{"field": "cost"}]}, "=data.price", ["expression_unknown_name"]),
        ({}, "=data.anything", ["expression_unknown_name"]),
        ({"by": [{"kind": "system"}]}, "=data.anything", []),
    ],
)
def test_an_effect_reads_what_its_step_is_given_by_its_kind(rest: Any, value: str, codes: list[str]) -> None:
    form = rest.get("form")
    if form and form not in names.form_classes:
        rest = {**rest, "form": next(name for name in names.form_classes if name.endswith("CancelReason"))}
    assert [fault[0] for fault in faults(graph_from(writes(value, **rest)))] == codes


def test_a_text_names_what_its_step_is_given() -> None:
    def tell(body: str) -> list[tuple[str, str, str]]:
        effect = {"name": "workflow.notify", "params": {"to": "owner", "title": "T", "body": body}}
        return faults(graph_from(telling(lambda way: way.update(effects=[effect], asks=[{"field": "cost"}]))))

    assert tell("{{ data.cost }}") == []
    assert tell("{{ data.kost }} {{ facts.any }}") == [
        ("expression_unknown_name", "transition:approve", "Did you mean “data.cost”?"),
        ("expression_unknown_name", "transition:approve", "The workflow has no facts."),
    ]


ESTIMATE: dict[str, Any] = {
    "key": "estimate", "title": "Estimate comes", "kind": "event", "event": "estimate", "match": "title",
    "sources": ["in_review"], "target": "approved", "by": [{"kind": "system"}],
    "brings": [{"name": "amount", "kind": "int"}, {"name": "by", "kind": "text", "required": False},
               {"name": "firm", "kind": "bool"}],
    "effects": [
        {"name": "workflow.set_field", "params": {"field": "cost", "value": "=data.amount"}},
        {"name": "workflow.notify", "params": {"to": "=['person:' + data.by]", "title": "Estimate: {{ data.amount }}",
                                               "body": "{% if data.firm %}Firm.{% endif %}"}},
    ],
}  # fmt: skip


@pytest.fixture
def waiting(at: datetime) -> RepairRequest:
    data = data_of(1)
    data["transitions"].append(ESTIMATE)
    assert faults(graph_from(data)) == []
    publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)
    clerk = somebody("clerk", "Carla")
    request = RepairRequest.objects.create(title="Lift", cost=700, customer=clerk)
    start(request, actor=SYSTEM, at=at)
    fire(request, "take_up", actor=Actor.of(clerk), at=at)
    return request


def test_what_an_event_brings_is_read_by_its_kind_and_the_rest_is_not_kept(
    waiting: RepairRequest, at: datetime
) -> None:
    given = {"amount": 420, "by": "ines@demo.test", "firm": True, "iban": "ES00"}
    assert deliver("estimate", "Lift", data=given, at=at, key="e1") is not None
    record = RepairRequest.objects.get()
    assert (record.state, record.cost) == ("approved", 420)
    assert HistoryEntry.objects.get(transition="estimate").data == {"amount": 420, "by": "ines@demo.test", "firm": True}
    assert told() == [("ines@demo.test", "Estimate: 420", "Firm.")]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"amount": "much", "firm": True}, {"amount"}),
        ({"amount": 1.5, "firm": True}, {"amount"}),
        ({"firm": True}, {"amount"}),
        ({"amount": 5}, {"firm"}),
        ({"amount": 5, "firm": "perhaps"}, {"firm"}),
    ],
)
def test_an_event_that_brings_something_else_is_refused_by_name(
    waiting: RepairRequest, given: dict[str, Any], fields: set[str], at: datetime
) -> None:
    with pytest.raises(InvalidData) as refused:
        deliver("estimate", "Lift", data=given, at=at, key="e1")
    assert set(refused.value.form.errors) == fields
    assert RepairRequest.objects.get().state == "in_review"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"effects": [{"name": "workflow.set_field", "params": {"field": "cost", "value": "=data.amout"}}]},
         "expression_unknown_name"),
        ({"effects": [{"name": "workflow.set_field", "params": {"field": "cost", "value": "=data.by"}}]},
         "expression_wrong_type"),
        ({"kind": "manual", "event": "", "match": ""}, "brings_nothing"),
    ],
)  # fmt: skip
def test_mistakes_about_what_an_event_brings_are_found_at_save(change: dict[str, Any], code: str) -> None:
    data = data_of(1)
    data["transitions"].append(ESTIMATE | change)
    assert code in {fault[0] for fault in faults(graph_from(data))}


def test_moments_and_days_arrive_as_texts(at: datetime) -> None:
    data = data_of(1)
    brings = [{"name": "on", "kind": "day"}, {"name": "when", "kind": "moment"}]
    effect = {"name": "workflow.set_field", "params": {"field": "due_on", "value": "=data.when > now ? data.on : null"}}
    data["transitions"].append(ESTIMATE | {"brings": brings, "effects": [effect]})
    publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)
    clerk = somebody("clerk", "Carla")
    request = RepairRequest.objects.create(title="Lift", cost=700, customer=clerk)
    start(request, actor=SYSTEM, at=at)
    fire(request, "take_up", actor=Actor.of(clerk), at=at)
    later = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
    deliver("estimate", "Lift", data={"on": "2027-02-03", "when": later.isoformat()}, at=at, key="e2")
    assert RepairRequest.objects.get().due_on == date(2027, 2, 3)
