"""Tasks on which several decide, and their reminders, in records that move to another version and back."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.outbox import drain
from modules.workflow.api import SamePerson, complete, fire, history_of, open_tasks_of, start, timers_of
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, Task, Transfer
from modules.workflow.publishing import graph_from, publish, save_draft
from modules.workflow.transferring import Carried, Choices, prepare, preview, start_return, start_transfer
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, data_of, repairs_running, somebody

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLERK, MANAGER = {"kind": "role", "value": "repairs.clerk"}, {"kind": "role", "value": "repairs.manager"}
MEMBERS = {"kind": "members", "value": "repairs.clerk"}
QUORUM = {"kind": "quorum", "count": 2}
Data = dict[str, Any]
Made = Callable[..., RepairRequest]


@pytest.fixture
def people(at: datetime) -> Iterator[list[User]]:
    with repairs_running(at):
        yield [somebody("clerk", name) for name in ("Carla", "Dora", "Emil")]


def version(at: datetime, *, task: str = "vote", **changes: Any) -> Definition:
    """Whoever is of the clerks votes; two equal answers decide."""
    data = data_of(1) | {"repeats": []}
    data["transitions"] = [
        data["transitions"][0],
        *(
            {"key": f"{task}.{name}", "title": name.capitalize(), "kind": "task", "sources": ["in_review"],
             "target": target, "by": [{"kind": "system"}]}
            for name, target in (("yes", "approved"), ("no", "rejected"))
        ),
    ]  # fmt: skip
    data["tasks"] = [{
        "key": task, "title": task.capitalize(), "states": ["in_review"], "assign": MEMBERS, "decide": QUORUM,
        "outcomes": [{"name": "yes", "title": "Yes", "target": "approved"},
                     {"name": "no", "title": "No", "target": "rejected"}],
        **changes,
    }]  # fmt: skip
    return save_draft(graph_from(data), at=at)


@pytest.fixture
def made(people: list[User], at: datetime) -> Made:
    """A request on which the clerks vote, on a version made of these changes."""

    def make(age: timedelta = timedelta(), **changes: Any) -> RepairRequest:
        publish(version(at, **changes), actor=SYSTEM, at=at)
        record = RepairRequest.objects.create(title="Roof", cost=900, customer=people[0])
        start(record, actor=SYSTEM, at=at - age)
        fire(record, "take_up", actor=Actor.of(people[0]), at=at - age)
        return record

    return make


def move(definition: Definition, at: datetime, **choices: Any) -> Transfer:
    transfer = prepare(definition, Choices(**choices), actor=SYSTEM, at=at)
    start_transfer(transfer, actor=SYSTEM, at=at)
    drain(at=at)
    transfer.refresh_from_db()
    return transfer


def back(transfer: Transfer, at: datetime) -> None:
    start_return(transfer, actor=SYSTEM, at=at)
    drain(at=at)


def gate(definition: Definition, record: RepairRequest, at: datetime) -> Carried:
    graph = WorkflowGraph.from_data({**definition.graph, "version": 9})
    choices = Choices({record.workflow_version: {record.state: record.state}})
    (row,) = preview(flow_of(KEY), graph, [record.pk], choices, at=at).rows
    return row


def vote(record: RepairRequest, person: User, outcome: str, at: datetime) -> None:
    mine = open_tasks_of(record).filter(person=person).first() or open_tasks_of(record).first()
    assert mine is not None
    complete(mine, outcome, actor=Actor.of(person), at=at)


def seated(record: RepairRequest) -> set[int | None]:
    return set(open_tasks_of(record).values_list("person_id", flat=True))


def state(record: RepairRequest) -> str:
    return str(RepairRequest.objects.values_list("state", flat=True).get(pk=record.pk))


def test_answers_count_on_under_the_new_name_and_back(made: Made, people: list[User], at: datetime) -> None:
    record = made()
    vote(record, people[0], "yes", at)
    renamed = version(at, task="ballot")
    told = gate(renamed, record, at)
    assert (told.tasks_kept, told.notes, told.warnings) == (
        ("Ballot",), ("“Ballot”: answers that were given count on.",), (),
    )  # fmt: skip
    transfer = move(renamed, at)
    assert seated(record) == {people[1].pk, people[2].pk}
    back(transfer, at)
    assert set(Task.objects.filter(record_id=record.pk).values_list("key", flat=True)) == {"vote"}
    move(transfer.target, at)
    vote(record, people[1], "yes", at + HOUR)
    assert state(record) == "approved"


def test_another_way_of_deciding_asks_anew_and_the_gate_says_so(made: Made, people: list[User], at: datetime) -> None:
    record = made()
    vote(record, people[0], "no", at)
    stricter = version(at, decide={"kind": "all"})
    told = gate(stricter, record, at)
    assert (told.tasks_kept, told.tasks_opened, told.tasks_cancelled) == ((), ("Vote",), ("Vote",))
    assert "“Vote”: 1 answer that was given does not count any more." in told.warnings
    transfer = move(stricter, at)
    assert seated(record) == {person.pk for person in people}
    back(transfer, at)
    assert seated(record) == {people[1].pk, people[2].pk}
    vote(record, people[1], "no", at + HOUR)
    assert state(record) == "rejected"  # the answer of before counts again


def test_an_answer_given_after_the_move_goes_back_with_the_record(made: Made, people: list[User], at: datetime) -> None:
    record = made()
    transfer = move(version(at, task="ballot"), at)
    vote(record, people[0], "yes", at + HOUR)
    back(transfer, at + 2 * HOUR)
    assert seated(record) == {people[1].pk, people[2].pk}
    vote(record, people[1], "yes", at + 3 * HOUR)
    assert state(record) == "approved"
    assert [entry.transition for entry in history_of(record)][2:] == [
        "transfer", "ballot.vote", "transfer", "vote.vote", "vote.yes",
    ]  # fmt: skip


def test_an_answer_in_a_task_that_the_move_opened_is_a_step_that_hinders_the_way_back(
    made: Made, people: list[User], at: datetime
) -> None:
    record = made()
    transfer = move(version(at, decide={"kind": "all"}), at)
    vote(record, people[0], "yes", at + HOUR)
    back(transfer, at + 2 * HOUR)
    record.refresh_from_db()
    assert record.workflow_version == 3
    assert "It has gone on since" in transfer.items.get().message


def sequence(**changes: Any) -> Data:
    return {"assign": CLERK, "also": [MANAGER], "decide": {"kind": "sequence"}, **changes}


def test_a_sequence_that_is_half_done_goes_on_with_the_next_one(made: Made, people: list[User], at: datetime) -> None:
    manager = somebody("manager", "Marta")
    record = made(**sequence(remind=[2 * 86400]))
    move(version(at, task="ballot", **sequence(remind=[2 * 86400])), at)
    first = open_tasks_of(record).get()
    assert (first.key, first.role) == ("ballot", "repairs.clerk")
    vote(record, people[0], "yes", at + HOUR)
    transfer = move(version(at, task="poll", **sequence(remind=[2 * 86400])), at + 2 * HOUR)
    second = open_tasks_of(record).get()
    assert (second.key, second.role, second.position) == ("poll", "repairs.manager", 1)
    assert [(timer.transition, timer.due_at) for timer in timers_of(record)] == [("poll#remind0", at + HOUR + 2 * DAY)]
    back(transfer, at + 3 * HOUR)
    assert open_tasks_of(record).get().key == "ballot"
    vote(record, manager, "yes", at + 4 * HOUR)
    assert state(record) == "approved"


def test_who_is_asked_after_the_move_is_asked_when_it_is_taken_back(
    made: Made, people: list[User], at: datetime
) -> None:
    manager = somebody("manager", "Marta")
    record = made(**sequence(remind=[2 * 86400]))
    transfer = move(version(at, task="ballot", **sequence(remind=[2 * 86400])), at)
    vote(record, people[0], "yes", at + HOUR)
    back(transfer, at + 2 * HOUR)
    task = open_tasks_of(record).get()
    assert (task.key, task.role) == ("vote", "repairs.manager")
    assert [(timer.transition, timer.due_at) for timer in timers_of(record)] == [("vote#remind0", at + HOUR + 2 * DAY)]
    vote(record, manager, "yes", at + 3 * HOUR)
    assert state(record) == "approved"


def test_each_seat_keeps_its_role_and_what_was_handed_up_stays_there(
    made: Made, people: list[User], at: datetime
) -> None:
    somebody("manager", "Marta")
    record = made(assign=CLERK, also=[MANAGER], decide={"kind": "all"})
    move(version(at, task="ballot", assign=CLERK, also=[MANAGER], decide={"kind": "all"}), at)
    assert sorted(open_tasks_of(record).values_list("role", flat=True)) == ["repairs.clerk", "repairs.manager"]
    single = {"assign": CLERK, "decide": None}
    other = made(**single)
    Task.objects.filter(record_id=other.pk).update(role="repairs.manager")  # as an escalation does
    move(version(at, task="look", **single), at)
    assert open_tasks_of(other).get().role == "repairs.manager"


@pytest.mark.parametrize(
    ("timers", "remind", "escalate"),
    [("keep", DAY, 3 * DAY), ("restart", DAY, 2 * DAY), ("recompute", timedelta(), DAY)],
)
def test_reminders_and_escalations_of_a_kept_task(
    made: Made, at: datetime, timers: str, remind: timedelta, escalate: timedelta
) -> None:
    times = {"remind": [2 * 86400], "escalate": [{"wait": 4 * 86400, "to": MANAGER}]}
    record = made(DAY, **times)
    quicker = {"remind": [86400], "escalate": [{"wait": 2 * 86400, "to": MANAGER}]}
    transfer = move(version(at, task="ballot", **quicker), at, timers=timers, overdue="send")
    assert {timer.transition: timer.due_at - at for timer in timers_of(record)} == {
        "ballot#remind0": remind, "ballot#escalate0": escalate,
    }  # fmt: skip
    back(transfer, at)
    assert {timer.transition: timer.due_at - at for timer in timers_of(record)} == {
        "vote#remind0": DAY, "vote#escalate0": 3 * DAY,
    }  # fmt: skip


def test_reminders_of_a_task_that_is_opened_anew_stand_on_the_gate(made: Made, at: datetime) -> None:
    record = made(remind=[86400])
    told = gate(version(at, decide={"kind": "all"}, remind=[86400]), record, at)
    assert [(timer.name, timer.fate, timer.due_at) for timer in told.timers if timer.fate == "set"] == [
        ("vote#remind0", "set", at + DAY)
    ]


def test_a_task_that_finds_nobody_is_named_on_the_gate(made: Made, at: datetime) -> None:
    record = made()
    unheld = version(at, assign={"kind": "role", "value": "repairs.director"}, decide=None)
    assert "“Vote” is for the role “repairs.director”, which nobody has." in gate(unheld, record, at).warnings
    unnamed = version(at, assign={"kind": "expression", "value": "[]"}, decide=None)
    (told,) = [words for words in gate(unnamed, record, at).warnings if "finds nobody" in words]
    assert told == "“Vote” finds nobody whom its rule means; who may change the record has to see to it."
    move(unnamed, at)
    task = open_tasks_of(record).get()
    assert (task.role, task.person_id) == ("", None)


def test_four_eyes_see_a_step_that_was_called_otherwise_before_the_move(
    made: Made, people: list[User], at: datetime
) -> None:
    """Who took the request up may not check it, whatever taking up is called by now; also after the way back."""
    record = made(assign=CLERK, decide=None)
    data = version(at, assign=CLERK, decide=None).graph
    data["transitions"][0] |= {"key": "pick_up", "title": "Pick up"}
    data["tasks"][0] |= {"not_same_as": ["pick_up"]}
    transfer = move(save_draft(graph_from(data), at=at), at)
    renamed = {"steps": {"take_up": "pick_up"}}
    assert history_of(record).get(transition="transfer").data["renamed"] == renamed
    with pytest.raises(SamePerson):
        vote(record, people[0], "yes", at)
    back(transfer, at)
    move(transfer.target, at)
    with pytest.raises(SamePerson):
        vote(record, people[0], "yes", at)
    vote(record, people[1], "yes", at)
    assert state(record) == "approved"
