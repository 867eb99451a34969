"""Reading the engine's tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from modules.accounts.api import role_keys, users_with_role
from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.core.manifest import manifests
from modules.workflow.choices import TaskStatus
from modules.workflow.errors import AlreadyAnswered
from modules.workflow.flows import Flow, Version, find_flow
from modules.workflow.models import HistoryEntry, Task, Timer
from modules.workflow.people.four_eyes import called, deeds_of, same_person

if TYPE_CHECKING:
    from modules.accounts.models import User

Whose = Literal["mine", "team", "free"]


def history_of(record: Any) -> QuerySet[HistoryEntry]:
    """A record's steps, first one first."""
    return HistoryEntry.objects.filter(record_type=record_type(record), record_id=record.pk).order_by("pk")


def open_tasks_of(record: Any) -> QuerySet[Task]:
    """The open tasks of a record, in the order in which they opened."""
    return Task.objects.filter(record_type=record_type(record), record_id=record.pk, status=TaskStatus.OPEN).order_by(
        "pk"
    )


def timers_of(record: Any) -> QuerySet[Timer]:
    """What time will do to a record, first due first."""
    return Timer.objects.filter(record_type=record_type(record), record_id=record.pk).order_by("due_at", "pk")


def open_tasks_for(actor: Actor) -> QuerySet[Task]:
    """What the actor could work on: own tasks, and those of a role that nobody has taken; due first."""
    if actor.user is None:
        return Task.objects.none()
    own, free = Q(person=actor.user), Q(person__isnull=True, role__in=role_keys(actor.user))
    return Task.objects.filter(own | free, status=TaskStatus.OPEN).order_by("due_at", "pk")


def inbox_tasks(actor: Actor, whose: Whose = "mine") -> QuerySet[Task]:
    """Open tasks, first due first, those without a time last.

    `mine`: those that the actor holds; `free`: those of the actor's roles that nobody has taken; `team`: those of the
    roles that colleagues hold or nobody. A superuser has every role.
    """
    if actor.user is None:
        return Task.objects.none()
    return _due_first(_belonging(actor.user, whose))


def inbox_page(actor: Actor, whose: Whose, start: int, stop: int) -> list[Task]:
    """A page of `inbox_tasks`, for half the price: what its query reads is written once and kept (decision 0010)."""
    if actor.user is None:
        return []
    roles = [] if whose == "mine" else roles_of(actor.user)
    sql, holes = _written(whose, len(roles), start, stop)
    if not sql:
        return []
    given: dict[Any, Any] = {_ANYBODY: actor.user.pk, **{_role(place): role for place, role in enumerate(roles)}}
    return list(Task.objects.raw(sql, [given.get(hole, hole) for hole in holes]))


_ANYBODY = -1


def _role(place: int) -> str:
    """Stands for the role at a place, in a statement that is kept."""
    return f"\x1f{place}"


@lru_cache(maxsize=64)  # the first pages of everybody; addresses name any page
def _written(whose: Whose, roles: int, start: int, stop: int) -> tuple[str, tuple[Any, ...]]:
    """The statement of a list for so many roles, with its parameters; nothing where the list must be empty."""
    wanted = _wanted(_ANYBODY, [_role(place) for place in range(roles)], whose)
    try:
        return _due_first(wanted)[start:stop].query.sql_with_params()
    except EmptyResultSet:
        return "", ()


def _due_first(wanted: Q) -> QuerySet[Task]:
    found = Task.objects.filter(wanted, status=TaskStatus.OPEN)
    return found.order_by(F("due_at").asc(nulls_last=True), "pk")


def _belonging(user: "User", whose: Whose) -> Q:
    return _wanted(user.pk, [] if whose == "mine" else roles_of(user), whose)


def _wanted(person: int, roles: Sequence[str], whose: Whose) -> Q:
    if whose == "mine":
        return Q(person=person)
    mine = Q(role=roles[0]) if len(roles) == 1 else Q(role__in=roles)
    if whose == "team":
        return mine & (Q(person__isnull=True) | ~Q(person=person))
    # SQLite would look people up by the key's own index and sort; said like this, it reads the role's in its order.
    return mine & (~Q(person__gte=0) if connection.vendor == "sqlite" else Q(person__isnull=True))


def roles_of(user: "User") -> list[str]:
    """The keys of the roles whose work a person may do."""
    if user.is_superuser:
        return sorted(f"{manifest.key}.{name}" for manifest in manifests for name in manifest.roles)
    return sorted(role_keys(user))


@dataclass(frozen=True)
class TaskCount:
    """How many tasks there are, and how many of them should have been done by now."""

    total: int
    overdue: int


def task_counts(actor: Actor, at: datetime) -> dict[Whose, TaskCount]:
    """The sizes of the actor's three lists, in one query."""
    kinds: tuple[Whose, ...] = ("mine", "team", "free")
    if actor.user is None:
        return dict.fromkeys(kinds, TaskCount(0, 0))
    wanted = {kind: _belonging(actor.user, kind) for kind in kinds}
    columns: dict[str, Count] = {}
    for kind, whose in wanted.items():
        columns[kind] = Count("pk", filter=whose)
        columns[f"{kind}_overdue"] = Count("pk", filter=whose & Q(due_at__lt=at))
    seen = Task.objects.filter(wanted["mine"] | wanted["team"], status=TaskStatus.OPEN).aggregate(**columns)
    return {kind: TaskCount(seen[kind], seen[f"{kind}_overdue"]) for kind in kinds}


def task_reasons(tasks: Sequence[Task], actor: Actor, records: Iterable[Any] = ()) -> dict[int, str]:
    """By task id, why the actor may not do it although it is theirs or free (four eyes), by the version that its record
    runs on. `records` are those that are loaded already; at most two queries a kind of record."""
    loaded = {(record_type(record), record.pk): record for record in records}
    found: dict[int, str] = {}
    for kind in {task.record_type for task in tasks}:
        flow = find_flow(kind)
        if flow is not None:
            of_kind = [task for task in tasks if task.record_type == kind]
            found |= _watched(of_kind, _versions(flow, of_kind, loaded), actor)
    for pk in _answered(tasks, actor):
        found.setdefault(pk, str(AlreadyAnswered(who=called(actor))))
    return found


def _versions(flow: Flow, tasks: Sequence[Task], loaded: Mapping[tuple[str, int], Any]) -> dict[int, Version]:
    """By record the version that it runs on; the present one for a record that is gone."""
    kind, wanted = flow.graph.record_type, {task.record_id for task in tasks}
    known = {pk: loaded[kind, pk] for pk in wanted if (kind, pk) in loaded}
    if left := wanted - known.keys():
        rows = flow.model._default_manager.only("pk", "state", "state_since", "workflow_version")
        known |= rows.in_bulk(left)
    return {pk: flow.version_of(known[pk]) if pk in known else flow.current for pk in wanted}


def _watched(tasks: Sequence[Task], versions: Mapping[int, Version], actor: Actor) -> dict[int, str]:
    """The refusals of one kind of record."""
    eyes = {task.pk: versions[task.record_id].plan.task_eyes.get(task.key, ()) for task in tasks}
    watched = [task for task in tasks if eyes[task.pk]]
    found: dict[int, str] = {}
    if not watched:
        return found
    graph = versions[watched[0].record_id].graph
    deeds = deeds_of(graph, {task.record_id for task in watched}, {eyes[task.pk] for task in watched})
    for task in watched:
        graph = versions[task.record_id].graph
        refusal = same_person(graph, eyes[task.pk], deeds.get(task.record_id, ()), actor)
        if refusal is not None:
            found[task.pk] = str(refusal)
    return found


def _answered(tasks: Sequence[Task], actor: Actor) -> Iterator[int]:
    """Those whose decision the actor has answered in another seat already; one query, none where nobody decides."""
    seats = [task for task in tasks if task.seat and not task.question and not task.about_type]
    if actor.user is None or not seats:
        return
    kinds = {(task.record_type, task.record_id, task.key, task.opening) for task in seats}
    rows = Task.objects.filter(
        status=TaskStatus.DONE, closed_by=actor.user, question="", record_type__in={kind[0] for kind in kinds},
        record_id__in={kind[1] for kind in kinds},
    )  # fmt: skip
    done = set(rows.values_list("record_type", "record_id", "key", "opening"))
    for task in seats:
        if (task.record_type, task.record_id, task.key, task.opening) in done:
            yield task.pk


def people_for(task: Task) -> QuerySet["User"]:
    """Whom a task may be given to: the active people of its role, or of the staff where it has none."""
    if task.role:
        return users_with_role(task.role)
    return get_user_model()._default_manager.filter(is_active=True, is_staff=True).order_by("pk")


def finished_tasks(record_type: str, record_ids: Iterable[int], key: str) -> set[int]:
    """Which of the records have had this task done, in one query; where several decide, when they have decided."""
    rows = Task.objects.filter(record_type=record_type, record_id__in=list(record_ids), key=key, question="")
    known = list(rows.exclude(status=TaskStatus.CANCELLED).values_list("record_id", "opening", "status", "seat"))
    waiting = {(pk, opening) for pk, opening, status, seat in known if seat and status == TaskStatus.OPEN}
    return {pk for pk, opening, status, _seat in known if status == TaskStatus.DONE and (pk, opening) not in waiting}
