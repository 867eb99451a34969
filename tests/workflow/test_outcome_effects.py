"""What the outcomes of a task do: in the same transaction, told as any step is, taken back, as data and in words."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import TextChoices

from modules.core.actors import SYSTEM
from modules.core.outbox import send
from modules.workflow.api import (
    MAJORITY,
    Workflow,
    complete,
    find_flow,
    fire,
    go,
    history_of,
    members,
    role,
    start,
    stay,
    transition,
    undo_last,
)
from modules.workflow.api import task as work
from modules.workflow.comparing import compare
from modules.workflow.graph import EffectUse, WorkflowGraph
from modules.workflow.models import Task
from modules.workflow.soundness import findings
from modules.workflow.vocabulary.effects import Firing
from modules.workflow.words.document import describe
from tests.workflow.app.models import Stamp, Voyage
from tests.workflow.conftest import as_actor
from tests.workflow.flows_for import only_here, state_of  # noqa: F401 - a fixture
from tests.workflow.offices import ROLE, staff


class C(TextChoices):
    NEW = "new", "New"
    CALLING = "calling", "Being called"
    LOST = "lost", "Lost"
    OFF = "off", "Called off"


def stamp_voyage(voyage: Voyage, firing: Firing) -> None:
    """Stamp the voyage."""
    Stamp.objects.create(record_id=voyage.pk, key=firing.key, word=f"{firing.transition} {firing.data.get('when', '')}")
    send("parcels.tell", {"parcel": voyage.pk}, key=firing.key, at=firing.at)


def unstamp_voyage(voyage: Voyage, firing: Firing) -> None:
    """Take the stamp off."""
    Stamp.objects.filter(record_id=voyage.pk).update(word=f"no {firing.transition}")


def go_down(voyage: Voyage, firing: Firing) -> None:
    """Refuse, after something was done."""
    raise ZeroDivisionError


def calls(decide: Any = None) -> Any:
    class CallFlow(Workflow[Voyage]):
        """Somebody is called."""

        key, states, initial, final = "voyages.voyage", C, C.NEW, {C.LOST, C.OFF}
        begin = transition(C.NEW, to=C.CALLING, by=SYSTEM)
        call = work(
            C.CALLING, to_do="Call the customer", assign=members(ROLE) if decide else role(ROLE), decide=decide,
            outcomes={
                "promised": stay("Promised", do=[stamp_voyage], undo=[unstamp_voyage]),
                "lost": go(C.LOST, "Lost", do=[stamp_voyage], undo=[unstamp_voyage]),
                "failed": stay("Failed", do=[stamp_voyage, go_down]),
                "sold": go(C.OFF, "Sold", compensation=[unstamp_voyage]),
            },
        )  # fmt: skip
        cancel = transition(C.CALLING, to=C.OFF, by=SYSTEM, compensates=True)

    return CallFlow


def calling(at: datetime) -> Voyage:
    voyage = Voyage.objects.create()
    start(voyage, actor=SYSTEM, at=at)
    fire(voyage, "begin", actor=SYSTEM, at=at)
    return voyage


def call_of(voyage: Voyage) -> Task:
    return Task.objects.get(record_type="parcels.voyage", record_id=voyage.pk, status="open")


def stamps() -> list[str]:
    return list(Stamp.objects.order_by("pk").values_list("word", flat=True))


@pytest.mark.parametrize(("outcome", "state"), [("promised", "calling"), ("lost", "lost")])
def test_an_outcome_does_something_and_is_taken_back(db: None, at: datetime, outcome: str, state: str) -> None:
    calls()
    voyage, clerk = calling(at), as_actor(staff("Clerk", ROLE))
    result = complete(call_of(voyage), outcome, actor=clerk, at=at, data={"when": "soon"})
    assert (state_of(voyage), stamps()) == (state, [f"call.{outcome} soon"])
    assert Stamp.objects.get().key == f"parcels.voyage:{voyage.pk}:{result.history_id}"
    voyage.refresh_from_db()
    undo_last(voyage, actor=clerk, at=at + timedelta(minutes=1))
    assert (state_of(voyage), stamps(), call_of(voyage).key) == ("calling", [f"no call.{outcome}"], "call")


def test_what_fails_undoes_the_outcome(db: None, at: datetime) -> None:
    calls()
    voyage = calling(at)
    with pytest.raises(ZeroDivisionError):
        complete(call_of(voyage), "failed", actor=as_actor(staff("Clerk", ROLE)), at=at)
    assert (stamps(), call_of(voyage).status) == ([], "open")
    assert history_of(voyage).count() == 2


def test_a_vote_that_decides_does_it_once(db: None, at: datetime) -> None:
    people = [staff(f"Clerk {number}", ROLE) for number in range(3)]
    calls(MAJORITY)
    voyage = calling(at)
    for person in people[:2]:
        task = Task.objects.get(record_type="parcels.voyage", record_id=voyage.pk, person=person)
        complete(task, "promised", actor=as_actor(person), at=at)
    assert (stamps(), state_of(voyage)) == (["call.promised "], "calling")


def test_the_graph_is_data_and_data_without_it_are_as_before() -> None:
    graph = calls().flow.graph
    data = json.loads(json.dumps(graph.to_data()))
    ends = {end["name"]: end for end in data["tasks"][0]["outcomes"]}
    assert ends["promised"]["effects"] == ["tests.workflow.stamp_voyage"]
    assert "effects" not in ends["lost"]
    assert WorkflowGraph.from_data(data) == graph
    for end in ends.values():
        end.pop("effects", None)
    assert all(end.effects == () for end in WorkflowGraph.from_data(data).tasks[0].outcomes)


def test_in_words_and_compared() -> None:
    graph = calls().flow.graph
    told = str(describe(graph))
    assert "“Promised”, and then stamp the voyage, which can be taken back: take the stamp off" in told
    assert "Then: stamp the voyage." in told
    less = json.loads(json.dumps(graph.to_data()))
    for end in less["tasks"][0]["outcomes"]:
        end.pop("effects", None)
    said = " ".join(change.sentence for change in compare(WorkflowGraph.from_data(less), graph))
    assert "stamp the voyage" in said


def test_effects_that_nothing_reads_or_nobody_has_are_found() -> None:
    calls()
    flow = find_flow("voyages.voyage")
    assert flow is not None
    data = json.loads(json.dumps(flow.graph.to_data()))
    ends = {end["name"]: end for end in data["tasks"][0]["outcomes"]}
    ends["lost"]["effects"], ends["promised"]["effects"] = ["tests.workflow.stamp_voyage"], ["voyages.gone"]
    found = {(finding.code, finding.place) for finding in findings(WorkflowGraph.from_data(data), Voyage)}
    assert {("effects_elsewhere", "task:call"), ("unknown_effect", "task:call")} <= found


def test_an_effect_with_parameters_is_written_with_them() -> None:
    class NoteFlow(Workflow[Voyage]):
        key, states, initial, final = "voyages.voyage", C, C.NEW, {C.LOST}
        note = work(C.NEW, to_do="Note", assign=role(ROLE), outcomes={
            "noted": stay(do=[EffectUse("workflow.set_field", (("field", "count"), ("value", 3)))]),
            "lost": go(C.LOST)})  # fmt: skip

    graph = NoteFlow.flow.graph
    assert WorkflowGraph.from_data(json.loads(json.dumps(graph.to_data()))) == graph
