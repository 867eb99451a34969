"""What is offered as data is enough: forms drawn from it, by somebody who knows nothing of the code, build workflows
that are sound and run."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import models
from django.utils import translation

from modules.core.actors import SYSTEM
from modules.films.models import Order
from modules.workflow import flows
from modules.workflow.api import fire, start
from modules.workflow.models import BusinessCalendar
from modules.workflow.publishing import graph_from, problems_of, publish, save_draft
from modules.workflow.vocabulary.offering import offering
from tests.workflow.app.voyages import Stage, Ticket, Voyage
from tests.workflow.flows_for import only_here  # noqa: F401 - a fixture
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import somebody
from tests.workflow.sailing import ticket_flow

pytestmark = pytest.mark.django_db
Form = dict[str, Any]
NEEDED: dict[type[models.Model], list[dict[str, Any]]] = {
    RepairRequest: [{"title": "Lift"}],
    Voyage: [{"number": "V-1"}],
}
PARTS = ("guards", "actions", "step_actors", "assignees", "waits", "decisions")


# Somebody who draws forms and knows nothing of the code


class Author:
    """Answers every question with what it offers: the first choice, or anything of its kind. `fully`: also what may be
    left out."""

    def __init__(self, *, fully: bool, tasks: list[str]) -> None:
        self.fully, self.tasks, self.seconds = fully, tasks, count(3600, 60)

    def written(self, entry: Form) -> Iterator[dict[str, Any]]:
        """What is written for an entry; as often as its first question has choices."""
        first = entry["parameters"][0] if entry["parameters"] else {}
        for one in self._choices(first, {}) or [None]:
            answers = {first["name"]: self._picked(first, one)} if one else {}
            for asked in entry["parameters"]:
                if asked["name"] not in answers and (asked["required"] or self.fully):
                    answers[asked["name"]] = self._answer(asked, answers, entry)
            below = entry["answers_in"]
            yield {**entry["document"], **({below: answers} if below and answers else {} if below else answers)}

    def _choices(self, asked: Form, answers: dict[str, Any]) -> list[Form]:
        if "choices_by" in asked:
            found: list[Form] = asked["choices_by"][answers[asked["by"]]]
            return found
        if asked.get("choose") == "tasks":
            return [{"value": key} for key in self.tasks]
        return asked.get("choices") or []

    def _picked(self, asked: Form, one: Form) -> Any:
        return one["value"]

    def _answer(self, asked: Form, answers: dict[str, Any], entry: Form) -> Any:
        listed = self._choices(asked, answers)
        if asked["choose"] == "child_fields":
            return {one["value"]: self._of_field(one) for one in listed if one["required"] or self.fully}
        if asked["choose"] == "outcomes":
            return "done"
        if asked["choose"] == "values" and not listed:
            beside = next(other for other in entry["parameters"] if other["name"] == asked["by"])
            return self._of_field(next(one for one in beside["choices"] if one["value"] == answers[asked["by"]]))
        if listed:
            return ",".join(one["value"] for one in listed) if asked["many"] else listed[-1]["value"]
        return self._of_kind(asked["kind"])

    def _of_field(self, one: Form) -> Any:
        if one["relation"]:
            return None
        if one["format"] == "email":
            return "ana@example.com"
        return one["values"][0]["value"] if one["values"] else self._of_kind(one["kind"])

    def _of_kind(self, kind: str) -> Any:
        made = {
            "text": "x", "int": 1, "number": 1.5, "bool": True, "moment": "=now", "duration": "=duration('1h')",
            "liquid": {"en": "News of {{ record.state_title }}", "es": "Noticias"}, "any": [], "texts": [],
            "assignees": '"role:repairs.clerk"',
        }  # fmt: skip
        return next(self.seconds) if kind == "seconds" else made[kind]


def built(model: type[models.Model], key: str, *, fully: bool) -> dict[str, Any]:
    """A workflow with a step for every guard, action, actor and wait, and a task for every assignee and decision."""
    offered = json.loads(json.dumps(offering(model, "customer")))
    author = Author(fully=fully, tasks=["first"])
    written = {
        part: [(f"{part}_{number}", document) for number, document in enumerate(
            document for entry in offered[part] if entry["usable"] for document in author.written(entry))]
        for part in PARTS
    }  # fmt: skip
    system, clerk = {"kind": "system"}, {"kind": "members", "value": "repairs.clerk"}

    def step(name: str, **rest: Any) -> dict[str, Any]:
        return {"key": name, "title": name, "sources": ["open"], "target": "end", "by": [system], **rest}

    def task(name: str, **rest: Any) -> dict[str, Any]:
        ends = [{"name": "done", "title": "Done"}, {"name": "no", "title": "No"}]
        return {"key": name, "title": name, "states": ["open"], "assign": clerk, "outcomes": ends, **rest}

    return {
        "format": 2, "key": key, "version": 1, "record_type": offered["record_type"], "title": offered["title"],
        "owner": "customer",
        "states": [
            {"key": "open", "title": "Open", "kind": "initial"}, {"key": "end", "title": "End", "kind": "final"},
        ],
        "transitions": [
            *(step(name, guards=[use]) for name, use in written["guards"]),
            *(step(name, effects=[use]) for name, use in written["actions"]),
            *(step(name, by=[rule]) for name, rule in written["step_actors"]),
            *(step(name, kind="timer", after=wait) for name, wait in written["waits"]),
        ],
        "tasks": [
            task("first"),
            *(task(name, assign=rule) for name, rule in written["assignees"]),
            *(task(name, decide=rule) for name, rule in written["decisions"]),
        ],
    }  # fmt: skip


@pytest.fixture(autouse=True)
def a_calendar() -> None:
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9:00-17:00")
    BusinessCalendar.objects.create(key="shop", title="Shop", **week)
    somebody("clerk", "Carla")


@pytest.mark.parametrize("fully", [True, False], ids=["everything", "the least"])
@pytest.mark.parametrize("model", [RepairRequest, Voyage, Order])
def test_what_is_built_from_the_answers_alone_is_sound(model: type[models.Model], fully: bool) -> None:
    ticket_flow()
    known = flows.find_flow(model)
    graph = graph_from(built(model, known.graph.key if known else "drawn.flow", fully=fully))
    errors = [f"{f.code} {f.place} {f}" for f in problems_of(graph) if f.severity == "error"]
    assert errors == [error for error in errors if error.startswith("refused_state")]
    assert len(graph.transitions) > 20
    assert graph_from(graph.to_json()) == graph


@pytest.mark.parametrize("model", [RepairRequest, Voyage])
def test_and_every_action_of_it_runs(model: type[Any], at: datetime) -> None:
    ticket_flow()
    data = built(model, "drawn.flow", fully=True)
    data["tasks"] = [task for task in data["tasks"] if task["key"] == "first"]
    data["transitions"] = [way for way in data["transitions"] if "effects" in way or way.get("kind") == "timer"]
    publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)
    steps = [way["key"] for way in data["transitions"] if "effects" in way]
    assert len(steps) >= 8
    for number, step in enumerate(steps):
        person = somebody("clerk", f"Person {number}")
        record = model.objects.create(customer=person, **NEEDED[model][0])
        if model is Voyage:
            Stage.objects.create(voyage=record, name="There")
        start(record, actor=SYSTEM, at=at)
        done = fire(record, step, actor=SYSTEM, at=at + timedelta(minutes=1), key=step)
        assert (step, done.target) == (step, "end")
    if model is Voyage:
        assert Ticket.objects.count() == 2


def test_every_parameter_has_a_title_and_a_way_to_answer_it_in_every_language() -> None:
    ticket_flow()
    for language in ("en", "es"):
        with translation.override(language):
            for model in (RepairRequest, Voyage, Order):
                offered = offering(model)
                for entry in [entry for part in PARTS for entry in offered[part]]:
                    assert entry["title"], entry
                    for asked in entry["parameters"]:
                        assert asked["title"], (entry["name"], asked)
                        assert not asked["by"] or "choices_by" in asked or asked["choose"] == "outcomes"
                        free = asked["choose"] in ("", "tasks", "outcomes")
                        assert free or "choices" in asked or "choices_by" in asked, (entry["name"], asked)


def test_choices_are_those_of_the_record_type() -> None:
    ticket_flow()
    offered = offering(Voyage)
    actions = {entry["name"]: entry for entry in offered["actions"]}
    asked = {entry["name"]: entry for entry in actions["workflow.cancel_children"]["parameters"]}
    assert [one["value"] for one in asked["relation"]["choices"]] == ["tickets"]
    assert [one["value"] for one in asked["transition"]["choices_by"]["tickets"]] == ["hold", "book", "refuse"]
    asked = {entry["name"]: entry for entry in actions["workflow.start_each"]["parameters"]}
    assert [one["value"] for one in asked["link"]["choices_by"]["tickets.ticket"]] == ["stage"]
    written = {one["value"] for one in offered["fields"] if one["writable"]}
    assert written == {"number", "count", "customer"}
    (action,) = [entry for entry in offering(Voyage, "customer")["actions"] if entry["name"] == "workflow.set_field"]
    assert {one["value"] for one in action["parameters"][0]["choices"]} == {"number", "count"}
    emptied = actions["workflow.clear_field"]["parameters"][0]["choices"]
    assert "title" not in {one["value"] for one in emptied}
    repairs = {entry["name"]: entry for entry in offering(RepairRequest)["actions"]}
    assert not repairs["workflow.cancel_children"]["usable"]
    value = next(one for one in repairs["workflow.set_field"]["parameters"] if one["name"] == "value")
    assert [one["value"] for one in value["choices_by"]["priority"]] == ["low", "high"]
    people = next(one for one in repairs["workflow.notify"]["parameters"] if one["name"] == "to")
    assert {"owner", "person:customer", "role:films.clerk"} <= {one["value"] for one in people["choices"]}


def test_a_step_that_writes_the_owner_is_found_at_save_also_in_a_new_workflow() -> None:
    """Before the workflow runs, nobody but its document says who the owner is."""
    data = built(RepairRequest, "drawn.flow", fully=False)
    data["transitions"] = [
        data["transitions"][-1],
        {"key": "give", "title": "Give", "sources": ["open"], "target": "end", "by": [{"kind": "system"}],
         "effects": [{"name": "workflow.set_field", "params": {"field": "customer", "value": 1}}]},
        {"key": "ask", "title": "Ask", "sources": ["open"], "target": "end", "by": [{"kind": "system"}],
         "asks": [{"field": "customer"}]},
    ]  # fmt: skip
    found = {(f.code, f.place) for f in problems_of(graph_from(data)) if f.code == "fixed_field"}
    assert found == {("fixed_field", "transition:give"), ("fixed_field", "transition:ask")}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"relation": "stages", "link": "stagge"}, "puts each row into the field “stagge”, which holds none."),
        ({"relation": "stages", "link": "voyage"}, "puts each row into the field “voyage”, which holds none."),
        ({"relation": "stages", "link": "stage", "fields": {"numbr": 1}}, "fills in the field “numbr”"),
    ],
)
def test_fields_that_a_child_lacks_are_found_at_save(params: dict[str, Any], said: str) -> None:
    ticket_flow()
    data = built(Voyage, "drawn.flow", fully=False)
    step = next(way for way in data["transitions"] if "effects" in way)
    step["effects"] = [{"name": "workflow.start_each", "params": {"flow": "tickets.ticket", **params}}]
    (found,) = [finding for finding in problems_of(graph_from(data)) if finding.severity == "error"]
    assert (found.code, found.place) == ("unknown_other", f"transition:{step['key']}")
    assert said in str(found.problem)
