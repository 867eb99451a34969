"""Who is away, and who does their tasks meanwhile."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from modules.core.actors import SYSTEM, Actor
from modules.core.audit import audit
from modules.core.messages import notify
from modules.workflow.choices import TaskDeed, TaskStatus
from modules.workflow.engine.running import run_on
from modules.workflow.errors import AbsenceOverlaps, NobodyStandsIn, RecordGone
from modules.workflow.flows import find_flow
from modules.workflow.messages import TaskGiven
from modules.workflow.models import Absence, Task
from modules.workflow.people.assignments.presence import holders_at
from modules.workflow.services.hands import may_stand_in

if TYPE_CHECKING:
    from modules.accounts.models import User

BATCH = 100


def absences_of(user: "User", at: datetime) -> QuerySet[Absence]:
    """Those that are not over, first one first."""
    return Absence.objects.filter(person=user, ends_at__gt=at).select_related("substitute").order_by("starts_at", "pk")


def overlapping(person: "User", starts_at: datetime, ends_at: datetime, but: int | None = None) -> QuerySet[Absence]:
    """The person's other absences within a span."""
    found = Absence.objects.filter(person=person, starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at")
    return found.exclude(pk=but) if but else found


def days_of(absence: Absence) -> tuple[str, str]:
    """Its first and its last day where the reader is."""
    first, last = timezone.localdate(absence.starts_at), timezone.localdate(absence.ends_at - timedelta(seconds=1))
    return f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"


def lock_person(person: "User") -> None:
    """One at a time plans for a person; no key is locked: who stands in for them may plan their own meanwhile."""
    people = get_user_model()._default_manager.select_for_update(no_key=True)
    people.filter(pk=person.pk).values_list("pk", flat=True).first()


def plan_absence(
    person: "User", substitute: "User", starts_at: datetime, ends_at: datetime, *, actor: Actor, at: datetime,
    absence: Absence | None = None,
) -> Absence:  # fmt: skip
    """Say when somebody is away and who stands in. AbsenceOverlaps, NobodyStandsIn."""
    with transaction.atomic():
        lock_person(person)
        other = overlapping(person, starts_at, ends_at, absence.pk if absence else None).first()
        if other is not None:
            since, until = days_of(other)
            raise AbsenceOverlaps(since=since, until=until)
        if not (substitute.is_active and substitute.is_staff) or substitute.pk == person.pk:
            raise NobodyStandsIn(who=str(substitute))
        kept = absence or Absence(person=person)
        kept.substitute, kept.starts_at, kept.ends_at = substitute, starts_at, ends_at
        kept.save()
        audit(kept, "changed" if absence else "created", actor=actor, at=at, changes=_told(kept))
    return kept


def _told(absence: Absence) -> dict[str, list[str]]:
    return {
        "substitute": ["", str(absence.substitute)],
        "starts_at": ["", absence.starts_at.isoformat()],
        "ends_at": ["", absence.ends_at.isoformat()],
    }


def end_absence(absence: Absence, *, actor: Actor, at: datetime) -> None:
    """End one that has begun now, and forget one that has not."""
    with transaction.atomic():
        audit(absence, "removed" if absence.starts_at >= at else "ended", actor=actor, at=at)
        if absence.starts_at >= at:
            absence.delete()
        else:
            Absence.objects.filter(pk=absence.pk, ends_at__gt=at).update(ends_at=at)


# What the ticker does


def hand_over_due(at: datetime) -> int:
    """Give the open tasks of who has gone to their substitutes, and untouched ones back to who has come; how many."""
    moved = 0
    begun = Absence.objects.filter(starts_at__lte=at, ends_at__gt=at, handed_over_at__isnull=True)
    for absence in begun.order_by("pk")[:BATCH]:
        moved += _hand_over(absence, at)
    over = Absence.objects.filter(ends_at__lte=at, handed_back_at__isnull=True)
    for absence in over.order_by("pk")[:BATCH]:
        moved += _hand_back(absence, at)
    return moved


def _hand_over(absence: Absence, at: datetime) -> int:
    """A killed worker's absence is looked at again: what was moved already is not the person's any more."""
    moved = 0
    for task in Task.objects.filter(status=TaskStatus.OPEN, person=absence.person_id).order_by("pk"):
        holder = holders_at([absence.person_id], at)[absence.person_id]
        if holder.person is not None and holder.stands_in_for is not None:
            who = {"person": holder.person, "stands_in_for": task.stands_in_for_id or absence.person_id}
            moved += _move(task, absence.person_id, who, TaskDeed.STAND_IN, at)
    Absence.objects.filter(pk=absence.pk).update(handed_over_at=at)
    return moved


def _hand_back(absence: Absence, at: datetime) -> int:
    moved, person = 0, absence.person_id
    if holders_at([person], at)[person].person == person:
        asked = Q(question="", asked_by__isnull=True)
        left = Task.objects.filter(
            asked, status=TaskStatus.OPEN, stands_in_for=person, claimed_at__isnull=True, delegated_by__isnull=True,
            proposal="",
        )  # fmt: skip
        for task in left.exclude(person=None).order_by("pk"):
            moved += _move(task, task.person_id, {"person": person, "stands_in_for": None}, TaskDeed.HAND_BACK, at)
    Absence.objects.filter(pk=absence.pk).update(handed_back_at=at)
    return moved


def _move(task: Task, holder: int | None, who: Mapping[str, int | None], deed: TaskDeed, at: datetime) -> int:
    """Under the record's lock, unless somebody has finished or given the task meanwhile."""
    flow = find_flow(task.record_type)
    if flow is None:
        return 0
    with run_on(flow, task.record_id, actor=SYSTEM, at=at) as run:
        try:
            run.lock()
        except RecordGone:
            return 0
        person = who["person"]
        if deed == TaskDeed.STAND_IN and person is not None and not may_stand_in(run, task, person):
            return 0
        fresh = Task.objects.filter(pk=task.pk, status=TaskStatus.OPEN, person=holder)
        columns = {f"{name}_id": value for name, value in who.items()}
        if task.delegated_by_id is not None and task.delegated_by_id == who["person"]:
            columns |= {"delegated_by_id": None, "stands_in_for_id": None}  # it is back with whom it belongs to
        if not fresh.update(**columns, claimed_at=None):
            return 0
        run.note(f"{task.key}.{deed}", data={"_task": task.pk, "_from": holder, "_to": who["person"]})
        moved = Task.objects.get(pk=task.pk)
        notify(TaskGiven, moved, key=f"{moved.person_id}:{at.isoformat()}", at=at)
    return 1
