"""Signed links by which somebody outside does one task: made, mailed, opened, withdrawn, made anew."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.core import signing
from django.urls import reverse

from modules.core.actors import Actor
from modules.core.messages import notify
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.engine.running import run_on
from modules.workflow.errors import TaskClosed, TaskNotYours, WorkLinkExpired, WorkLinkUnknown
from modules.workflow.flows import flow_of
from modules.workflow.messages import WorkForYou, WorkReminder
from modules.workflow.models import Task, TaskLink
from modules.workflow.people.rights import may_change

_SALT = "workflow.task_link"


def lifetime() -> timedelta:
    """How long a link holds: `WORK_LINK_DAYS`."""
    return timedelta(days=settings.WORK_LINK_DAYS)


def invite(task_id: int, email: str, *, at: datetime) -> TaskLink:
    """Make the link of a task and mail it, in the transaction of its cause; the ones before it are worth nothing."""
    withdraw(task_id, at=at)
    link = TaskLink.objects.create(
        task_id=task_id, nonce=token_urlsafe(24), email=email, created_at=at, expires_at=at + lifetime()
    )
    notify(WorkForYou, link, key="invited", at=at)
    return link


def withdraw(task_id: int, *, at: datetime) -> int:
    """Let the links of a task open nothing any more, because it is somebody else's now; how many that were."""
    return TaskLink.objects.filter(task_id=task_id, revoked_at__isnull=True).update(revoked_at=at)


def remind_by_mail(task: Task, *, at: datetime, key: str) -> None:
    """Mail the link once more; a new one where it has expired."""
    link = link_of(task)
    if link is None or link.expires_at <= at:
        invite(task.pk, task.email, at=at)
    else:
        notify(WorkReminder, link, key=key, at=at)


def link_of(task: Task) -> TaskLink | None:
    """The newest link of a task that nobody has withdrawn."""
    return TaskLink.objects.filter(task=task, revoked_at__isnull=True).order_by("-pk").first()


def address_of(link: TaskLink) -> str:
    """The whole address of a link. It is signed, so that nobody can try numbers, and names nothing but the link."""
    token = signing.dumps([link.pk, link.nonce], salt=_SALT)
    return f"{settings.BASE_URL}{reverse('workflow:work', args=[token])}"


def open_link(token: str, at: datetime) -> TaskLink:
    """The link of a token; WorkLinkUnknown (also when it was withdrawn), WorkLinkExpired unless its work is done."""
    try:
        number, nonce = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise WorkLinkUnknown from error
    link = TaskLink.objects.select_related("task").filter(pk=number, nonce=nonce, revoked_at__isnull=True).first()
    if link is None:
        raise WorkLinkUnknown
    if link.expires_at <= at and link.task.status == TaskStatus.OPEN:
        raise WorkLinkExpired
    return link


def guest_of(link: TaskLink) -> Actor:
    """Who acts by a link: the address it was sent to, with the one record it opens."""
    return Actor.guest(link.email, grants=frozenset({f"{link.task.record_type}:{link.task.record_id}"}))


def mark_used(link: TaskLink, at: datetime) -> None:
    """Keep when the link did its work first."""
    TaskLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=at)


def revoke(task: Task, *, actor: Actor, at: datetime) -> None:
    """Withdraw the link of a task; TaskNotYours for who may not change the record."""
    with run_on(flow_of(task.record_type), task.record_id, actor=actor, at=at) as run:
        run.lock()
        if not (actor.is_system or may_change(run.record, actor)):
            raise TaskNotYours
        if withdraw(task.pk, at=at):
            run.note(f"{task.key}.{TaskDeed.REVOKE}", data={"_task": task.pk, "email": task.email})


def renew(task: Task, *, actor: Actor, at: datetime) -> TaskLink:
    """Mail a new link in place of the old one; TaskNotYours, TaskClosed."""
    with run_on(flow_of(task.record_type), task.record_id, actor=actor, at=at) as run:
        run.lock()
        found = Task.objects.get(pk=task.pk)
        if not found.email or not (actor.is_system or may_change(run.record, actor)):
            raise TaskNotYours
        if found.status != TaskStatus.OPEN:
            raise TaskClosed(status=TaskStatus(found.status).label)
        link = invite(found.pk, found.email, at=at)
        run.note(f"{found.key}.{TaskDeed.INVITE}", data={"_task": found.pk, "email": found.email})
    return link
