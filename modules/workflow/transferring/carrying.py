"""Moving one record to another version, under its lock: state, tasks, timers, promises, one row of history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.accounts.api import users_with_role
from modules.workflow.choices import TRANSFER, TaskStatus
from modules.workflow.engine import early, history
from modules.workflow.errors import NowhereToGo, RecordGone
from modules.workflow.flows import Flow, Version
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Task
from modules.workflow.related import children
from modules.workflow.transferring.choices import Choices
from modules.workflow.transferring.mapping import matches_of, renames
from modules.workflow.transferring.outcome import Carried, TimerFate
from modules.workflow.transferring.promises import carry_promises
from modules.workflow.transferring.snapshots import about, snapshot
from modules.workflow.transferring.timing import Turning, carry_timers, timers_of_opened
from modules.workflow.transferring.work import TaskFates, carry_tasks, open_tasks

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


@dataclass(frozen=True)
class Move:
    """What happened to a record, with what it was before and is now."""

    carried: Carried
    before: dict[str, Any]
    after: dict[str, Any]


def carry(
    run: "Run", flow: Flow, choices: Choices, *, turn: datetime | None = None, key: str = "", number: int | None = None
) -> Move | None:
    """Move the record to the run's version; None where it is there already, or at an end.

    `run` was made with that version; its plan is never asked for the one that is left, which today's code may not be
    able to run any more. NowhereToGo, RecordGone.
    """
    record, target = lock(run), run.version
    left = flow.version(record.workflow_version) or flow.current
    if not _is_running(record, left, target):
        return None
    source, number_left = record.state, record.workflow_version
    state = choices.target_of(number_left, source)
    if not target.graph.has_state(state):
        raise NowhereToGo(state=_title(left.graph, source), version=number_left)
    before = snapshot(run)
    put(run, state, target.graph.version, record.state_since)
    facts: dict[str, Any] = {"from_version": number_left, "to_version": target.graph.version, "transfer": number}
    if renamed := renames(matches_of(left.graph, target.graph)):
        facts["renamed"] = renamed
    entry = history.append(
        run.graph, run.record_id, transition=TRANSFER, source=source, target=state, actor=run.actor, at=run.at,
        reason=choices.reason, data=facts, key=key,
    )  # fmt: skip
    tasks, timers, warnings = _carry_rest(run, left.graph, source, choices, turn or run.at)
    after = snapshot(run) | {"entry": entry.history_id}
    titles = [run.graph.task(key).title for key, count in tasks.answers_kept.items() if count]
    carried = Carried(
        run.record_id, number_left, target.graph.version, source, run.record.state, _title(left.graph, source),
        _title(target.graph, run.record.state), _once(node.title for _task, node in tasks.kept),
        _once(node.title for node in tasks.opened),
        _once(_task_title(left.graph, task) for task in tasks.cancelled), tuple(timers), tuple(warnings),
        _once(_("“{task}”: answers that were given count on.").format(task=title) for title in titles),
    )  # fmt: skip
    return Move(carried, before, after)


def _once(titles: Iterable[Any]) -> tuple[str, ...]:
    """Each once: several seats of a task are one task to whoever reads it."""
    return tuple(dict.fromkeys(map(str, titles)))


def lock(run: "Run") -> Any:
    """The row as it is now, locked, a parent before its child; whatever version it runs on."""
    children.lock_parent(run)
    record = run.statements.lock(run.record_id)
    if record is None:
        raise RecordGone
    run.record, run.path = record, [record.state]
    return record


def _is_running(record: Any, left: Version, target: Version) -> bool:
    if record.state_since is None or record.workflow_version == target.graph.version:
        return False
    return not (left.graph.has_state(record.state) and left.graph.state(record.state).kind == "final")


def put(run: "Run", state: str, version: int, since: datetime | None) -> None:
    """Write state and version into the locked row. It has been where it is since it came there."""
    model: Any = type(run.record)
    moved = model._base_manager.filter(pk=run.record_id, revision=run.record.revision).update(
        state=state, state_since=since, workflow_version=version, revision=F("revision") + 1, updated_at=run.at
    )
    if not moved:
        raise RecordGone  # not even its own lock holder finds the row
    lock(run)


def _carry_rest(
    run: "Run", left: WorkflowGraph, source: str, choices: Choices, turn: datetime
) -> tuple[TaskFates, list[TimerFate], list[str]]:
    """Tasks, timers and promises; then what happens by itself in the state reached."""
    matches = matches_of(left, run.graph)
    tasks = carry_tasks(run, left, source, matches, choices)
    turning = Turning(run, choices, turn)
    timers = carry_timers(run, left, source, matches, tasks.kept, turning)
    open_tasks(run, tasks.opened)
    timers += carry_promises(left, matches, turning)
    timers += timers_of_opened(run, tasks.opened)
    warnings = [*_warnings(left, tasks), *_nobody_there(run, tasks)]
    if run.plan.events[run.record.state]:
        early.take_early(run)
    children.tell(run)
    if followed := run.follow():
        title = run.graph.transition(followed[0].transition).title
        warnings.append(_("It goes on by itself at once: “{step}”. That cannot be taken back.").format(step=title))
        run.rest()
    return tasks, timers, warnings


def _warnings(left: WorkflowGraph, tasks: TaskFates) -> Iterator[str]:
    """What people lose by the move."""
    held = _("“{task}” is taken from whoever has it.")
    yield from _once(
        held.format(task=_task_title(left, task)) for task in tasks.cancelled if task.person_id is not None
    )
    for key, count in tasks.answers_lost.items():
        if count:
            told = ngettext(
                "“{task}”: {count} answer that was given does not count any more.",
                "“{task}”: {count} answers that were given do not count any more.",
                count,
            )
            yield told.format(task=left.task(key).title, count=count)


def _nobody_there(run: "Run", tasks: TaskFates) -> Iterator[str]:
    """Work that would wait for nobody in particular, because its rule names nobody."""
    if not tasks.opened:
        return
    rows = Task.objects.filter(**about(run), status=TaskStatus.OPEN, key__in=[node.key for node in tasks.opened])
    for task in rows.filter(person=None, email="").order_by("pk"):
        title = run.graph.task(task.key).title
        if not task.role:
            told = _("“{task}” finds nobody whom its rule means; who may change the record has to see to it.")
            yield told.format(task=title)
        elif not users_with_role(task.role).exists():
            yield _("“{task}” is for the role “{role}”, which nobody has.").format(task=title, role=task.role)


def _task_title(graph: WorkflowGraph, task: Any) -> str:
    return next((str(node.title) for node in graph.tasks if node.key == task.key), str(task.key))


def _title(graph: WorkflowGraph, state: str) -> str:
    return str(graph.state(state).title) if graph.has_state(state) else state
