"""The open tasks of a record, as the console's page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.workflow.engine.lateness import who
from modules.workflow.flows import flow_of
from modules.workflow.graph import Outcome, TaskNode, Words, WorkflowGraph
from modules.workflow.models import Task
from modules.workflow.panels.hands import LOADED, Deed, Hands, hands_of
from modules.workflow.people.rights import has_role, may_change
from modules.workflow.selectors import open_tasks_of, people_for, task_reasons
from modules.workflow.words.people import role_title

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
    notes: Sequence[str] = ()
    """From whom it is, for whom, what is proposed, what it waits for."""
    deeds: Sequence[Deed] = ()
    """What else its reader may do with it."""


def tasks_of(record: Any, actor: Actor, at: datetime) -> list[OpenTask]:
    """The open tasks, in the order in which they opened."""
    graph = flow_of(record).graph_for(record)
    tasks = list(open_tasks_of(record).select_related(*LOADED))
    circumstances = hands_of(tasks, actor, recalls=True)
    reasons = task_reasons(tasks, actor, [record])
    people: dict[str, list[Person]] = {}
    found = []
    for task in tasks:
        can_give = _may_give(record, task, actor)
        if can_give and task.role not in people:
            people[task.role] = [Person(person.pk, str(person)) for person in people_for(task)[:MOST_PEOPLE]]
        others = [person for person in people[task.role] if person.id != task.person_id] if can_give else []
        node = next((node for node in graph.tasks if node.key == task.key), None)
        hands = circumstances.of(task, node, record)
        found.append(_task(graph, record, task, actor, at, reasons.get(task.pk, ""), others, hands))
    return found


def _may_give(record: Any, task: Task, actor: Actor) -> bool:
    """Whether the actor may give the task to somebody: its holder, the role's people, who may change the record."""
    is_mine = actor.user_id is not None and task.person_id == actor.user_id
    return is_mine or (bool(task.role) and has_role(actor, task.role)) or may_change(record, actor)


def _task(
    graph: WorkflowGraph,
    record: Any,
    task: Task,
    actor: Actor,
    at: datetime,
    reason: str,
    people: Sequence[Person],
    hands: Hands,
) -> OpenTask:
    node = next((node for node in graph.tasks if node.key == task.key), None)
    is_mine = actor.user_id is not None and task.person_id == actor.user_id
    is_free = _is_free(record, task, actor)
    finishing = next((way for way in graph.transitions if way.completes == task.key and way.kind != "task"), None)
    may_finish = (is_mine or is_free) and finishing is None and not (reason or task.question)
    asks = may_finish and node is not None and bool(node.form)
    outcomes = node.outcomes if node else ()
    return OpenTask(
        task.pk,
        task_title(task, node),
        holder_of(task, actor),
        task.due_at,
        task.due_at is not None and task.due_at < at,
        claim_url=address(task, "claim") if is_free and not reason else "",
        release_url=address(task, "release") if is_mine and task.role else "",
        complete_url=address(task, "complete") if may_finish and not asks else "",
        assign_url=address(task, "assign") if people else "",
        outcomes=outcomes,
        forms=[(end.title, reverse("workflow:task_finish", args=[task.pk, end.name])) for end in outcomes if asks],
        done_by=str(finishing.title) if finishing and not task.question else "",
        reason=reason,
        people=people,
        notes=hands.notes,
        deeds=hands.deeds,
    )


def _is_free(record: Any, task: Task, actor: Actor) -> bool:
    """Whether the actor may take the task: of a role of theirs, or nobody's on a record that they may change."""
    if task.person_id is not None or task.email:
        return False
    return has_role(actor, task.role) if task.role else may_change(record, actor)


def task_title(task: Task, node: TaskNode | None) -> Words:
    """What there is to do; of a question, about what."""
    title = node.title if node else task.key
    return _("Question: {task}").format(task=title) if task.question else title


def address(task: Task, deed: str) -> str:
    """Where a task is claimed, released, completed or given to somebody."""
    return reverse(f"workflow:task_{deed}", args=[task.pk])


def holder_of(task: Task, reader: Actor) -> str:
    """Who has the task, or for which role it waits."""
    if task.person is not None:
        return who(task.person_id, task.person.name or task.person.email, reader)
    if task.email:
        return task.email
    if not task.role:
        return _("for nobody yet")
    return _("for {role}").format(role=role_title(task.role))
