"""Incidents: an effect or a timer of a record that keeps failing, until somebody sees to it or it mends itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.outbox import requeue
from modules.core.subjects import Subject, subject_of
from modules.workflow.choices import IncidentKind, IncidentStatus
from modules.workflow.engine.called_off import called_off_by, entry_of
from modules.workflow.errors import IncidentClosed, NoReason, SteppedOff, TransitionNotAllowed
from modules.workflow.flows import find_flow
from modules.workflow.models import Incident, Timer

PERMISSION = "workflow.change_incident"
FAILING_ATTEMPTS = 3
"""A timer that fails, or that a guard puts off, once or twice is no trouble yet."""
AT_ONCE = 500


def sweep_incidents(at: datetime) -> int:
    """Open an incident for what was given up, close those that have mended themselves; how many that were.

    Looked for and not announced: a process that dies between giving up and telling somebody forgets nothing.
    """
    new = [*_given_up(), *_failing()]
    opened = sum(_open(fields, at) for fields in new)
    return opened + _close_mended(at)


def incidents_of(record_type: str, record_id: int) -> QuerySet[Incident]:
    """The open incidents of a record, oldest first."""
    return Incident.objects.filter(record_type=record_type, record_id=record_id, status=IncidentStatus.OPEN).order_by(
        "pk"
    )


def _given_up() -> Iterator[dict[str, Any]]:
    """Dead letters of records that nobody knows of."""
    dead = OutboxMessage.objects.filter(state=OutboxState.DEAD, record_id__isnull=False).exclude(record_type="")
    same = Incident.objects.filter(kind=IncidentKind.EFFECT, reference=OuterRef("pk"))
    known = same.filter(Q(status=IncidentStatus.OPEN) | Q(closed_at__gte=OuterRef("finished_at")))
    for letter in dead.exclude(Exists(known)).order_by("pk")[:AT_ONCE]:
        yield {
            **_place_of(letter),
            "kind": IncidentKind.EFFECT,
            "reference": letter.pk,
            "transition": entry.transition if (entry := entry_of(letter)) is not None else "",
        }


def _place_of(letter: OutboxMessage) -> dict[str, Any]:
    """The record on whose page somebody sees to a dead letter: the one that a mail or a task is about, if it has a
    workflow; else the letter's own."""
    why = letter.error.strip() or letter.effect
    subject = subject_of(letter.record_type, letter.record_id or 0)
    if subject is None or find_flow(subject.record_type) is None:
        return {"record_type": letter.record_type, "record_id": letter.record_id, "message": why}
    told = f"{subject.words}: {why.splitlines()[-1]}" if subject.words else why
    return {"record_type": subject.record_type, "record_id": subject.record_id, "message": told}


def put_right_at(incident: Incident) -> Subject | None:
    """Where what a message was given is put right, which is no page of ours: its address, say. None for other
    effects."""
    if incident.kind != IncidentKind.EFFECT:
        return None
    letter = OutboxMessage.objects.filter(pk=incident.reference).first()
    if letter is None or (letter.record_type, letter.record_id) == (incident.record_type, incident.record_id):
        return None
    subject = subject_of(letter.record_type, letter.record_id or 0)
    return subject if subject is not None and subject.url else None


def _failing() -> Iterator[dict[str, Any]]:
    """Timers that broke again and again."""
    failing = Timer.objects.filter(attempts__gte=FAILING_ATTEMPTS).exclude(error="")
    known = Incident.objects.filter(kind=IncidentKind.TIMER, reference=OuterRef("pk"), status=IncidentStatus.OPEN)
    for timer in failing.exclude(Exists(known)).order_by("pk")[:AT_ONCE]:
        yield {
            "record_type": timer.record_type,
            "record_id": timer.record_id,
            "kind": IncidentKind.TIMER,
            "reference": timer.pk,
            "transition": timer.transition,
            "message": timer.error,
        }


def _open(fields: Mapping[str, Any], at: datetime) -> bool:
    try:
        with transaction.atomic():
            Incident.objects.create(**fields, opened_at=at)
    except IntegrityError:  # another process was faster
        return False
    return True


def _close_mended(at: datetime) -> int:
    """Close incidents whose effect has got through, or whose timer is gone."""
    still_dead = OutboxMessage.objects.filter(pk=OuterRef("reference")).exclude(state=OutboxState.DONE)
    still_there = Timer.objects.filter(pk=OuterRef("reference"))
    waiting = Incident.objects.filter(status=IncidentStatus.OPEN)
    mended = Q(kind=IncidentKind.EFFECT) & ~Exists(still_dead) | Q(kind=IncidentKind.TIMER) & ~Exists(still_there)
    return waiting.filter(mended).update(status=IncidentStatus.RESOLVED, closed_at=at)


def retry(incident: Incident, *, actor: Actor, at: datetime) -> Incident:
    """Try the effect or the timer again at once, with all its attempts; the incident stays until that has worked.

    TransitionNotAllowed, IncidentClosed, SteppedOff where the record has called the effect off since, and LookupError
    for a changed history, where there is nothing to try.
    """
    with _in_hand(incident, actor) as found:
        if found.kind == IncidentKind.HISTORY:
            raise LookupError("there is nothing to try again")
        _try_again(found, at)
        audit(found, "retried", actor=actor, at=at)
    return found


def mend(incident: Incident, payload: Mapping[str, Any], *, actor: Actor, at: datetime) -> Incident:
    """Put right what an effect was given, and try again; the audit keeps what it was. As `retry`, and LookupError for a
    timer, which is given nothing."""
    with _in_hand(incident, actor) as found:
        if found.kind != IncidentKind.EFFECT:
            raise LookupError("only effects are given something that can be put right")
        letter = OutboxMessage.objects.select_for_update().get(pk=found.reference)
        changes = {"payload": [letter.payload, dict(payload)]}
        OutboxMessage.objects.filter(pk=letter.pk).update(payload=dict(payload))
        _try_again(found, at)
        audit(found, "mended", actor=actor, at=at, changes=changes)
    return found


def skip(incident: Incident, *, actor: Actor, at: datetime, reason: str) -> Incident:
    """Leave the effect undone, or take the timer away: it never happens. A changed history has been looked into then.

    As `retry`, and NoReason.
    """
    if not reason.strip():
        raise NoReason
    with _in_hand(incident, actor) as found:
        if found.kind == IncidentKind.TIMER:
            Timer.objects.filter(pk=found.reference).delete()
        _close(found, IncidentStatus.SKIPPED, actor, at, reason.strip())
        audit(found, "skipped", actor=actor, at=at, reason=reason.strip())
    return found


@contextmanager
def _in_hand(incident: Incident, actor: Actor) -> Iterator[Incident]:
    """The incident as it is now, locked, for somebody who may see to it."""
    if not actor.may(PERMISSION):
        raise TransitionNotAllowed
    with transaction.atomic():
        found = Incident.objects.select_for_update().get(pk=incident.pk)
        if found.status != IncidentStatus.OPEN:
            raise IncidentClosed(status=IncidentStatus(found.status).label)
        yield found


def _try_again(incident: Incident, at: datetime) -> None:
    if incident.kind == IncidentKind.EFFECT:
        letter = OutboxMessage.objects.filter(pk=incident.reference)
        if any(step := called_off_by(found) for found in letter):
            raise SteppedOff(step=step)
        requeue(letter, at=at)
    else:
        Timer.objects.filter(pk=incident.reference).update(attempts=0, error="", next_try_at=at)


def _close(incident: Incident, status: IncidentStatus, actor: Actor, at: datetime, reason: str) -> None:
    incident.status, incident.closed_at, incident.closed_by, incident.reason = status, at, actor.user, reason
    incident.save(update_fields=["status", "closed_at", "closed_by", "reason"])
