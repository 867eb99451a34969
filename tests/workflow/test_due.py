"""When a task is due: hours after it opened, after a moment of the record, or at the end of a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import WorkflowGraph, fire, open_tasks_of, start, undo_last
from modules.workflow.clocks.waits import due_at
from modules.workflow.graph import EffectUse, Outcome, Wait
from modules.workflow.soundness import findings
from tests.workflow.app.models import Parcel, Slip
from tests.workflow.app.slips import SlipFlow
from tests.workflow.conftest import as_actor

Make = Callable[..., Slip]


def moment_of(day: date) -> datetime | None:
    """When something is due that is due by a date."""
    return due_at(Wait(field="promised_on"), Slip(promised_on=day), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("day", "last_moment"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 22, 59, 59, 999999, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, 999999, tzinfo=UTC)),  # 23 hours long
        (date(2026, 10, 24), datetime(2026, 10, 24, 21, 59, 59, 999999, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, 999999, tzinfo=UTC)),  # 25 hours long
    ],
)
def test_a_date_means_the_end_of_that_day_whatever_clocks_do(day: date, last_moment: datetime, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    assert moment_of(day) == last_moment


@pytest.mark.any_database
def test_where_the_clocks_repeat_the_last_hour_the_day_ends_with_the_second_one(settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "America/Santiago"  # on 4 April 2026 the hour before midnight comes twice
    assert moment_of(date(2026, 4, 4)) == datetime(2026, 4, 5, 3, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.django_db
def test_a_task_is_due_at_the_end_of_the_record_s_day(make_slip: Make, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    task = open_tasks_of(make_slip(promised_on=date(2026, 12, 1))).get()
    assert task.due_at == datetime(2026, 12, 1, 22, 59, 59, 999999, tzinfo=UTC)
    assert open_tasks_of(make_slip()).get().due_at is None


@pytest.mark.django_db
def test_a_task_is_due_some_hours_after_a_moment_of_the_record(make_slip: Make, clerk: User, at: datetime) -> None:
    slip = make_slip(asked_at=at - timedelta(hours=1))
    fire(slip, "ask", actor=as_actor(clerk), at=at + timedelta(hours=5))
    assert open_tasks_of(slip).get().due_at == at + timedelta(hours=47)


@pytest.mark.django_db
def test_a_due_time_does_not_move_while_the_task_is_open(make_slip: Make, clerk: User, at: datetime) -> None:
    slip = make_slip(promised_on=date(2026, 12, 1))
    due = open_tasks_of(slip).get().due_at
    Slip.objects.filter(pk=slip.pk).update(promised_on=date(2027, 1, 1))
    fire(slip, "ask", actor=as_actor(clerk), at=at)
    undo_last(slip, actor=as_actor(clerk), at=at + timedelta(seconds=1))
    assert open_tasks_of(slip).get().due_at == due


@pytest.mark.any_database
def test_due_times_four_eyes_and_undo_survive_the_stored_form() -> None:
    graph = SlipFlow.flow.graph
    again = WorkflowGraph.from_data(graph.to_data())
    assert again == graph
    assert again.hash == graph.hash
    assert (again.task("prepare").due.field, again.task("second").due.amount) == ("promised_on", timedelta(hours=48))
    assert again.transition("ask").hold == timedelta(minutes=1)
    assert (again.transition("close").undo, again.transition("approve").undo) == (None, ())
    assert (again.task("second").outcomes[0].undo, again.task("prepare").outcomes[0].undo) == ((), None)


OLD_FORM = {
    "format": 1, "key": "slips.old", "version": 3, "record_type": "slips.slip", "title": "Slip", "description": "",
    "owner": "customer", "facts": "",
    "states": [
        {"key": "open", "title": "Open", "kind": "initial", "tone": "info", "icon": ""},
        {"key": "closed", "title": "Closed", "kind": "final", "tone": "neutral", "icon": ""},
    ],
    "transitions": [
        {
            "key": "close", "title": "Close", "sources": ["open"], "target": "closed", "kind": "timer",
            "by": [{"kind": "system", "value": ""}], "guards": [{"name": "slips.is_done", "negated": True}],
            "effects": ["slips.tell"], "form": "", "after": 3600.0, "completes": "", "confirm": "",
            "destructive": False,
        }
    ],
    "tasks": [
        {
            "key": "prepare", "title": "Prepare", "states": ["open"],
            "assign": {"kind": "role", "value": "slips.clerk"},
            "outcomes": [["done", "Done", None]], "due": 0.0, "due_from": "promised_on",
        }
    ],
}  # fmt: skip


@pytest.mark.any_database
def test_a_definition_that_was_stored_in_the_first_form_is_read_still() -> None:
    graph = WorkflowGraph.from_data(OLD_FORM)
    close, prepare = graph.transition("close"), graph.task("prepare")
    assert (close.after, close.undo, close.guards[0].negated) == (Wait(timedelta(hours=1)), None, True)
    assert close.effects == (EffectUse("slips.tell"),)
    assert (prepare.due, prepare.outcomes[0].target) == (Wait(field="promised_on"), None)
    assert WorkflowGraph.from_data(graph.to_data()) == graph


def codes(**changes: Any) -> set[tuple[str, str]]:
    """What is wrong with the slip's graph when its first task has these values."""
    graph = SlipFlow.flow.graph
    tasks = (replace(graph.tasks[0], **changes), *graph.tasks[1:])
    return {(finding.code, finding.place) for finding in findings(replace(graph, tasks=tasks), Slip)}


@pytest.mark.any_database
def test_a_field_that_is_missing_or_no_moment_is_found() -> None:
    assert codes() == set()
    assert codes(due=Wait(field="promised_at")) == {("unknown_field", "task:prepare")}
    assert codes(due=Wait(field="amount")) == {("no_moment", "task:prepare")}
    assert codes(due=Wait(field="customer__date_joined_or_so")) == {("unknown_field", "task:prepare")}


@pytest.mark.any_database
def test_names_that_nothing_has_are_found() -> None:
    assert codes(not_same_as=("ask", "nobody_does_this")) == {("unknown_step", "task:prepare")}
    assert codes(not_same_as=("second", "second.good")) == set()
    assert codes(form="nowhere.Form") == {("unknown_form", "task:prepare")}
    assert codes(outcomes=(Outcome("claim", "Claim"),)) == {("name_taken", "task:prepare")}


@pytest.mark.django_db
def test_a_plain_due_time_counts_from_the_opening(at: datetime) -> None:
    parcel = Parcel.objects.create(is_fragile=True)
    start(parcel, actor=SYSTEM, at=at)
    fire(parcel, "hand_over", actor=SYSTEM, at=at + timedelta(hours=1))
    assert open_tasks_of(parcel).get().due_at == at + timedelta(hours=5)
