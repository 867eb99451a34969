"""A delegated task that a transition has completed: done for somebody, who is told and has nothing to confirm."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from modules.core.actors import Actor
from modules.core.messages import notify
from modules.workflow.choices import TaskDeed
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task
from modules.workflow.people.four_eyes import called

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


def note(run: "Run", node: TaskNode, pk: int, giver: int) -> None:
    """Say in the history for whom the actor has done a task, and tell them.

    A transition has effects at once, so there is nothing to propose: to delegate is to let somebody do it.
    """
    from modules.workflow.messages import TaskDoneForYou

    whose = get_user_model()._default_manager.get(pk=giver)
    run.note(f"{node.key}.{TaskDeed.DONE_FOR}", data={"_task": pk, "_to": giver, "person": called(Actor.of(whose))})
    facts, key = {"giver": called(run.actor)}, f"{giver}:{run.at.isoformat()}"
    notify(TaskDoneForYou, Task.objects.get(pk=pk), key=key, at=run.at, facts=facts)
