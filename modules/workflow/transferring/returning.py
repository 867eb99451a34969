"""Moving one record back to the version and the state it came from, as long as it has not gone on since."""

from typing import TYPE_CHECKING, Any

from modules.workflow.choices import TRANSFER, TaskDeed, TaskStatus, TimerScope
from modules.workflow.clocks import slas
from modules.workflow.clocks.duties import find_duty
from modules.workflow.engine import history
from modules.workflow.engine.history import FireResult
from modules.workflow.engine.lateness import told
from modules.workflow.errors import HasMovedOn
from modules.workflow.flows import Version
from modules.workflow.models import HistoryEntry, SlaClock, Task, Timer, TransferItem
from modules.workflow.transferring.carrying import lock, put
from modules.workflow.transferring.mapping import matches_of, renames
from modules.workflow.transferring.snapshots import about, moment, restored_clock
from modules.workflow.transferring.timing import new_name

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


def bring_back(run: "Run", item: TransferItem, earlier: Version, *, reason: str) -> FireResult:
    """Restore what the item remembers, and say so in the history. HasMovedOn."""
    record = lock(run)
    newer = _newer_step(run, item)
    if record.revision != item.after["revision"] or newer is not None:
        last = newer or HistoryEntry.objects.filter(**about(run)).latest("pk")
        facts = told(run, last)
        raise HasMovedOn(step=facts["last"], who=facts["who"], time=facts["time"])
    before, left = item.before, record.state
    timers = _timers_to_restore(run, item, earlier)
    put(run, before["state"], before["version"], moment(before["state_since"]))
    entry = history.append(
        earlier.graph, run.record_id, transition=TRANSFER, source=left, target=before["state"], actor=run.actor,
        at=run.at, reason=reason, key=f"{item.transfer_id}:back",
        data=_facts(run, item, earlier),
    )  # fmt: skip
    _restore_tasks(run, item)
    Timer.objects.filter(**about(run)).delete()
    Timer.objects.bulk_create(Timer(**about(run), **row) for row in timers)
    _restore_clocks(run, item, earlier)
    return entry


def _facts(run: "Run", item: TransferItem, earlier: Version) -> dict[str, Any]:
    facts = {
        "from_version": run.graph.version, "to_version": item.before["version"], "transfer": item.transfer_id,
        "undone": item.after["entry"],
    }  # fmt: skip
    renamed = renames(matches_of(earlier.graph, run.graph))
    back = {part: {new: old for old, new in pairs.items()} for part, pairs in renamed.items()}
    return facts | ({"renamed": back} if back else {})


def _newer_step(run: "Run", item: TransferItem) -> HistoryEntry | None:
    """What happened to the record since, other than what time did to it, who took or was given a task, and answers in
    a task that goes back with the record."""
    kept = _kept_openings(item)
    for entry in HistoryEntry.objects.filter(**about(run), pk__gt=item.after["entry"]).order_by("-pk"):
        deed = entry.transition.partition(".")[2]
        if find_duty(run.graph, entry.transition) is None and deed not in TaskDeed.values:
            return entry
        if deed == TaskDeed.VOTE and _opening(entry.data["_task"]) not in kept:
            return entry
    return None


def _kept_openings(item: TransferItem) -> set[tuple[str, int]]:
    """The tasks that the move has left open, by their new key and their opening."""
    both = {row["id"] for row in item.before["tasks"]} & {row["id"] for row in item.after["tasks"]}
    return set(Task.objects.filter(pk__in=both).values_list("key", "opening"))


def _opening(task: int) -> tuple[str, int] | None:
    return Task.objects.filter(pk=task).values_list("key", "opening").first()


def _timers_to_restore(run: "Run", item: TransferItem, earlier: Version) -> list[dict[str, Any]]:
    """The timers as they were; one that has done its work since does not do it again, and that of a task which others
    were asked since counts from then."""
    matches = matches_of(earlier.graph, run.graph)
    set_then = {row["transition"]: moment(row["started_at"]) for row in item.after["timers"]}
    now = {timer.transition: timer for timer in Timer.objects.filter(**about(run))}
    rows = []
    for was in item.before["timers"]:
        row, name = dict(was), new_name(was["transition"], matches)
        timer = now.get(name)
        if name in set_then and timer is None and row["scope"] != TimerScope.SLA:
            continue
        is_anew = timer is not None and row["scope"] == TimerScope.TASK and set_then.get(name) != timer.started_at
        if timer is not None and (timer.runs > row["runs"] or is_anew):
            row |= {"runs": timer.runs, "due_at": timer.due_at, "next_try_at": timer.next_try_at}
        rows.append(row)
    return rows


def _restore_tasks(run: "Run", item: TransferItem) -> None:
    """Cancel what the transfer opened; what was open is open again, under its old names. Answers that were given since
    count, and who was asked since is asked."""
    rows, kept = {row["id"]: row for row in item.before["tasks"]}, _kept_openings(item)
    names: dict[tuple[str, int], dict[str, Any]] = {}
    for task in Task.objects.filter(pk__in=rows).order_by("pk"):
        if (task.key, task.opening) in kept:
            names.setdefault((task.key, task.opening), rows[task.pk])
    for task in Task.objects.filter(**about(run), status=TaskStatus.OPEN).exclude(pk__in=rows):
        if (task.key, task.opening) not in kept:
            _cancel(run, task)
    for (key, opening), row in names.items():
        others = Task.objects.filter(**about(run), key=key, opening=opening).exclude(pk__in=rows)
        others.filter(status=TaskStatus.OPEN).update(key=row["key"], state=row["state"])
        others.update(key=row["key"])
    for task in Task.objects.filter(pk__in=rows):
        _reopen(task, rows[task.pk])


def _cancel(run: "Run", task: Task) -> None:
    task.status, task.closed_at, task.closed_by = TaskStatus.CANCELLED, run.at, run.actor.user
    task.closed_by_label = str(run.actor)[:254]
    task.save(update_fields=["status", "closed_at", "closed_by", "closed_by_label"])


def _reopen(task: Task, row: dict[str, Any]) -> None:
    """The task as it was; what has been answered since stays answered."""
    was_cancelled = task.status == TaskStatus.CANCELLED
    task.key, task.state, task.due_at = row["key"], row["state"], moment(row["due_at"])
    if was_cancelled or (task.person_id is None and task.status == TaskStatus.OPEN):
        task.role, task.person_id = row["role"], row["person_id"]
    if was_cancelled:
        task.status, task.outcome, task.closed_at, task.closed_by = TaskStatus.OPEN, "", None, None
        task.closed_by_label = ""
    task.save()


def _restore_clocks(run: "Run", item: TransferItem, earlier: Version) -> None:
    """The clocks that ran run on as if nothing had been; those that the transfer started are gone. Who has been warned
    or told of a breach since is not told again."""
    rows = {row["id"]: row for row in item.before["clocks"]}
    moved = {row["id"]: row for row in item.after["clocks"]}
    SlaClock.objects.filter(**about(run), ended_at__isnull=True).exclude(pk__in=rows).delete()
    promises = {sla.key: sla for sla in earlier.graph.slas}
    for clock in SlaClock.objects.filter(pk__in=rows):
        row = rows[clock.pk]
        happened = _happened_since(clock, moved.get(clock.pk))
        for name, value in (restored_clock(row) | happened).items():
            setattr(clock, name, value)
        clock.save()
        if happened and row["sla"] in promises:
            slas.set_clock(run, promises[row["sla"]], clock)


def _happened_since(clock: SlaClock, then: dict[str, Any] | None) -> dict[str, Any]:
    """What time did to a clock after the move."""
    if then is None:
        return {}
    moments = {"warned_at": clock.warned_at, "breached_at": clock.breached_at}
    found: dict[str, Any] = {name: value for name, value in moments.items() if value != moment(then[name])}
    return found | ({"escalated": clock.escalated} if clock.escalated != then["escalated"] else {})
