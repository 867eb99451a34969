"""The history of records as event logs need it: one record after the other, its steps and its work in order of time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils import translation

from modules.core.actors import SYSTEM
from modules.workflow.choices import TaskStatus
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry, Task
from modules.workflow.titles import step_title

CHUNK = 2000
COMPLETE = "complete"


@dataclass(frozen=True)
class Window:
    """What is looked at: what happened from `since` on and before `until`; everything without them."""

    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, rows: "QuerySet[Any]", name: str) -> "QuerySet[Any]":
        if self.since is not None:
            rows = rows.filter(**{f"{name}__gte": self.since})
        return rows if self.until is None else rows.filter(**{f"{name}__lt": self.until})

    def holds(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


EVER = Window()


@dataclass(frozen=True)
class Happening:
    """One event. `lifecycle` as XES names it; a task's own events carry its id, a step's the state it came from."""

    id: str
    at: datetime
    activity: str
    step: str
    lifecycle: str
    record: int
    person: str = ""
    role: str = ""
    source: str = ""
    target: str = ""
    version: int = 0
    task: int | None = None


class People:
    """Who did something: by name for whoever may know, else by a number that means nothing outside of the file."""

    def __init__(self, *, by_name: bool) -> None:
        self.by_name = by_name
        self._numbers: dict[object, int] = {}

    def called(self, user: int | None, label: str) -> str:
        if user is None and label in ("", str(SYSTEM)):
            return str(SYSTEM) if label else ""
        if self.by_name:
            return label
        known: object = user if user is not None else label
        return f"person {self._numbers.setdefault(known, len(self._numbers) + 1)}"


@dataclass
class Titles:
    """The words of steps in one language, looked up once each; a stream outlives the request whose language it has."""

    graph: WorkflowGraph
    language: str
    known: dict[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        if key not in self.known:
            with translation.override(self.language):
                self.known[key] = step_title(self.graph, key)
        return self.known[key]


def titles_of(graph: WorkflowGraph) -> Titles:
    """The words in the language that is active now."""
    return Titles(graph, translation.get_language() or "en")


def cases(flow: Flow, window: Window, people: People, titles: Titles) -> Iterator[tuple[int, list[Happening]]]:
    """Every record with what happened to it, in order of ids; two statements, read in pieces."""
    steps = groupby(_steps(flow, window, people, titles), key=lambda happening: happening.record)
    work = _Merged(groupby(_work(flow, window, people, titles), key=lambda happening: happening.record))
    for record, happened in steps:
        yield from work.before(record)
        yield record, _in_order([*happened, *work.of(record)])
    yield from work.before(None)


def _in_order(happened: list[Happening]) -> list[Happening]:
    """By time; at one moment as the engine did it, which is the order in which they were read."""
    return sorted(happened, key=lambda happening: happening.at)


class _Merged:
    """The tasks' events beside the steps', both by record; a window may hold only the tasks of a record."""

    def __init__(self, groups: Iterator[tuple[int, Iterator[Happening]]]) -> None:
        self.groups = groups
        self.next: tuple[int, list[Happening]] | None = None
        self._advance()

    def _advance(self) -> None:
        found = next(self.groups, None)
        self.next = None if found is None else (found[0], list(found[1]))

    def before(self, record: int | None) -> Iterator[tuple[int, list[Happening]]]:
        while self.next is not None and (record is None or self.next[0] < record):
            yield self.next[0], _in_order(self.next[1])
            self._advance()

    def of(self, record: int) -> list[Happening]:
        if self.next is None or self.next[0] != record:
            return []
        found = self.next[1]
        self._advance()
        return found


def steps_of(flow: Flow, window: Window) -> "QuerySet[HistoryEntry]":
    rows = HistoryEntry.objects.filter(record_type=flow.graph.record_type)
    return window.narrow(rows, "at").order_by("record_id", "id")


def _steps(flow: Flow, window: Window, people: People, titles: Titles) -> Iterator[Happening]:
    named = (
        "id", "at", "transition", "record_id", "actor_id", "actor_label", "source", "target", "workflow_version",
    )  # fmt: skip
    for pk, at, step, record, actor, label, source, target, version in (
        steps_of(flow, window).values_list(*named).iterator(chunk_size=CHUNK)
    ):
        yield Happening(
            f"step:{pk}", at, titles.of(step), step, COMPLETE, record, people.called(actor, label), "", source, target,
            version,
        )  # fmt: skip


def tasks_of(flow: Flow) -> "QuerySet[Task]":
    rows: QuerySet[Task] = Task.objects.filter(record_type=flow.graph.record_type)
    return rows.select_related("person").order_by("record_id", "id")


def _work(flow: Flow, window: Window, people: People, titles: Titles) -> Iterator[Happening]:
    for task in tasks_of(flow).iterator(chunk_size=CHUNK):
        for happening in _lifecycle(task, people, titles.of):
            if window.holds(happening.at):
                yield happening


def _lifecycle(task: Task, people: People, title: Callable[[str], str]) -> Iterator[Happening]:
    """A task is scheduled when it opens, starts when somebody takes it, is complete when done, withdrawn when not."""
    holder = people.called(task.person_id, task.person.email) if task.person is not None else ""
    closer = people.called(task.closed_by_id, task.closed_by_label)
    end = COMPLETE if task.status == TaskStatus.DONE else "withdraw"
    for lifecycle, at, person in (
        ("schedule", task.opened_at, ""),
        ("start", task.claimed_at, holder),
        (end, task.closed_at, closer),
    ):
        if at is not None:
            name = f"task:{task.pk}:{lifecycle}"
            yield Happening(
                name, at, title(task.key), task.key, lifecycle, task.record_id, person, task.role, task=task.pk
            )
