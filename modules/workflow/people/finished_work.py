"""Guards that ask whether tasks of the present state are done: all that are named, or so many of them.

A task counts when it was done since the record came into its state and nobody else's answer to it is open. What they
ask is read together with the facts of the workflow: one query, however many records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from modules.core.audit import record_type
from modules.workflow.choices import TaskStatus
from modules.workflow.graph import Decision, GuardUse
from modules.workflow.people.deciding import decided
from modules.workflow.vocabulary.guards import Guard, Reason, guard

_SEEN = "_tasks_seen"


@dataclass(frozen=True)
class TasksDone:
    """`tasks` are those wanted, `count` how many must be done; 0: all of them. With `outcome`, only so ended ones."""

    tasks: str = field(metadata={"title": _("Tasks"), "choose": "tasks", "many": True})
    count: int = field(default=0, metadata={"title": _("How many"), "help": _("0: all of them.")})
    outcome: str = field(default="", metadata={"title": _("With the outcome"), "choose": "outcomes", "by": "tasks"})


@guard(
    _("To be done first: {missing}."), negated=_("This has been done already."), params=TasksDone, title=_("Tasks done")
)
def tasks_done(record: Any, facts: Any, params: TasksDone) -> bool | Reason:
    """The tasks of the present state, or so many, are done."""
    wanted = [name.strip() for name in params.tasks.split(",") if name.strip()]
    done = _done(record, params.outcome)
    missing = [name for name in wanted if name not in done]
    enough = len(wanted) - len(missing) >= (params.count or len(wanted))
    return enough or Reason(missing=", ".join(_titles(record, missing)))


def work_done(*tasks: str, how: Decision | int | None = None, outcome: str = "") -> Guard:
    """Asks that tasks of the state are done: all that are named (`ALL`), `ANY`, or so many:
    `automatic(S.CHECKED, to=S.OPEN, when=work_done("pack", "bill"))`."""
    count = how if isinstance(how, int) else int(how is not None and how.kind == "any")
    chosen: dict[str, Any] = {"count": count} if count else {}
    if outcome:
        chosen["outcome"] = outcome
    return tasks_done.having(tasks=",".join(tasks), **chosen)


def asks(uses: Iterable[GuardUse]) -> bool:
    """Whether a guard of a graph asks for tasks."""
    return any(use.name == tasks_done.name for use in uses)


def look(records: Sequence[Any]) -> None:
    """Read the tasks of the present states of all records at once."""
    found = _read(records)
    for record in records:
        record.__dict__[_SEEN] = found.get(record.pk, {})


def _done(record: Any, outcome: str) -> set[str]:
    """The tasks that are done, perhaps with one outcome; as they were read with the facts."""
    seen = record.__dict__.get(_SEEN)
    if seen is None:
        seen = _read([record]).get(record.pk, {})
    done = {key: answers for key, answers in seen.items() if answers is not None}
    return {key for key, answers in done.items() if not outcome or _came_to(record, key, answers) == outcome}


def _came_to(record: Any, key: str, answers: Sequence[str]) -> str | None:
    """The outcome of a task, from everybody's answers."""
    from modules.workflow.flows import graph_of

    node = next((node for node in graph_of(record).tasks if node.key == key), None)
    return None if node is None else decided(node, answers, 0)


def _read(records: Sequence[Any]) -> dict[int, dict[str, list[str] | None]]:
    """By record and task, what was answered, in order; None while somebody has it open."""
    from modules.workflow.models import Task

    since = {record.pk: record.state_since for record in records if record.state_since is not None}
    if not since:
        return {}
    rows = Task.objects.filter(record_type=record_type(records[0]), record_id__in=list(since)).exclude(
        status=TaskStatus.CANCELLED
    )
    found: dict[int, dict[str, list[str] | None]] = {}
    for pk, key, status, outcome, opened, closed in rows.order_by("closed_at", "pk").values_list(
        "record_id", "key", "status", "outcome", "opened_at", "closed_at"
    ):
        tasks = found.setdefault(pk, {})
        if status == TaskStatus.OPEN:
            tasks[key] = None
        elif closed > since[pk] or opened >= since[pk]:  # done where the record stands now, not when it was here last
            answers = tasks.setdefault(key, [])
            if answers is not None:
                answers.append(outcome)
    return found


def _titles(record: Any, tasks: Iterable[str]) -> list[str]:
    from modules.workflow.flows import graph_of

    known = {node.key: str(node.title) for node in graph_of(record).tasks}
    return [known.get(name, name) for name in tasks]
