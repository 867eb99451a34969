"""A task as a row of the inbox: what to do, on which record, for whom, until when, who has it, and its buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.core.looks import Look, look_of
from modules.workflow.choices import TaskStatus
from modules.workflow.engine.lateness import who
from modules.workflow.flows import Flow, find_flow
from modules.workflow.graph import TaskNode, Words
from modules.workflow.models import Task
from modules.workflow.offers import Allowed, can
from modules.workflow.panels.hands import Deed, Hands, hands_of
from modules.workflow.panels.work import holder_of, task_title
from modules.workflow.people.rights import may_change
from modules.workflow.selectors import roles_of, task_reasons


@dataclass(frozen=True)
class Way:
    """A button that ends the task. `key` makes pressing it twice harmless."""

    name: str
    title: Words
    url: str
    asks: bool
    is_destructive: bool
    reasons: tuple[str, ...]
    key: str

    @property
    def is_open(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Row:
    """A task with what its reader may do with it. Addresses are empty where it may not be done."""

    id: int
    title: Words
    kind: str
    record: str
    record_url: str
    look: Look | None
    for_whom: str
    due_at: datetime | None
    is_late: bool
    holder: str
    is_free: bool
    expected: str
    ways: Sequence[Way]
    reason: str
    claim_url: str
    release_url: str
    assign_url: str
    notes: Sequence[str] = ()
    """From whom it is, for whom, what is proposed, what it waits for."""
    deeds: Sequence[Deed] = ()
    """What else its reader may do with it."""
    is_question: bool = False


@dataclass(frozen=True)
class _Reader:
    """Who looks, when, with which roles, and what the addresses carry along."""

    actor: Actor
    at: datetime
    roles: frozenset[str]
    query: str

    def address(self, task: Task, deed: str, *more: str) -> str:
        url = reverse(f"workflow:inbox_{deed}", args=[task.pk, *more])
        return f"{url}?{self.query}" if self.query else url


def rows_of(tasks: Sequence[Task], actor: Actor, at: datetime, query: str = "") -> list[Row]:
    """The rows in the order of the tasks, which have their person loaded. As many queries for fifty as for one."""
    roles = frozenset() if actor.user is None else frozenset(roles_of(actor.user))
    reader = _Reader(actor, at, roles, query)
    known = {kind: _records(kind, tasks, actor) for kind in {task.record_type for task in tasks}}
    reasons = task_reasons(tasks, actor, [record for records in known.values() for record in records.values()])
    circumstances = hands_of(tasks, actor)
    rows: dict[int, Row] = {}
    for kind, records in known.items():
        flow = find_flow(kind)
        offers = can(list(records.values()), actor, at) if records else {}
        for task in (task for task in tasks if task.record_type == kind):
            record = records.get(task.record_id)
            node = _node(flow, record, task)
            hands = circumstances.of(task, node, record, f"inbox&{query}" if query else "inbox")
            rows[task.pk] = _row(
                task, node, flow, record, offers.get(task.record_id, ()), reader, reasons.get(task.pk, ""), hands
            )  # fmt: skip
    return [rows[task.pk] for task in tasks]


def _records(kind: str, tasks: Sequence[Task], actor: Actor) -> Mapping[int, Any]:
    """The records of one kind that the tasks are about."""
    flow = find_flow(kind)
    return records_of(flow, {task.record_id for task in tasks if task.record_type == kind}, actor) if flow else {}


def records_of(flow: Flow, ids: set[int], actor: Actor) -> Mapping[int, Any]:
    """The records, for whom may view their kind, with what their own list loads beside them."""
    options = flow.model._meta
    if not actor.may(f"{options.app_label}.view_{options.model_name}"):
        return {}
    try:
        related = admin.site.get_model_admin(flow.model).list_select_related
    except NotRegistered:
        related = ()
    names = {*(related if isinstance(related, (list, tuple)) else ()), *_owner_path(flow)}
    return flow.model._default_manager.select_related(*sorted(names)).in_bulk(ids)


def _owner_path(flow: Flow) -> list[str]:
    path = flow.graph.owner.rpartition("__")[0]
    return [path] if path else []


def _node(flow: Flow | None, record: Any, task: Task) -> TaskNode | None:
    if flow is None:
        return None
    graph = flow.graph if record is None else flow.graph_for(record)
    return next((node for node in graph.tasks if node.key == task.key), None)


def _row(
    task: Task, node: TaskNode | None, flow: Flow | None, record: Any, offers: Sequence[Allowed], reader: _Reader,
    reason: str, hands: Hands,
) -> Row:  # fmt: skip
    is_mine = reader.actor.user_id is not None and task.person_id == reader.actor.user_id
    is_known = flow is not None and record is not None
    is_free = _is_free(task, record, reader)
    may_do = is_known and (is_mine or is_free) and not reason
    may_give = (
        is_known and not task.question and (is_mine or task.role in reader.roles or may_change(record, reader.actor))
    )
    return Row(
        task.pk,
        task_title(task, node),
        str(flow.model._meta.verbose_name) if flow else task.record_type,
        str(record) if is_known else "",
        record_url(record) if is_known else "",
        look_of(record) if is_known else None,
        str(getattr(record, "for_whom", "")) if is_known else "",
        task.due_at,
        task.due_at is not None and task.due_at < reader.at,
        holder_of(task, reader.actor),
        task.person_id is None,
        str(record.state) if is_known else "",
        ways_of_task(task, flow, record, node, offers, reader) if flow is not None and may_do else (),
        reason,
        reader.address(task, "claim") if is_free and is_known and not reason else "",
        reader.address(task, "release") if is_mine and is_known and task.role else "",
        reader.address(task, "assign") if may_give else "",
        hands.notes,
        hands.deeds,
        bool(task.question),
    )


def _is_free(task: Task, record: Any, reader: _Reader) -> bool:
    """Whether the reader may take it: of a role of theirs, or nobody's on a record that they may change."""
    if task.person_id is not None or task.email:
        return False
    return task.role in reader.roles if task.role else record is not None and may_change(record, reader.actor)


def record_url(record: Any) -> str:
    from modules.workflow.views.console import page_of

    return page_of(type(record), record.pk)


def ways_of_task(
    task: Task, flow: Flow, record: Any, node: TaskNode | None, offers: Sequence[Allowed], reader: _Reader
) -> list[Way]:
    """The transitions that complete the task, with their reasons; where there are none, its outcomes."""
    if task.question:
        return []
    finishing = [way for way in flow.graph_for(record).transitions if way.completes == task.key and way.kind != "task"]
    if finishing:
        names = {way.key for way in finishing if way.kind == "manual"}
        offered = [offer for offer in offers if offer.transition in names]
        ways = [
            _way(task, offer.transition, offer.title, reader, bool(offer.form or offer.confirm or offer.destructive),
                 is_destructive=offer.destructive, reasons=offer.reasons)
            for offer in offered
        ]  # fmt: skip
        return sorted(ways, key=lambda way: (not way.is_open, way.is_destructive))
    outcomes = node.outcomes if node else ()
    return [_way(task, end.name, end.title, reader, bool(node and node.form)) for end in outcomes]


def _way(
    task: Task, name: str, title: Words, reader: _Reader, asks: bool, *, is_destructive: bool = False,
    reasons: tuple[str, ...] = (),
) -> Way:  # fmt: skip
    return Way(name, title, reader.address(task, "do", name), asks, is_destructive, reasons, uuid4().hex)


def standing(task: Task, actor: Actor, at: datetime) -> str:
    """Why a task is not for this person any more, in words: who has it since when, who did it when."""
    if task.status == TaskStatus.OPEN:
        if task.person is None or task.person_id == actor.user_id:
            return ""
        since = task.claimed_at or task.opened_at
        return _("{who} has it since {time}.").format(who=called(task.person), time=clock(since, at))
    closed = task.closed_at or at
    if task.status == TaskStatus.DONE:
        label = called(task.closed_by) if task.closed_by else task.closed_by_label
        done_by = who(task.closed_by_id, label, actor)
        return _("Done by {who} at {time}.").format(who=done_by, time=clock(closed, at))
    return _("Not needed any more since {time}.").format(time=clock(closed, at))


def called(person: Any) -> str:
    return str(person.name or person.email)


def clock(then: datetime, at: datetime) -> str:
    """`10:42`, with the day when it was another one, in the reader's zone."""
    local, now = timezone.localtime(then), timezone.localtime(at)
    time = date_format(local, "H:i")
    return time if local.date() == now.date() else f"{date_format(local, 'SHORT_DATE_FORMAT')}, {time}"
