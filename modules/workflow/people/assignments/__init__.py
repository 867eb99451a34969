"""Work for people while a record is in a state: opened on entering for whom the rules name, ended on leaving."""

from typing import TYPE_CHECKING

from django.db import connection

from modules.core.statements import insert, quote
from modules.workflow.choices import TaskStatus
from modules.workflow.clocks import reminders
from modules.workflow.clocks.waits import due_at
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task
from modules.workflow.people.assignments import behalf
from modules.workflow.people.assignments.seats import Seat, next_seat, seats_of
from modules.workflow.people.deciding import takes_votes

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run

_COLUMNS = (
    "record_type", "record_id", "key", "state", "status", "role", "person", "opened_at", "due_at", "claimed_at",
    "closed_at", "closed_by", "closed_by_label", "outcome", "reason", "seat", "opening", "position", "email",
    "question", "proposal", "about_type", "about_id", "stands_in_for",
)  # fmt: skip
_CLOSE = (
    f"UPDATE {Task._meta.db_table} SET status = CASE WHEN question = '' THEN %s ELSE 'cancelled' END,"  # noqa: S608 - our own name
    " outcome = CASE WHEN question = '' THEN %s ELSE '' END, closed_at = %s, closed_by_id = %s, closed_by_label = %s"
    f" WHERE record_type = %s AND record_id = %s AND {quote('key')} = %s AND status = 'open'"
    " RETURNING id, status, person_id, delegated_by_id"
)
"""Ends what is open of a task; questions are not answered by it. Gives the rows, and for whom they were done."""


def close_left(run: "Run") -> None:
    """End the tasks that this run completed; cancel those of the left state that the path led out of."""
    for node in run.plan.tasks.get(run.path[0], ()):
        if node.key in run.ended:
            reminders.close_for(run, node)
        elif node.key in run.completed:
            if takes_votes(node):
                _cancel_others(run, node)
            close(run, node, TaskStatus.DONE, run.completed[node.key])
        elif not set(run.path) <= set(node.states):
            close(run, node, TaskStatus.CANCELLED, "")


def close(run: "Run", node: TaskNode, status: TaskStatus, outcome: str) -> None:
    """End whatever is open of a task."""
    moment = connection.ops.adapt_datetimefield_value(run.at)
    about = (run.graph.record_type, run.record_id, node.key)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [status.value, outcome, moment, run.actor.user_id, str(run.actor)[:254], *about])
        ended = cursor.fetchall()
    for pk, end, person, giver in ended:
        if end == TaskStatus.DONE and giver is not None and person == run.actor.user_id != giver:
            behalf.note(run, node, pk, giver)
    if node.remind or node.escalate:
        reminders.close_for(run, node)


def _cancel_others(run: "Run", node: TaskNode) -> None:
    """Where a transition ends what several decide on, the actor's own seat is done, or the first one."""
    rows = Task.objects.filter(
        record_type=run.graph.record_type, record_id=run.record_id, key=node.key, status=TaskStatus.OPEN, question=""
    )
    own = rows.filter(person=run.actor.user).first() if run.actor.user is not None else None
    kept = own or rows.order_by("position", "pk").first()
    if kept is not None:
        rows.exclude(pk=kept.pk).update(
            status=TaskStatus.CANCELLED, closed_at=run.at, closed_by=run.actor.user,
            closed_by_label=str(run.actor)[:254],
        )  # fmt: skip


def open_here(run: "Run") -> None:
    """Open the tasks of the state that was reached; one that stayed open on the way stays as it is."""
    for node in run.plan.tasks[run.path[-1]]:
        open_task(run, node)


def open_task(run: "Run", node: TaskNode) -> None:
    """Open a task for whom its rules name; one that is open stays as it is."""
    if takes_votes(node):
        if not _is_open(run, node):
            first = next_seat(run, node) if _in_order(node) else None
            open_seats(run, node, seats_of(run, node) if first is None else [first], run.record.revision)
    elif not _asks_first(node) or not _is_open(run, node):
        open_seats(run, node, seats_of(run, node), run.record.revision)


def _in_order(node: TaskNode) -> bool:
    return node.decide is not None and node.decide.kind == "sequence"


def _asks_first(node: TaskNode) -> bool:
    """Whether naming somebody takes a turn, which a task that is open already may not take."""
    return node.assign.kind in ("round_robin", "least_loaded")


def _is_open(run: "Run", node: TaskNode) -> bool:
    about = {"record_type": run.graph.record_type, "record_id": run.record_id, "key": node.key}
    return Task.objects.filter(**about, status=TaskStatus.OPEN).exists()


def open_seats(run: "Run", node: TaskNode, seats: list[Seat], opening: int) -> None:
    """Open seats of a task, with its timers; who is outside gets a link."""
    due = None if node.due is None else due_at(node.due, run.record, run.at)
    is_new = False
    for seat in seats:
        made = insert(Task, _COLUMNS, ignore=True).run(
            run.graph.record_type, run.record_id, node.key, run.record.state, TaskStatus.OPEN, seat.role, seat.person,
            run.at, due, None, None, None, "", "", "", seat.name, opening, seat.position, seat.email, "", "",
            seat.about_type, seat.about_id, seat.stands_in_for,
        )  # fmt: skip
        is_new = is_new or made is not None
        if made is not None and seat.email:
            from modules.workflow.people import links

            links.invite(made, seat.email, at=run.at)
    if is_new and (node.remind or node.escalate):
        reminders.open_for(run, node, due)


def open_next(run: "Run", node: TaskNode, opening: int) -> bool:
    """Of a sequence, open the seat whose turn it is; whether there is one."""
    asked = Task.objects.filter(
        record_type=run.graph.record_type, record_id=run.record_id, key=node.key, opening=opening, question=""
    )
    rows = asked.values_list("seat", "person", "closed_by")
    people = {person for _seat, *both in rows for person in both if person is not None}
    seat = next_seat(run, node, {name for name, *_people in rows}, people)
    if seat is None:
        return False
    reminders.close_for(run, node)
    open_seats(run, node, [seat], opening)
    return True
