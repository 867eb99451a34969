"""Slips that several people look at: a workflow with one task in the state `open`, and the people of an office."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.models import OutboxMessage
from modules.workflow.api import start
from modules.workflow.graph import ActorRule, Outcome, TaskNode, Transition
from modules.workflow.models import HistoryEntry, Task
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.app.slips import SlipFlow
from tests.workflow.clocks import GRAPH, WAYS, go

ROLE = "parcels.voter"
OUTCOMES = (Outcome("yes", "Yes", "done"), Outcome("perhaps", "Perhaps"), Outcome("no", "No", "aside"))
Office = Callable[..., Slip]


def role(kind: str = "role", value: str = ROLE) -> ActorRule:
    return ActorRule(kind, value)  # type: ignore[arg-type]


def review(*assign: ActorRule, **changes: Any) -> TaskNode:
    """The task `review` with three outcomes: yes ends it, perhaps stays, no puts the slip aside."""
    first, *others = assign
    parts = {"states": ("open",), "outcomes": OUTCOMES, "also": tuple(others), **changes}
    return TaskNode("review", "Review", assign=first, **parts)


@pytest.fixture
def slip_for(db: None, at: datetime) -> Iterator[Office]:
    """A slip in the state `open` with this task; other keywords are its fields."""
    flow = SlipFlow.flow

    def make(node: TaskNode, *, when: datetime | None = None, actor: Actor = SYSTEM, **fields: Any) -> Slip:
        ways = [
            Transition(
                f"review.{end.name}", end.title, node.states, end.target, "task", node.assignees, completes=node.key,
                undo=end.undo,
            )
            for end in node.outcomes
            if end.target
        ]  # fmt: skip
        flow.use(replace(GRAPH, transitions=(*WAYS, *ways), tasks=(node,), owner="customer"))
        slip = Slip.objects.create(amount=500, state="new", **fields)
        start(slip, actor=SYSTEM, at=when or at)
        go(slip, "open", when or at)
        return slip

    yield make
    flow.forget()


@pytest.fixture
def voters(db: None) -> list[User]:
    """Three clerks with the role."""
    return [staff(f"Voter {number}", ROLE) for number in range(3)]


def staff(name: str, *roles: str, **traits: Any) -> User:
    from tests.workflow.conftest import role_group  # which takes its fixtures from here

    user = UserFactory.create(is_staff=True, name=name, **traits)
    for key in roles:
        user.groups.add(role_group(key))
    return user


def seats(slip: Slip, status: str = "open") -> list[Task]:
    """The record's tasks in order."""
    rows = Task.objects.filter(record_type="parcels.slip", record_id=slip.pk, status=status)
    return list(rows.order_by("position", "pk"))


def held(slip: Slip) -> list[int | None]:
    """Who has the open tasks."""
    return [task.person_id for task in seats(slip)]


def told(slip: Slip) -> list[tuple[str, Any]]:
    """The last steps of the record with what was said, without what only the engine reads."""
    rows = HistoryEntry.objects.filter(record_type="parcels.slip", record_id=slip.pk).order_by("pk")
    return [
        (row.transition, {name: value for name, value in row.data.items() if name[0] != "_"}) for row in rows
    ][2:]  # fmt: skip


def messages_of(task: Task) -> list[str]:
    """The messages asked for about a task."""
    rows = OutboxMessage.objects.filter(effect="notifications.tell", payload__record_id=task.pk).order_by("pk")
    return [row.payload["message"] for row in rows]
