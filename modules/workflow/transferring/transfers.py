"""A transfer as a whole: written down, done by a job that can be stopped and resumed, taken back by another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from modules.core.actors import SYSTEM, Actor
from modules.core.choices import JobItemState
from modules.core.errors import NotAllowed
from modules.core.jobs import record_ids, start_job
from modules.core.models import Job, JobItem
from modules.workflow.choices import DefinitionStatus, TransferItemState, TransferState
from modules.workflow.engine.running import run_on
from modules.workflow.errors import Refused, Unmapped
from modules.workflow.flows import Flow, find_flow, flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, Transfer, TransferItem
from modules.workflow.publishing import current
from modules.workflow.publishing.publish import (
    lock_versions,
    may_publish,
    publish,
    published_graph,
    retire_unused,
    withdraw,
)
from modules.workflow.transferring.carrying import carry
from modules.workflow.transferring.choices import Choices
from modules.workflow.transferring.mapping import missing, places_of, proposed_choices
from modules.workflow.transferring.returning import bring_back
from modules.workflow.transferring.turns import halt, refuse_meeting, refuse_over, take_turn

THERE, BACK = "workflow.transfer", "workflow.transfer_back"


def running_ids(flow: Flow, target: WorkflowGraph) -> Any:
    """The records of other versions that are not at an end."""
    rows = flow.model._default_manager.filter(state_since__isnull=False).exclude(workflow_version=target.version)
    for number in sorted(set(rows.order_by().values_list("workflow_version", flat=True).distinct())):
        ends = [state.key for state in (flow.version(number) or flow.current).graph.states if state.kind == "final"]
        rows = rows.exclude(workflow_version=number, state__in=ends)
    return rows.order_by("pk")


def prepare(definition: Definition, choices: Choices, *, actor: Actor, at: datetime) -> Transfer:
    """Publish the definition where it is not, and write down how records move to it.

    NotAllowed, StillMoving, Unmapped, Unsound.
    """
    if not may_publish(actor):
        raise NotAllowed
    with current.all_or_nothing(definition.key):
        before = _present(definition)
        lock_versions(definition.key)
        refuse_meeting(definition.key, at)
        whole = _whole(definition, choices)
        published = publish(definition, actor=actor, at=at, note=choices.reason)
        return Transfer.objects.create(
            key=published.key,
            target=published,
            previous=before,
            mapping={str(number): states for number, states in whole.mapping.items()},
            timers=whole.timers,
            overdue=whole.overdue,
            spread_hours=whole.spread_hours,
            reason=whole.reason,
            created_by=actor.user,
            created_at=at,
        )


def _whole(definition: Definition, choices: Choices) -> Choices:
    """The choices with what is proposed where nothing was chosen; Unmapped where nothing can be."""
    flow, target = find_flow(definition.key), published_graph(Definition.objects.get(pk=definition.pk))
    places = [] if flow is None else places_of(flow, target)
    whole = proposed_choices(places, choices)
    left_out = missing(places, whole.mapping, target)
    if left_out:
        raise Unmapped(states=", ".join(f"“{place.state.title}”" for place in left_out))
    return whole


def _present(definition: Definition) -> Definition | None:
    """What new records start on now, as it is stored; nothing where the definition itself is that."""
    try:
        graph = flow_of(definition.key).graph
    except LookupError:
        return None
    found = Definition.objects.filter(key=graph.key, version=graph.version).exclude(pk=definition.pk)
    return found.exclude(status=DefinitionStatus.DRAFT).order_by("status", "-pk").first()


def start_transfer(transfer: Transfer, *, actor: Actor, at: datetime) -> Job:
    """Begin to move the records; a transfer that has a job gives that. StillMoving."""
    if not take_turn(transfer, at) and transfer.job is not None:
        return transfer.job
    flow, target = flow_of(transfer.key), WorkflowGraph.from_data(transfer.target.graph)
    title = _("{workflow}: records to version {number}").format(workflow=target.title, number=target.version)
    job = start_job(
        THERE, title=title, items=record_ids(running_ids(flow, target)), data={"transfer": transfer.pk}, actor=actor,
        at=at, record_type=target.record_type,
    )  # fmt: skip
    transfer.job = job
    transfer.save(update_fields=["job"])
    return job


def start_return(transfer: Transfer, *, actor: Actor, at: datetime, reason: str = "") -> Job:
    """Begin to move back what was moved and has not gone on since; new records start on the earlier version again.

    A transfer that is still at it is stopped first; one that has a way back gives that. NotAllowed, StillMoving.
    """
    if not may_publish(actor):
        raise NotAllowed
    with current.all_or_nothing(transfer.key):
        transfer.refresh_from_db()
        halt(transfer, actor=actor, at=at)
        lock_versions(transfer.key)
        transfer.refresh_from_db()
        if transfer.undo_job is not None:
            return transfer.undo_job
        refuse_meeting(transfer.key, at, but=transfer)
        withdraw(transfer.target, actor=actor, at=at, instead=transfer.previous)
        transfer.undo_job = _return_job(transfer, actor=actor, at=at, reason=reason)
        transfer.save(update_fields=["undo_job"])
        return transfer.undo_job


def _return_job(transfer: Transfer, *, actor: Actor, at: datetime, reason: str) -> Job:
    title = _("{workflow}: records back from version {number}")
    moved = transfer.items.filter(status=TransferItemState.MOVED).order_by("pk")
    return start_job(
        BACK, title=title.format(workflow=flow_of(transfer.key).graph.title, number=transfer.target.version),
        items=list(moved.values_list("record_id", flat=True)), data={"transfer": transfer.pk, "reason": reason},
        actor=actor, at=at, record_type=transfer.target.record_type,
    )  # fmt: skip


def transfers_of(key: str) -> Any:
    """The transfers of a workflow, newest first."""
    return Transfer.objects.filter(key=key).select_related("target", "job", "undo_job", "created_by").order_by("-pk")


# The jobs


def move_there(job: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Move some records, each in its own savepoint under its lock, planned as it stands at that moment."""
    current.refresh()
    transfer = Transfer.objects.select_related("target").get(pk=job.data["transfer"])
    refuse_over(transfer)
    flow, choices = flow_of(transfer.key), Choices.of(transfer)
    version = flow.version(transfer.target.version) or flow.current
    for item in items:
        pk = int(item.record_id or 0)
        turn = choices.turn(at, item.position - 1, job.total)
        try:
            with run_on(flow, pk, actor=_actor(job), at=at, version=version) as run:
                move = carry(run, flow, choices, turn=turn, key=str(transfer.pk), number=transfer.pk)
        except Refused as refusal:
            item.state, item.message = JobItemState.REFUSED, str(refusal)
            _write(transfer, pk, TransferItemState.LEFT, str(refusal))
            continue
        if move is None:
            item.message = _("It is there already, or at its end.")
            continue
        item.message = f"{move.carried.source_title} → {move.carried.target_title}"
        _write(transfer, pk, TransferItemState.MOVED, " ".join(move.carried.warnings), move.before, move.after)


def move_back(job: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Move some records back; one that has gone on since stays, and says with which step."""
    current.refresh()
    transfer = Transfer.objects.select_related("target").get(pk=job.data["transfer"])
    flow = flow_of(transfer.key)
    target = flow.version(transfer.target.version) or flow.current
    rows = {row.record_id: row for row in transfer.items.filter(record_id__in=[item.record_id for item in items])}
    for item in items:
        row = rows[int(item.record_id or 0)]
        if row.status != TransferItemState.MOVED:
            continue
        earlier = flow.version(row.before["version"]) or flow.current
        try:
            with run_on(flow, row.record_id, actor=_actor(job), at=at, version=target) as run:
                bring_back(run, row, earlier, reason=job.data.get("reason", ""))
        except Refused as refusal:
            item.state, item.message = JobItemState.REFUSED, str(refusal)
            TransferItem.objects.filter(pk=row.pk).update(message=str(refusal))
            continue
        TransferItem.objects.filter(pk=row.pk).update(status=TransferItemState.RETURNED, message="")


def finish_there(job: Job, at: datetime) -> None:
    """Every record has been looked at."""
    Transfer.objects.filter(pk=job.data["transfer"], undo_job=None).update(state=TransferState.DONE)
    retire_unused(Transfer.objects.get(pk=job.data["transfer"]).key)


def finish_back(job: Job, at: datetime) -> None:
    """What could be moved back is back."""
    Transfer.objects.filter(pk=job.data["transfer"]).update(state=TransferState.UNDONE)


def _actor(job: Job) -> Actor:
    return Actor.of(job.actor) if job.actor is not None else SYSTEM


def _write(transfer: Transfer, pk: int, status: str, message: str, before: Any = None, after: Any = None) -> None:
    TransferItem.objects.update_or_create(
        transfer=transfer, record_id=pk,
        defaults={"status": status, "message": message, "before": before or {}, "after": after or {}},
    )  # fmt: skip
