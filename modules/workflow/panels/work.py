"""The open tasks and timers of a record, as the console's page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.core.manifest import manifests
from modules.workflow.flows import flow_of
from modules.workflow.graph import Outcome, Words, WorkflowGraph
from modules.workflow.lateness import who
from modules.workflow.models import Task, Timer
from modules.workflow.rights import has_role, may_change
from modules.workflow.selectors import open_tasks_of, people_for, task_reasons, timers_of

MOST_PEOPLE = 100


@dataclass(frozen=True)
class Person:
    """Somebody whom a task may be given to."""

    id: int
    name: str


@dataclass(frozen=True)
class OpenTask:
    """A task with what its reader may do with it."""

    id: int
    title: Words
    holder: str
    due_at: datetime | None
    is_late: bool
    claim_url: str = ""
    release_url: str = ""
    complete_url: str = ""
    assign_url: str = ""
    outcomes: Sequence[Outcome] = ()
    forms: Sequence[tuple[Words, str]] = ()
    """Where finishing asks for something: the words of each outcome and where its form is."""
    done_by: str = ""
    """Where a transition completes the task: the words of that transition."""
    reason: str = ""
    """Why its reader may not do it although it is theirs (four eyes)."""
    people: Sequence[Person] = ()


@dataclass(frozen=True)
class OpenTimer:
    """What time will do, and when."""

    title: Words
    due_at: datetime
    target: Words
    error: str


def tasks_of(record: Any, actor: Actor, at: datetime) -> list[OpenTask]:
    """The open tasks, in the order in which they opened."""
    graph = flow_of(record).graph
    tasks = list(open_tasks_of(record).select_related("person"))
    reasons = task_reasons(tasks, actor)
    people: dict[str, list[Person]] = {}
    found = []
    for task in tasks:
        can_give = _may_give(record, task, actor)
        if can_give and task.role not in people:
            people[task.role] = [Person(person.pk, str(person)) for person in people_for(task)[:MOST_PEOPLE]]
        others = [person for person in people[task.role] if person.id != task.person_id] if can_give else []
        found.append(_task(graph, task, actor, at, reasons.get(task.pk, ""), others))
    return found


def _may_give(record: Any, task: Task, actor: Actor) -> bool:
    """Whether the actor may give the task to somebody: its holder, the role's people, who may change the record."""
    is_mine = actor.user_id is not None and task.person_id == actor.user_id
    return is_mine or (bool(task.role) and has_role(actor, task.role)) or may_change(record, actor)


def _task(
    graph: WorkflowGraph, task: Task, actor: Actor, at: datetime, reason: str, people: Sequence[Person]
) -> OpenTask:
    node = next((node for node in graph.tasks if node.key == task.key), None)
    is_mine = actor.user_id is not None and task.person_id == actor.user_id
    is_free = task.person_id is None and bool(task.role) and has_role(actor, task.role)
    finishing = next((way for way in graph.transitions if way.completes == task.key and way.kind != "task"), None)
    may_finish = (is_mine or is_free) and finishing is None and not reason
    asks = may_finish and node is not None and bool(node.form)
    outcomes = node.outcomes if node else ()
    return OpenTask(
        task.pk,
        node.title if node else task.key,
        holder_of(task, actor),
        task.due_at,
        task.due_at is not None and task.due_at < at,
        claim_url=address(task, "claim") if is_free and not reason else "",
        release_url=address(task, "release") if is_mine and task.role else "",
        complete_url=address(task, "complete") if may_finish and not asks else "",
        assign_url=address(task, "assign") if people else "",
        outcomes=outcomes,
        forms=[(end.title, reverse("workflow:task_finish", args=[task.pk, end.name])) for end in outcomes if asks],
        done_by=str(finishing.title) if finishing else "",
        reason=reason,
        people=people,
    )


def address(task: Task, deed: str) -> str:
    """Where a task is claimed, released, completed or given to somebody."""
    return reverse(f"workflow:task_{deed}", args=[task.pk])


def holder_of(task: Task, reader: Actor) -> str:
    """Who has the task, or for which role it waits."""
    if task.person is not None:
        return who(task.person_id, task.person.name or task.person.email, reader)
    module, _dot, name = task.role.partition(".")
    manifest = manifests.get(module)
    title = manifest.role_titles.get(name) if manifest else None
    return _("for {role}").format(role=title or name.replace("_", " "))


def timers_shown(record: Any) -> list[OpenTimer]:
    """The timers of the record's state, first due first."""
    graph = flow_of(record).graph
    return [_timer(graph, timer) for timer in timers_of(record)]


def _timer(graph: WorkflowGraph, timer: Timer) -> OpenTimer:
    if not graph.has_transition(timer.transition):
        return OpenTimer(timer.transition, timer.due_at, "", timer.error)
    way = graph.transition(timer.transition)
    return OpenTimer(way.title, timer.due_at, graph.state(way.target).title, timer.error)
