"""An import in words and numbers for its pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.console.imports.importers import CHANGED, CREATED, UNCHANGED, Importer
from modules.console.imports.runs import may_undo
from modules.console.lists import CappedPaginator
from modules.console.models import ImportRun, ImportStep
from modules.core import jobs
from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.core.choices import JobItemState, JobState
from modules.core.errors import Words
from modules.core.looks import Look
from modules.core.models import Job, JobItem
from modules.core.references import console_address, staff_may_view

PROBLEMS_A_PAGE = 25
ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}
LONGEST_VALUE = 120


@dataclass(frozen=True)
class Step:
    """One of the steps above the page."""

    title: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Count:
    """A figure of the result."""

    title: str
    value: int
    tone: str = "neutral"


@dataclass(frozen=True)
class Problem:
    """A row that does not go in, or does not go back: where, and why."""

    line: int
    column: str
    words: str
    label: str = ""


@dataclass(frozen=True)
class Change:
    """A field of a record, before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Sample:
    """A record that changes."""

    label: str
    url: str
    changes: list[Change]


def steps_of(current: int) -> list[Step]:
    """File, columns, check, import: what is done and where one is."""
    titles = [_("File"), _("Columns"), _("Check"), _("Import")]
    return [Step(title, place < current, place == current) for place, title in enumerate(titles)]


def run_look(run: ImportRun) -> Look:
    """Word, tone and icon of how far an import is."""
    job = run.job
    if job is None or (run.step == ImportStep.CHECK and job.state == JobState.DONE):
        return Look(_("Not imported yet"), "neutral", "clock")
    if job.finished_at is None:
        words = {
            ImportStep.CHECK: _("Being checked"),
            ImportStep.RUN: _("Being imported"),
            ImportStep.UNDO: _("Being undone"),
        }
        return Look(words[ImportStep(run.step)], "info", "arrow-path")
    if job.state != JobState.DONE:
        return Look(JobState(job.state).label, "warning" if job.state == JobState.STOPPED else "danger", "pause-circle")
    if run.step == ImportStep.UNDO:
        return Look(_("Undone"), "neutral", "arrow-uturn-left")
    bad = job.refused + job.failed
    return Look(_("Imported"), "warning" if bad else "success", "exclamation-triangle" if bad else "check-circle")


def said_of(run: ImportRun) -> str:
    """What an import did, in a line."""
    job = run.run_job or run.check_job
    if job is None:
        return ""
    counts = job.data.get("counts", {})
    parts = [
        (counts.get(CREATED, 0), _("{n} added")),
        (counts.get(CHANGED, 0), _("{n} changed")),
        (counts.get(UNCHANGED, 0), _("{n} as they were")),
        (job.refused + job.failed, _("{n} left out")),
    ]
    return ", ".join(words.format(n=localize(n)) for n, words in parts if n)


def read_as(run: ImportRun) -> str:
    """How the file was understood."""
    marks = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs")}
    rows = ngettext("{n} row", "{n} rows", run.rows).format(n=localize(run.rows))
    how = [ENCODINGS.get(run.encoding, run.encoding), marks.get(run.delimiter, "")] if run.kind == "csv" else ["JSON"]
    return ", ".join([rows, *filter(None, how)])


def progress_of(run: ImportRun, which: Importer, actor: Actor, *, page: str | None) -> dict[str, Any]:
    """Everything that the page of a check, a run or an undo shows."""
    job: Job = run.job
    worked = job.done + job.refused + job.failed
    is_live, steers = job.finished_at is None, jobs.may_steer(job, actor)
    troubles = troubles_of(run)
    paged = CappedPaginator(troubles, PROBLEMS_A_PAGE).get_page(page)
    counts = {} if run.step == ImportStep.UNDO else job.data.get("counts", {})
    return {
        "run": run,
        "which": which,
        "job": job,
        "look": run_look(run),
        "checked_look": Look(_("Checked"), "success", "check-circle"),
        "read_as": read_as(run),
        "steps": steps_of({ImportStep.CHECK: 2, ImportStep.RUN: 4, ImportStep.UNDO: 4}.get(ImportStep(run.step), 2)),
        "worked": worked,
        "is_live": is_live,
        "is_checked": run.step == ImportStep.CHECK and job.state == JobState.DONE,
        "counts": counts_of(run, counts),
        "to_write": counts.get(CREATED, 0) + counts.get(CHANGED, 0),
        "locked": counts.get("locked", 0),
        "bad": job.refused + job.failed,
        "page": paged,
        "problems": [problem for item in paged for problem in problems_of(item, which, run)],
        "samples": [] if run.step == ImportStep.UNDO else samples_of(job, which, actor),
        "can_stop": steers and jobs.may_stop(job),
        "can_resume": steers and jobs.may_resume(job) and run.step != ImportStep.CHECK,
        "can_undo": may_undo(run),
        "address": reverse("console:import", args=[run.pk]),
        "job_url": jobs.job_address(job),
        "list_url": _list_address(which),
    }


def counts_of(run: ImportRun, counts: dict[str, int]) -> list[Count]:
    """The figures, in the tense of the step."""
    job: Job = run.job
    if run.step == ImportStep.UNDO:
        partly = job.data.get("partly", 0)
        return [
            Count(_("Taken back"), job.done - partly, "success"),
            Count(_("Taken back in part"), partly, "warning" if partly else "neutral"),
            Count(_("Stays"), job.refused + job.failed, "warning" if job.refused + job.failed else "neutral"),
        ]
    is_check = run.step == ImportStep.CHECK
    bad = job.refused + job.failed
    return [
        Count(_("Will be added") if is_check else _("Added"), counts.get(CREATED, 0)),
        Count(_("Will be changed") if is_check else _("Changed"), counts.get(CHANGED, 0)),
        Count(_("As they are"), counts.get(UNCHANGED, 0)),
        Count(_("Cannot go in") if is_check else _("Left out"), bad, "danger" if bad else "neutral"),
    ]


def troubles_of(run: ImportRun) -> QuerySet[JobItem]:
    """The rows of the job that did not go well, in the order of the file."""
    bad = Q(state__in=[JobItemState.REFUSED, JobItemState.FAILED])
    if run.step == ImportStep.UNDO:
        bad |= ~Q(message="")
    return JobItem.objects.filter(bad, job=run.job).order_by("position")


def problems_of(item: JobItem, which: Importer, run: ImportRun) -> list[Problem]:
    """What is wrong with a row, a problem a line."""
    line, label = item.data.get("line", 0), str(item.data.get("label", ""))
    listed = item.data.get("problems") if run.step != ImportStep.UNDO and item.state == JobItemState.REFUSED else None
    if not listed:
        return [Problem(line, "", item.message, label)]
    return [Problem(line, column_of(run, which, name), str(capfirst(words)), label) for name, words in listed]


def column_of(run: ImportRun, which: Importer, name: str) -> str:
    """What the file calls the column that tells a field; the field's own name where none does."""
    place = run.mapping.get(name)
    if place is not None and place < len(run.header) and run.header[place]:
        return str(run.header[place])
    return next((str(one.label) for one in which.fields if one.name == name), name)


def samples_of(job: Job, which: Importer, actor: Actor) -> list[Sample]:
    """Some records that change, old and new."""
    labels = {one.name: str(one.label) for one in which.fields}
    opens = staff_may_view(actor, which.model)
    kind = record_type(which.model)
    return [
        Sample(
            str(sample["label"]),
            console_address(kind, sample["record"]) if opens and sample["record"] else "",
            [
                Change(
                    labels.get(name) or _label(which, name),
                    _short(which.show(name, old)),
                    _short(which.show(name, new)),
                )
                for name, (old, new) in sample["changes"].items()
            ],
        )
        for sample in job.data.get("samples", [])
    ]


def _label(which: Importer, name: str) -> str:
    fields: Iterable[Any] = which.model._meta.get_fields()
    words: Words = next((getattr(one, "verbose_name", name) for one in fields if one.name == name), name)
    return str(capfirst(str(words)))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _list_address(which: Importer) -> str:
    options = which.model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
