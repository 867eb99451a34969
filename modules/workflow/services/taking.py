"""Taking a task of one's role, and giving it back."""

from datetime import datetime

from modules.core.actors import Actor
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.errors import TaskNotYours
from modules.workflow.models import Task
from modules.workflow.services.hands import check_eyes, check_hands, check_once, hand_over, in_hand


def claim(task: Task, *, actor: Actor, at: datetime) -> Task:
    """Take a task of one's role; taking one's own again is harmless.

    TaskClosed, TaskTaken, TaskNotYours, AlreadyAnswered, or SamePerson where somebody else must do it.
    """
    with in_hand(task, actor, at) as (run, found):
        check_hands(run, found, actor)
        if actor.user is None:
            raise TaskNotYours
        check_eyes(run, found, actor)
        if found.person_id != actor.user_id:
            check_once(run, found, actor, seated=True)
            hand_over(run, found, TaskDeed.CLAIM, actor.user)
        elif found.claimed_at is None:
            Task.objects.filter(pk=found.pk).update(claimed_at=at)
    task.refresh_from_db()
    return task


def release(task: Task, *, actor: Actor, at: datetime) -> Task:
    """Give a task that one has taken back to its role."""
    with in_hand(task, actor, at) as (run, found):
        is_mine = actor.user is not None and found.person_id == actor.user_id
        if not is_mine or not found.role or found.status != TaskStatus.OPEN:
            raise TaskNotYours
        hand_over(run, found, TaskDeed.RELEASE, None, delegated_by=None)
    task.refresh_from_db()
    return task
