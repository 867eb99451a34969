"""Whose turn it is among the people of a role: one after the other, or who has the least to do."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Count

from modules.accounts.api import users_with_role
from modules.workflow.choices import TaskStatus
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task, TaskTurn
from modules.workflow.people.assignments.presence import holders_at
from modules.workflow.people.four_eyes import barred_people

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


def next_of(run: "Run", node: TaskNode, role: str, taken: Collection[int] = ()) -> int | None:
    """The person after the one who was given this task last; None where nobody of the role may have it now.

    Who is away is passed over. The turn's row stays locked until the transaction ends, so that of two records entering
    the state at once the second one's goes to the next person.
    """
    turn = _locked(run, node, role)
    people = _available(run, node, role, taken)
    if not people:
        return None
    chosen = next((person for person in people if person > turn.person_id), people[0])
    TaskTurn.objects.filter(pk=turn.pk).update(person_id=chosen)
    return chosen


def least_loaded(run: "Run", node: TaskNode, role: str, taken: Collection[int] = ()) -> int | None:
    """The person with the fewest open tasks, of several the one with the oldest account; None as above."""
    turn = _locked(run, node, role)
    people = _available(run, node, role, taken)
    if not people:
        return None
    rows = Task.objects.filter(status=TaskStatus.OPEN, person__in=people).values_list("person").order_by()
    loads = dict(rows.annotate(Count("pk")))
    chosen = min(people, key=lambda person: (loads.get(person, 0), person))
    TaskTurn.objects.filter(pk=turn.pk).update(person_id=chosen)
    return chosen


def _locked(run: "Run", node: TaskNode, role: str) -> TaskTurn:
    about = {"record_type": run.graph.record_type, "key": node.key, "role": role}
    TaskTurn.objects.bulk_create([TaskTurn(**about)], ignore_conflicts=True)
    return TaskTurn.objects.select_for_update().get(**about)


def _available(run: "Run", node: TaskNode, role: str, taken: Collection[int]) -> list[int]:
    """The people of the role who are here, in order, without those whom four eyes keep away."""
    people = list(users_with_role(role).values_list("pk", flat=True))
    barred = barred_people(run.graph, run.plan.task_eyes.get(node.key, ()), run.record_id) | set(taken)
    people = [person for person in people if person not in barred]
    return [person for person, holder in holders_at(people, run.at).items() if holder.person == person]
