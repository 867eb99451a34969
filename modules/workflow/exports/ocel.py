"""An event log as OCEL 2.0 (JSON): records, their tasks and the people as objects; what happened as events upon them.

Objects: each record type (the workflow's own, that of its `parent`, those whose `parent` it is) with its `state` as it
changed, `task`, `person`. Qualifiers of an event: `record`, `task`, `person`, `parent`; of an object: `parent`, `of`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from modules.workflow.exports.happenings import (
    CHUNK,
    Happening,
    People,
    Window,
    cases,
    steps_of,
    tasks_of,
    titles_of,
)
from modules.workflow.exports.writing import in_pieces, moment
from modules.workflow.flows import Flow, find_flow, flows

TASK, PERSON = "task", "person"
EVENT_FIELDS = ("step", "lifecycle", "from", "to", "role")


def every(_flow: Flow) -> bool:
    """For whoever may see all workflows."""
    return True


def ocel(
    flow: Flow,
    window: Window | None = None,
    *,
    by_name: bool = False,
    may_see: Callable[[Flow], bool] = every,
) -> Iterator[str]:
    """The log in pieces, its event types in the active language; of related workflows only those that may be seen."""
    return in_pieces(_Log([flow, *filter(may_see, related(flow))], window or Window(), People(by_name=by_name)).texts())


def related(flow: Flow) -> list[Flow]:
    """The workflow of the record that this one reports to, and those that report to it."""
    parent = parent_flow(flow)
    children = [other for other in flows if other is not flow and parent_flow(other) is flow]
    return [*([parent] if parent is not None and parent is not flow else []), *children]


def parent_flow(flow: Flow) -> Flow | None:
    """The workflow of the record in the field that the graph calls its parent."""
    if not flow.graph.parent:
        return None
    model = flow.model._meta.get_field(flow.graph.parent).related_model
    return find_flow(model) if isinstance(model, type) else None


class _Parents:
    """The parent of one record after the other, in order of ids; nothing for a record that is gone."""

    def __init__(self, flow: Flow) -> None:
        parent = parent_flow(flow)
        self.type = "" if parent is None else parent.graph.record_type
        self.rows: Iterator[Any] = iter(())
        if parent is not None:
            rows = flow.model._default_manager.order_by("pk").values_list("pk", flow.graph.parent)
            self.rows = rows.iterator(chunk_size=CHUNK)
        self.row: tuple[int, int | None] | None = next(self.rows, None)

    def of(self, record: int) -> int | None:
        while self.row is not None and self.row[0] < record:
            self.row = next(self.rows, None)
        return self.row[1] if self.row is not None and self.row[0] == record else None


class _Log:
    def __init__(self, shown: list[Flow], window: Window, people: People) -> None:
        self.window, self.people = window, people
        self.flows = [(each, titles_of(each.graph)) for each in shown]
        self.seen: dict[str, None] = {}
        """People in order of appearance: they are objects after all events."""
        self.activities: dict[str, None] = {}
        self.records: dict[str, set[int]] = {each.graph.record_type: set() for each in shown}
        self.tasks: set[int] = set()

    def texts(self) -> Iterator[str]:
        """Types last: they are known when everything has been read."""
        yield '{"events":[\n'
        yield from _separated(self._events())
        yield '],\n"objects":[\n'
        yield from _separated(self._objects())
        types = {"eventTypes": self._event_types(), "objectTypes": self._object_types()}
        yield "],\n" + json.dumps(types, ensure_ascii=False)[1:] + "\n"

    # Events

    def _events(self) -> Iterator[dict[str, Any]]:
        for flow, titles in self.flows:
            parents = _Parents(flow)
            for record, happened in cases(flow, self.window, self.people, titles):
                parent = parents.of(record)
                above = ""
                self.records[flow.graph.record_type].add(record)
                if parent is not None and parents.type in self.records:
                    above = f"{parents.type}:{parent}"
                    self.records[parents.type].add(parent)
                yield from (self._event(flow, happening, above) for happening in happened)

    def _event(self, flow: Flow, happening: Happening, parent: str) -> dict[str, Any]:
        self._note(happening)
        values = (happening.step, happening.lifecycle, happening.source, happening.target, happening.role)
        objects = {
            "record": f"{flow.graph.record_type}:{happening.record}",
            "task": "" if happening.task is None else f"{TASK}:{happening.task}",
            "person": f"{PERSON}:{happening.person}" if happening.person else "",
            "parent": parent,
        }
        return {
            "id": happening.id,
            "type": happening.activity,
            "time": moment(happening.at),
            "attributes": [
                {"name": key, "value": value} for key, value in zip(EVENT_FIELDS, values, strict=True) if value
            ],
            "relationships": [{"objectId": key, "qualifier": name} for name, key in objects.items() if key],
        }

    def _note(self, happening: Happening) -> None:
        """What has to be an object or a type because this event names it."""
        self.activities.setdefault(happening.activity)
        if happening.person:
            self.seen.setdefault(happening.person)
        if happening.task is not None:
            self.tasks.add(happening.task)

    # Objects

    def _objects(self) -> Iterator[dict[str, Any]]:
        for flow, _titles in self.flows:
            yield from self._records(flow)
            yield from self._tasks(flow)
        for person in self.seen:
            yield _object(f"{PERSON}:{person}", PERSON, [], {})

    def _records(self, flow: Flow) -> Iterator[dict[str, Any]]:
        """Every record that an event or a child names, with the states it went through in the window."""
        kind = flow.graph.record_type
        left = set(self.records[kind])
        parents = _Parents(flow)
        rows = steps_of(flow, self.window).values_list("record_id", "at", "source", "target")
        for record, steps in groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[0]):
            left.discard(record)
            states = [
                {"name": "state", "time": moment(at), "value": target}
                for _record, at, source, target in steps
                if source != target
            ]
            yield _object(f"{kind}:{record}", kind, states, self._above(parents, record))
        parents = _Parents(flow)
        for record in sorted(left):
            yield _object(f"{kind}:{record}", kind, [], self._above(parents, record))

    def _above(self, parents: _Parents, record: int) -> dict[str, str]:
        parent = parents.of(record)
        known = parent is not None and parent in self.records.get(parents.type, ())
        return {f"{parents.type}:{parent}": "parent"} if known else {}

    def _tasks(self, flow: Flow) -> Iterator[dict[str, Any]]:
        kind = flow.graph.record_type
        for task in tasks_of(flow).iterator(chunk_size=CHUNK):
            if task.pk in self.tasks:
                said = {"key": task.key, "outcome": task.outcome}
                values = [{"name": name, "time": moment(task.opened_at), "value": said[name]} for name in said]
                yield _object(f"{TASK}:{task.pk}", TASK, values, {f"{kind}:{task.record_id}": "of"})

    # Types

    def _event_types(self) -> list[dict[str, Any]]:
        values = [{"name": name, "type": "string"} for name in EVENT_FIELDS]
        return [{"name": activity, "attributes": values} for activity in self.activities]

    def _object_types(self) -> list[dict[str, Any]]:
        state = [{"name": "state", "type": "string"}]
        of_task = [{"name": name, "type": "string"} for name in ("key", "outcome")]
        kinds = [{"name": kind, "attributes": state} for kind in self.records]
        return [*kinds, {"name": TASK, "attributes": of_task}, {"name": PERSON, "attributes": []}]


def _object(key: str, kind: str, values: list[dict[str, Any]], others: dict[str, str]) -> dict[str, Any]:
    related = [{"objectId": other, "qualifier": qualifier} for other, qualifier in others.items()]
    return {"id": key, "type": kind, "attributes": values, "relationships": related}


def _separated(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """JSON objects, one a line, with commas between them."""
    comma = ""
    for entry in entries:
        yield comma + json.dumps(entry, ensure_ascii=False)
        comma = ",\n"
