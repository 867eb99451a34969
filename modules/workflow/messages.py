"""What the engine itself tells people."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from modules.core.messages import IN_APP, WORK, Message, Recipient
from modules.workflow.choices import TaskStatus
from modules.workflow.flows import find_flow
from modules.workflow.models import Task


class TaskGiven(Message):
    """Told in the bell to whom a colleague has given a task, as long as they still have it."""

    key, category, channels, model = "workflow.task_given", WORK.key, [IN_APP], "workflow.Task"
    title, template = _("A task is given to you"), "workflow/email/task_given"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        if record.person_id is None or record.status != TaskStatus.OPEN:
            return []
        return [Recipient(user_id=record.person_id, why=_("was given the task"))]

    @classmethod
    def context(cls, record: Task) -> Mapping[str, Any]:
        flow = find_flow(record.record_type)
        if flow is None:
            return {"task": record.key, "subject": ""}
        node = next((node for node in flow.graph.tasks if node.key == record.key), None)
        about = flow.model._default_manager.filter(pk=record.record_id).first()
        subject = f"{flow.model._meta.verbose_name} {about}" if about is not None else ""
        return {"task": node.title if node else record.key, "subject": subject, "due_at": record.due_at}

    @classmethod
    def url(cls, record: Task) -> str:
        from modules.workflow.views.console import page_of

        flow = find_flow(record.record_type)
        return (page_of(flow.model, record.record_id) if flow is not None else "") or "/console/"
