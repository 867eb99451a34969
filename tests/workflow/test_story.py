"""Each step of a record as a sentence, and its diagram with the time in each state and what is open."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import claim, fire, open_tasks_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.engine.history import append
from modules.workflow.graph import Ask
from modules.workflow.panels.picture import picture_of, times_in
from modules.workflow.panels.story import entries_of, staff_story
from modules.workflow.titles import step_title
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor

pytestmark = pytest.mark.django_db
GRAPH = ParcelFlow.flow.graph


def told(record: Parcel, reader: Actor) -> list[str]:
    """The sentences, oldest first."""
    return [line.sentence for line in staff_story(GRAPH, entries_of(record), reader)][::-1]


def test_a_sentence_says_who_did_what_after_how_long_and_why(
    make_parcel: Any, clerk: User, customer: User, at: datetime
) -> None:
    parcel, staff = make_parcel(), as_actor(clerk)
    fire(parcel, "pack", actor=staff, at=at + timedelta(days=2), data={"weight": "700"})
    fire(parcel, "restamp", actor=staff, at=at + timedelta(days=3))
    fire(parcel, "cancel", actor=as_actor(customer), at=at + timedelta(days=6), data={"reason": "Too late"})
    assert told(parcel, staff) == [
        "The system started it.",
        "You chose “Pack” after 2 days in “Ordered”.",
        "You chose “Restamp” after 1 day in “Packed”.",
        f"{customer.name} chose “Cancel the parcel” after 4 days in “Packed”, because: Too late",
    ]


def test_a_long_reason_stands_below_the_sentence(make_parcel: Any, customer: User, at: datetime) -> None:
    parcel = make_parcel()
    fire(parcel, "cancel", actor=as_actor(customer), at=at, data={"reason": "First line\nsecond line"})
    [line, _start] = staff_story(GRAPH, entries_of(parcel), as_actor(customer))
    assert line.sentence == "You chose “Cancel the parcel”."
    assert line.text == "First line\nsecond line"


def test_what_time_the_system_and_a_task_do_is_said_so(make_parcel: Any, clerk: User, at: datetime) -> None:
    parcel, staff = make_parcel(is_fragile=True), as_actor(clerk)
    fire(parcel, "hand_over", actor=SYSTEM, at=at + timedelta(hours=5))
    claim(open_tasks_of(parcel).get(), actor=staff, at=at + timedelta(hours=6))
    fire(parcel, "send_off", actor=staff, at=at + timedelta(hours=7))
    sweep_timers(at=at + timedelta(days=8))
    parcel.refresh_from_db()
    assert told(parcel, staff)[1:] == [
        "“Hand over” was done by the system after 5 hours in “Ordered”.",
        "“Inspect” happened by itself.",
        "You took the task “Look the parcel over”.",
        "You chose “Send off” after 2 hours in “Inspected”.",
        "“Lose” came by its time after 7.7 days in “Sent”.",
    ]


def test_what_was_entered_has_the_labels_of_the_reader(parcel: Parcel, clerk: User, at: datetime) -> None:
    staff, data = as_actor(clerk), {"outcome": "sound", "due_at": "2026-03-01T12:00:00+00:00", "_seat": "1"}
    pack = replace(GRAPH.transition("pack"), asks=(Ask("state_since"), Ask("photo_count", title="How many")))
    graph = replace(GRAPH, transitions=(*(way for way in GRAPH.transitions if way.key != "pack"), pack))
    for name, given in (("look_over.vote", data), ("pack", {"state_since": 7, "photo_count": 2})):
        append(graph, parcel.pk, transition=name, source="ordered", target="ordered", actor=staff, at=at, data=given)
    packed, vote = (line.facts for line in staff_story(graph, entries_of(parcel)[:2], staff))
    assert [fact.title for fact in vote] == ["Due"]
    assert [(fact.title, fact.value) for fact in packed] == [("In this state since", "7"), ("How many", "2")]


def test_what_the_engine_does_besides_has_words(parcel: Parcel, clerk: User, at: datetime) -> None:
    staff = as_actor(clerk)
    steps = (("move", "ordered", "sent"), ("transfer", "sent", "sent"), ("undo", "sent", "ordered"))
    for name, source, target in steps:
        data = {"step": "move"} if name == "undo" else {}
        append(GRAPH, parcel.pk, transition=name, source=source, target=target, actor=staff, at=at, data=data)
    assert told(parcel, staff)[1:] == [
        "You moved it by hand to “Sent”.",
        "You moved it to version 3 of the workflow.",
        "You took “Moved by hand” back.",
    ]
    assert step_title(GRAPH, "look_over#remind0") == "Look the parcel over: reminder"
    assert step_title(GRAPH, "forgotten") == "forgotten"


def test_time_in_a_state_is_of_all_stays_and_runs_on(make_parcel: Any, clerk: User, at: datetime) -> None:
    parcel, staff = make_parcel(), as_actor(clerk)
    steps = (("a", "ordered", "packed", 2), ("note", "packed", "packed", 3), ("b", "packed", "ordered", 4),
             ("c", "ordered", "packed", 10))  # fmt: skip
    for name, source, target, hours in steps:
        append(GRAPH, parcel.pk, transition=name, source=source, target=target, actor=staff,
               at=at + timedelta(hours=hours))  # fmt: skip
    assert times_in(entries_of(parcel), at + timedelta(hours=11)) == {
        "ordered": (timedelta(hours=8), 2),
        "packed": (timedelta(hours=3), 2),
    }


def test_the_diagram_tells_time_tasks_and_timers(make_parcel: Any, clerk: User, at: datetime) -> None:
    parcel, staff = make_parcel(packer=clerk), as_actor(clerk)
    waiting = picture_of(parcel, GRAPH, entries_of(parcel), staff, at + timedelta(hours=3))
    ordered = next(state for state in waiting["ways"] if state.key == "ordered")
    assert ordered.note == "3 hr · 1 task"
    assert [(way.title, way.note) for way in ordered.ways if way.note] == [("Pack", "you")]
    fire(parcel, "pack", actor=staff, at=at + timedelta(hours=4), data={"weight": "1"})
    fire(parcel, "send_off", actor=staff, at=at + timedelta(hours=5))
    sent = picture_of(parcel, GRAPH, entries_of(parcel), staff, at + timedelta(days=2, hours=5))
    noted = [(way.title, way.note) for state in sent["ways"] for way in state.ways if way.note]
    assert noted == [("Lose", "in 5 days")]
    assert "in 5 days" in sent["drawing"]
    fire(parcel, "arrive", actor=SYSTEM, at=at + timedelta(days=2))
    ended = picture_of(parcel, GRAPH, entries_of(parcel), staff, at + timedelta(days=9))
    assert {state.key: state.note for state in ended["ways"]}["arrived"] == ""
