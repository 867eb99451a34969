"""The jobs of imports: check (write and take back at once), run, undo. What became of a row stands in its data."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from modules.console.imports.importers import (
    CHANGED,
    CREATED,
    REFUSED,
    Importer,
    ImportRow,
    Outcome,
    importers,
    read_row,
)
from modules.console.imports.runs import CHECK, RUN, STEPS, UNDO, take_back, take_step
from modules.console.models import ImportRun
from modules.core.actors import SYSTEM, Actor
from modules.core.choices import JobItemState
from modules.core.jobs import job
from modules.core.models import Job, JobItem

SAMPLED = 10
"""So many changes are shown before the import."""


def actor_of(task: Job) -> Actor:
    """Who started the job, with today's rights."""
    return Actor.of(task.actor) if task.actor is not None else SYSTEM


def run_of(task: Job, at: datetime) -> ImportRun:
    """The import that the job is about, which knows so from the first row on."""
    run = ImportRun.objects.get(pk=task.data["run"])
    if task.kind in STEPS and task.started_at is None:
        take_step(run, task, actor=actor_of(task), at=at)
    return run


@job(CHECK)
def check(task: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Write the rows, see what that does, and take it back."""
    with transaction.atomic():
        _apply(task, items, at)
        transaction.set_rollback(True)
    for item in items:
        item.record_id = None if item.data.get("result") == CREATED else item.record_id
    _sample(task, items)


def finish_run(task: Job, at: datetime) -> None:
    """All or nothing: when a row did not go in after all, everything goes back."""
    run = run_of(task, at)
    if run.is_all_or_nothing and task.refused + task.failed and task.done:
        take_back(run, importers[run.importer], actor=actor_of(task), at=at)


@job(RUN, finished=finish_run)
def run_import(task: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Write the rows; once all or nothing is lost, no further ones."""
    run = run_of(task, at)
    if run.is_all_or_nothing and task.refused + task.failed:
        for item in items:
            item.state = JobItemState.REFUSED
            item.message = _("Not tried: another row could not go in, and it is all or nothing.")
        return
    _apply(task, items, at)
    _sample(task, items)


@job(UNDO)
def undo(task: Job, items: Sequence[JobItem], at: datetime) -> None:
    """Take rows back, each for itself; what stays is said."""
    run = run_of(task, at)
    which = importers[run.importer]
    for item in items:
        item.record_id = item.data["record"]
        done = Outcome(item.data["result"], item.data["record"], item.data.get("changes") or {})
        item.message = which.undo(done, source=run.source, actor=actor_of(task), at=at)
        if item.message:
            task.data["partly"] = task.data.get("partly", 0) + 1


def _apply(task: Job, items: Sequence[JobItem], at: datetime) -> None:
    run = run_of(task, at)
    which = importers[run.importer]
    readable: list[tuple[JobItem, ImportRow]] = []
    for item in items:
        values, problems = read_row(which, item.data["told"])
        problems = [(name, words) for name, words in item.data.get("problems", problems)]
        if problems:
            _note(which, item, Outcome(REFUSED, problems=problems))
        else:
            readable.append((item, ImportRow(item.data["line"], values)))
    rows = [row for _item, row in readable]
    outcomes = which.apply(rows, source=run.source, actor=actor_of(task), at=at) if rows else []
    for (item, _row), outcome in zip(readable, outcomes, strict=True):
        _note(which, item, outcome)
    _count(task, items)


def _note(which: Importer, item: JobItem, outcome: Outcome) -> None:
    """Write down on a job's row what became of it."""
    labels = {one.name: str(one.label) for one in which.fields}
    item.record_id = outcome.record_id
    item.data |= {"result": outcome.result, "changes": dict(outcome.changes), "locked": list(outcome.locked)}
    if outcome.result == REFUSED:
        item.state = JobItemState.REFUSED
        item.data["problems"] = [list(problem) for problem in outcome.problems]
        item.message = "\n".join(
            f"{labels[name]}: {words}" if name in labels else words for name, words in outcome.problems
        )


def _count(task: Job, items: Sequence[JobItem]) -> None:
    counts = Counter(task.data.get("counts", {}))
    for item in items:
        if item.state != JobItemState.REFUSED:
            counts[item.data["result"]] += 1
            counts["locked"] += bool(item.data["locked"])
    task.data["counts"] = dict(counts)


def _sample(task: Job, items: Sequence[JobItem]) -> None:
    """Keep the first changes for the page."""
    samples: list[dict[str, Any]] = task.data.setdefault("samples", [])
    for item in items:
        if len(samples) >= SAMPLED:
            return
        if item.state != JobItemState.REFUSED and item.data.get("result") == CHANGED:
            kept = {name: item.data[name] for name in ("line", "label", "changes")}
            samples.append(kept | {"record": item.record_id})
