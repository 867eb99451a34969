"""What the engine itself tells people."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from modules.accounts.api import users_with_role
from modules.core.messages import EMAIL, IN_APP, WORK, Category, Message, Recipient, declare_category
from modules.workflow.choices import TaskStatus
from modules.workflow.flows import find_flow, graph_of
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task, TaskLink

ASKED = declare_category(
    Category("asked", _("What we ask of you"), _("You are asked to do something for us."), legal=True)
)
MOST_TOLD = 50
"""So many people of a role are told of a task that nobody has taken."""


def record_and_node(task: Task) -> tuple[Any, TaskNode | None]:
    """The record of a task, and what the version says on which it runs."""
    flow = find_flow(task.record_type)
    record = None if flow is None else flow.model._default_manager.filter(pk=task.record_id).first()
    if flow is None or record is None:
        return record, None
    return record, next((node for node in flow.graph_for(record).tasks if node.key == task.key), None)


class _AboutTask(Message):
    """Told in the bell about a task; it leads to the record."""

    @classmethod
    def context(cls, record: Task) -> Mapping[str, Any]:
        about, node = record_and_node(record)
        outcomes = {end.name: end.title for end in node.outcomes} if node else {}
        return {
            "task": node.title if node else record.key,
            "subject": f"{about._meta.verbose_name} {about}" if about is not None else "",
            "outcome": outcomes.get(record.proposal, record.proposal),
            "is_fired": about is not None and bool(graph_of(about).completing(record.key)),
            "due_at": record.due_at,
            "question": record.question,
            "answer": record.reason if record.question else "",
            "absent": str(record.stands_in_for) if record.stands_in_for_id else "",
        }

    @classmethod
    def url(cls, record: Task) -> str:
        from modules.workflow.views.console import page_of

        flow = find_flow(record.record_type)
        return (page_of(flow.model, record.record_id) if flow is not None else "") or "/console/"


def _holder(task: Task, why: Any) -> Sequence[Recipient]:
    """Who has the task, as long as it is open."""
    if task.person_id is None or task.status != TaskStatus.OPEN:
        return []
    return [Recipient(user_id=task.person_id, why=why)]


def _whose_it_is(task: Task, why: Any) -> Sequence[Recipient]:
    """Who has the task, or everybody who could take it."""
    if task.person_id is not None or not task.role or task.status != TaskStatus.OPEN:
        return _holder(task, why)
    people = users_with_role(task.role).values_list("pk", flat=True)[:MOST_TOLD]
    return [Recipient(user_id=person, why=why) for person in people]


class TaskGiven(_AboutTask):
    """Told in the bell to whom a colleague has given a task, as long as they still have it."""

    key, category, channels, model = "workflow.task_given", WORK.key, [IN_APP], "workflow.Task"
    title, template = _("A task is given to you"), "workflow/email/task_given"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        return _holder(record, _("was given the task"))


class TaskDelegated(_AboutTask):
    """Told to whom a colleague has delegated a task."""

    key, category, channels, model = "workflow.task_delegated", WORK.key, [IN_APP], "workflow.Task"
    title, template = _("A task is delegated to you"), "workflow/email/task_delegated"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        return _holder(record, _("was delegated the task"))


class TaskReturned(_AboutTask):
    """Told to who delegated a task that it is back, to be confirmed."""

    key, category, channels, model = "workflow.task_returned", WORK.key, [IN_APP], "workflow.Task"
    title, template = _("A delegated task is back"), "workflow/email/task_returned"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        return _holder(record, _("delegated the task"))


class TaskDoneForYou(_AboutTask):
    """Told to who delegated a task that it is done; there is nothing to confirm."""

    key, category, channels, model = "workflow.task_done_for_you", WORK.key, [IN_APP], "workflow.Task"
    title, template = _("A delegated task is done"), "workflow/email/task_done_for_you"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        if record.delegated_by_id is None or record.status != TaskStatus.DONE:
            return []
        return [Recipient(user_id=record.delegated_by_id, why=_("delegated the task"))]


class TaskAsked(_AboutTask):
    """Told to whom a colleague has asked a question about a task."""

    key, category, channels, model = "workflow.task_asked", WORK.key, [IN_APP], "workflow.Task"
    title, template = _("A question to you"), "workflow/email/task_asked"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        return _holder(record, _("was asked"))


class TaskAnswered(_AboutTask):
    """Told to who asked a question that there is an answer, and to who has the task by now."""

    key, category, channels, model = "workflow.task_answered", WORK.key, [IN_APP], "workflow.Task"
    title, template = _("Your question is answered"), "workflow/email/task_answered"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        if record.asked_by_id is None:
            return []
        beside = Task.objects.filter(pk=int(record.seat[1:]), status=TaskStatus.OPEN).first()
        holder = None if beside is None or beside.person_id in (None, record.asked_by_id) else beside.person_id
        asking = Recipient(user_id=record.asked_by_id, why=_("asked the question"))
        return [asking, Recipient(user_id=holder, why=_("has the task"))] if holder is not None else [asking]


class TaskReminder(_AboutTask):
    """Reminds whoever has a task, or could take it."""

    key, category, channels, model = "workflow.task_reminder", WORK.key, [IN_APP, EMAIL], "workflow.Task"
    title, template = _("A task waits for you"), "workflow/email/task_reminder"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        return _whose_it_is(record, _("has the task, or could take it"))


class TaskEscalated(_AboutTask):
    """Told to whom a task goes because it was not done in time."""

    key, category, channels, model = "workflow.task_escalated", WORK.key, [IN_APP, EMAIL], "workflow.Task"
    title, template = _("A late task is yours now"), "workflow/email/task_escalated"

    @staticmethod
    def to(record: Task) -> Sequence[Recipient]:
        return _whose_it_is(record, _("gets what was not done in time"))


class _ByLink(Message):
    """Mailed to somebody outside, with the link to the one thing they are asked to do."""

    @staticmethod
    def to(record: TaskLink) -> Sequence[Recipient]:
        if record.revoked_at is not None or record.task.status != TaskStatus.OPEN:
            return []
        return [Recipient(email=record.email, why=_("is asked to do the task"))]

    @classmethod
    def context(cls, record: TaskLink) -> Mapping[str, Any]:
        from modules.workflow.people.links import address_of

        return {**_AboutTask.context(record.task), "link": address_of(record), "expires_at": record.expires_at}

    @classmethod
    def url(cls, record: TaskLink) -> str:
        from modules.workflow.people.links import address_of

        return address_of(record)


class WorkForYou(_ByLink):
    """The link to what somebody outside is asked to do."""

    key, category, channels, model = "workflow.work_for_you", ASKED.key, [EMAIL], "workflow.TaskLink"
    title, template = _("Something for you to do"), "workflow/email/work_for_you"


class WorkReminder(_ByLink):
    """The same once more."""

    key, category, channels, model = "workflow.work_reminder", ASKED.key, [EMAIL], "workflow.TaskLink"
    title, template = _("Something still waits for you"), "workflow/email/work_reminder"
