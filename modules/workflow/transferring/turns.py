"""One move of a workflow at a time: while its records are on their way, no other begins, and one that is over stays so.

Locks are taken in one order, that of a job's slice: the job first, then the workflow's definitions, then the transfer.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.core.choices import JobState
from modules.core.jobs import may_stop, stop_job
from modules.core.models import Job
from modules.workflow.choices import TransferState
from modules.workflow.errors import Refused
from modules.workflow.models import Transfer
from modules.workflow.publishing.publish import lock_versions

AT_WORK = (JobState.QUEUED, JobState.RUNNING, JobState.STOPPING)
BEGINNING = timedelta(minutes=10)
"""So long a transfer may take to write down its records; what has no job by then was cut off."""


class StillMoving(Refused):
    """Records of the workflow are on their way: two moves at once would send them past each other."""

    code = "still_moving"
    words = _(
        "Records of this workflow are being moved at the moment: {title} ({done} of {total} done). "
        "Let it end, or stop it first."
    )


class MoveOver(Refused):
    """A stopped move is resumed after it was taken back, or after another one."""

    code = "move_over"
    words = _("This move is over: it was taken back, or another one has begun since.")


def refuse_meeting(key: str, at: datetime, *, but: Transfer | None = None) -> None:
    """StillMoving while another transfer of the workflow is at work. Call it with the versions locked."""
    others = Transfer.objects.filter(key=key).exclude(pk=0 if but is None else but.pk)
    working = Q(job__state__in=AT_WORK) | Q(undo_job__state__in=AT_WORK)
    beginning = Q(state=TransferState.RUNNING, job=None, created_at__gt=at - BEGINNING)
    other = others.filter(working | beginning).select_related("target", "job", "undo_job").order_by("-pk").first()
    if other is not None:
        job = other.undo_job or other.job
        raise StillMoving(
            title=str(other.target) if job is None else job.title,
            done=0 if job is None else job.done + job.refused + job.failed,
            total=0 if job is None else job.total,
        )


def take_turn(transfer: Transfer, at: datetime) -> bool:
    """Claim the beginning of a transfer; False where it has a job already. StillMoving."""
    with transaction.atomic():
        lock_versions(transfer.key)
        transfer.refresh_from_db()
        if transfer.job_id is not None:
            return False
        refuse_meeting(transfer.key, at, but=transfer)
        if transfer.state == TransferState.RUNNING and transfer.created_at > at - BEGINNING:
            raise StillMoving(title=str(transfer), done=0, total=0)
        transfer.state, transfer.created_at = TransferState.RUNNING, at
        transfer.save(update_fields=["state", "created_at"])
        return True


def halt(transfer: Transfer, *, actor: Actor, at: datetime) -> None:
    """Stop the transfer's own job where it is at work; what it has moved by now is written down."""
    if transfer.job_id is None:
        return
    job = Job.objects.select_for_update(of=("self",)).get(pk=transfer.job_id)
    if may_stop(job):
        stop_job(job, actor=actor, at=at)


def refuse_over(transfer: Transfer) -> None:
    """MoveOver where a transfer has been taken back, or another of its workflow has begun since."""
    later = Transfer.objects.filter(key=transfer.key, pk__gt=transfer.pk).exclude(state=TransferState.PREPARED)
    if transfer.undo_job_id is not None or later.exists():
        raise MoveOver
