"""Event logs: every row of the history is an event, pm4py reads back what was written, names stay in the house."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import claim, complete, fire
from modules.workflow.exports.happenings import Window
from modules.workflow.exports.ocel import ocel
from modules.workflow.exports.xes import xes
from modules.workflow.flows import flow_of
from modules.workflow.models import HistoryEntry, Task
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor
from tests.workflow.outside_tools import pm4py

pytestmark = pytest.mark.django_db
XES = "{http://www.xes-standard.org/}"
READ_XES = """
import sys, json, pm4py
log = pm4py.read_xes(sys.argv[1], return_legacy_log_object=True)
print(json.dumps({"cases": len(log), "events": sum(len(trace) for trace in log),
                  "lifecycles": sorted({event["lifecycle:transition"] for trace in log for event in trace}),
                  "first": [str(log[0].attributes["concept:name"]), log[0][0]["concept:name"],
                            log[0][0]["time:timestamp"].isoformat()]}))
"""
READ_OCEL = """
import sys, json, pm4py
ocel = pm4py.read_ocel2_json(sys.argv[1])
print(json.dumps({"events": len(ocel.events), "objects": len(ocel.objects), "relations": len(ocel.relations),
                  "o2o": len(ocel.o2o), "changes": len(ocel.object_changes),
                  "types": sorted(pm4py.ocel_get_object_types(ocel))}))
"""


@pytest.fixture
def moved(make_parcel: Callable[..., Parcel], clerk: User, inspector: User, at: datetime) -> list[Parcel]:
    """Three parcels: one sent, one looked over by two people, one that has only begun."""
    sent, looked, fresh = make_parcel(), make_parcel(is_fragile=True), make_parcel()
    later = at + timedelta(minutes=5)
    fire(sent, "pack", actor=as_actor(clerk), at=later, data={"weight": 700})
    fire(sent, "send_off", actor=as_actor(clerk), at=later + timedelta(hours=1))
    fire(looked, "hand_over", actor=SYSTEM, at=later)
    task = Task.objects.get(record_id=looked.pk, key="look_over")
    claim(task, actor=as_actor(inspector), at=later + timedelta(hours=2))
    complete(task, "broken", actor=as_actor(inspector), at=later + timedelta(hours=3))
    return [sent, looked, fresh]


def log_of(**options: Any) -> ET.Element:
    return ET.fromstring("".join(xes(flow_of("parcels.parcel"), **options)))


def values(root: ET.Element, key: str) -> list[str]:
    return [element.attrib["value"] for element in root.iter() if element.attrib.get("key") == key]


def events_of(root: ET.Element) -> list[dict[str, str]]:
    return [{each.attrib["key"]: each.attrib["value"] for each in event} for event in root.iter(f"{XES}event")]


def test_every_row_of_the_history_is_an_event_of_its_record(moved: list[Parcel]) -> None:
    root = log_of()
    steps = [event for event in events_of(root) if event["concept:instance"].startswith("step:")]
    rows = HistoryEntry.objects.filter(record_type="parcels.parcel").order_by("record_id", "id")
    assert [(event["concept:instance"], event["step"], event["to"]) for event in steps] == [
        (f"step:{row.pk}", row.transition, row.target) for row in rows
    ]
    assert [trace[0].attrib["value"] for trace in root.iter(f"{XES}trace")] == [
        f"parcels.parcel:{parcel.pk}" for parcel in moved
    ]


NAME, NCNAME = re.compile(r"[A-Za-z_:][\w.:-]*\Z"), re.compile(r"[A-Za-z_][\w.-]*\Z")
ATTRIBUTES = {
    "string": re.compile(r".*\Z", re.DOTALL),
    "date": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z"),
    "int": re.compile(r"-?\d{1,19}\Z"),
}
CHILDREN = {
    "log": "(extension )*(global )*(classifier )*({a} )*(trace )*", "trace": "({a} )*(event )*", "event": "({a} )*",
    "global": "({a} )*", "extension": "", "classifier": "",
}  # fmt: skip
REQUIRED = {"log": {"xes.version"}, "extension": {"name", "prefix", "uri"}, "classifier": {"name", "keys"}}


def broken_rules(root: ET.Element) -> list[str]:
    """What the XML schema and the text of IEEE 1849-2016 do not allow."""
    found = []
    for each in root.iter():
        kind = each.tag.removeprefix(XES)
        children = "".join(child.tag.removeprefix(XES) + " " for child in each)
        order = CHILDREN.get(kind, "({a} )*").replace("{a}", f"(?:{'|'.join(ATTRIBUTES)})")
        if not re.fullmatch(order, children):
            found.append(f"{kind} holds {children}")
        if kind in ATTRIBUTES:
            if not NAME.match(each.get("key", "")) or not ATTRIBUTES[kind].match(each.get("value", "?" * 20)):
                found.append(f"{kind} {each.attrib}")
        elif kind not in CHILDREN or not REQUIRED.get(kind, set()) <= set(each.attrib):
            found.append(f"{kind} {each.attrib}")
        keys = [child.get("key") for child in each if child.tag.removeprefix(XES) in ATTRIBUTES]
        if len(keys) != len(set(keys)):
            found.append(f"a key of {kind} comes twice: {keys}")
    return found + _broken_declarations(root)


def _broken_declarations(root: ET.Element) -> list[str]:
    """Prefixes without their extension, classifiers over what is no global, components without what is global."""
    prefixes = {each.get("prefix") for each in root.iter(f"{XES}extension")}
    used = {each.get("key", "").partition(":")[0] for each in root.iter() if ":" in each.get("key", "")}
    found = [f"no extension has the prefix {prefix}" for prefix in used - prefixes]
    shared = {each.get("scope"): {child.get("key") for child in each} for each in root.iter(f"{XES}global")}
    for classifier in root.iter(f"{XES}classifier"):
        if not NCNAME.match(classifier.get("name", "")):
            found.append(f"no name: {classifier.get('name')}")
        if lost := set(classifier.get("keys", "").split()) - shared[classifier.get("scope")]:
            found.append(f"a classifier names {lost}")
    for scope, keys in shared.items():
        lacks = (keys - {child.get("key") for child in each} for each in root.iter(f"{XES}{scope}"))
        found += [f"a {scope} has no {lost}" for lost in lacks if lost]
    return found


def test_the_log_keeps_the_rules_of_its_schema(moved: list[Parcel], clerk: User, at: datetime) -> None:
    fire(moved[2], "cancel", actor=as_actor(clerk), at=at, data={"reason": "\x0b <&> ]]>"})
    assert broken_rules(log_of()) == []
    assert broken_rules(log_of(by_name=True)) == []
    assert broken_rules(log_of(window=Window(at + timedelta(days=9)))) == [], "also without an event"


def test_the_work_is_scheduled_started_complete_or_withdrawn(moved: list[Parcel]) -> None:
    done = Task.objects.get(record_id=moved[1].pk, key="look_over")
    turns = [
        (event["lifecycle:transition"], event["concept:name"])
        for event in events_of(log_of())
        if event["concept:instance"].startswith(f"task:{done.pk}:")
    ]
    assert turns == [(turn, "Look the parcel over") for turn in ("schedule", "start", "complete")]
    left = Task.objects.get(record_id=moved[1].pk, key="wrap")
    assert any(event["concept:instance"] == f"task:{left.pk}:withdraw" for event in events_of(log_of()))


def test_events_of_a_record_stand_in_order_of_time(moved: list[Parcel]) -> None:
    for trace in log_of().iter(f"{XES}trace"):
        times = values(trace, "time:timestamp")
        assert times == sorted(times)


def test_people_are_numbers_unless_they_may_be_named(moved: list[Parcel], clerk: User, inspector: User) -> None:
    hidden = "".join(xes(flow_of("parcels.parcel"))) + "".join(ocel(flow_of("parcels.parcel")))
    for person in (clerk, inspector, moved[0].customer):
        assert person.email not in hidden
    assert set(values(log_of(), "org:resource")) == {"system", "person 1", "person 2"}
    assert set(values(log_of(by_name=True), "org:resource")) == {"system", clerk.email, inspector.email}


def test_neither_data_nor_reasons_leave_the_house(moved: list[Parcel], clerk: User, at: datetime) -> None:
    fire(moved[2], "cancel", actor=as_actor(clerk), at=at, data={"reason": "a private matter"})
    assert HistoryEntry.objects.filter(reason="a private matter").exists()
    for text in (xes, ocel):
        assert "private matter" not in "".join(text(flow_of("parcels.parcel"), by_name=True))


def test_a_window_holds_what_happened_from_its_beginning_until_before_its_end(
    moved: list[Parcel], at: datetime
) -> None:
    all_times = sorted(values(log_of(), "time:timestamp"))[1:]
    since, until = at + timedelta(minutes=5), at + timedelta(hours=2, minutes=5)
    found = sorted(values(log_of(window=Window(since, until)), "time:timestamp"))[1:]
    begin, end = (moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") for moment in (since, until))
    assert found == [time for time in all_times if begin <= time < end]
    assert found


def test_the_number_of_statements_does_not_grow_with_the_records(
    moved: list[Parcel], make_parcel: Callable[..., Parcel]
) -> None:
    def count(text: Any) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            "".join(text(flow_of("parcels.parcel")))
        return len(queries)

    few = count(xes), count(ocel)
    for _number in range(5):
        make_parcel()
    assert (count(xes), count(ocel)) == few


def test_pm4py_reads_the_same_cases_and_events(moved: list[Parcel], tmp_path: Path) -> None:
    file = tmp_path / "log.xes"
    file.write_text("".join(xes(flow_of("parcels.parcel"))))
    tasks = Task.objects.filter(record_type="parcels.parcel")
    turns = sum(1 + bool(task.claimed_at) + bool(task.closed_at) for task in tasks)
    first = HistoryEntry.objects.order_by("record_id", "id")[0]
    assert pm4py(READ_XES, file) == {
        "cases": 3,
        "events": HistoryEntry.objects.count() + turns,
        "lifecycles": ["complete", "schedule", "start", "withdraw"],
        "first": [f"parcels.parcel:{moved[0].pk}", "Start", first.at.isoformat()],
    }


def test_pm4py_reads_the_same_objects_and_relations(moved: list[Parcel], tmp_path: Path) -> None:
    file = tmp_path / "log.jsonocel"
    file.write_text("".join(ocel(flow_of("parcels.parcel"))))
    log = json.loads(file.read_text())
    moves = HistoryEntry.objects.exclude(source=F("target")).count()
    assert pm4py(READ_OCEL, file) == {
        "events": len(log["events"]),
        "objects": 3 + Task.objects.count() + 3,
        "relations": sum(len(event["relationships"]) for event in log["events"]),
        "o2o": Task.objects.count(),
        "changes": moves - 3,  # the first state of an object is its value, each further one a change
        "types": ["parcels.parcel", "person", "task"],
    }


def test_every_object_that_is_named_is_there(moved: list[Parcel]) -> None:
    log = json.loads("".join(ocel(flow_of("parcels.parcel"))))
    objects = {entry["id"] for entry in log["objects"]}
    assert len(objects) == len(log["objects"])
    named = {tie["objectId"] for entry in [*log["events"], *log["objects"]] for tie in entry["relationships"]}
    assert named <= objects
    assert {entry["type"] for entry in log["events"]} == {entry["name"] for entry in log["eventTypes"]}
    assert {entry["type"] for entry in log["objects"]} == {entry["name"] for entry in log["objectTypes"]}
    states = next(entry for entry in log["objects"] if entry["id"] == f"parcels.parcel:{moved[0].pk}")["attributes"]
    assert [change["value"] for change in states] == ["ordered", "packed", "sent"]


def test_the_command_writes_a_log_of_some_days(moved: list[Parcel], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("workflow_export", "parcels.parcel", "--format", "xes", "--since", "2026-11-22")
    assert events_of(ET.fromstring(capsys.readouterr().out)) == []
    call_command("workflow_export", "parcels.parcel", "--format", "xes", "--since", "2026-11-21", "--names")
    assert "org:resource" in capsys.readouterr().out
