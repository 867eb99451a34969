"""An import from the upload to its undoing: each step is asked for here, and done by a job (`jobs.py`)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.console.imports.files import rows_of, take_file
from modules.console.imports.importers import CHANGED, CREATED, Importer, importers, importers_for, may_import
from modules.console.models import ImportRun, ImportStep
from modules.core.actors import Actor
from modules.core.audit import audit, record_type
from modules.core.choices import JobItemState, JobState
from modules.core.errors import NotAllowed, Refusal
from modules.core.jobs import start_job
from modules.core.models import Job, JobItem
from modules.core.text import fold

CHECK, RUN, UNDO = "console.import_check", "console.import_run", "console.import_undo"
_KEYS = UUID("5f0c6b0e-3f2d-4c0b-9a55-0a5f6d1e7c11")
STEPS = {RUN: (ImportStep.RUN, "run_job", "imported"), UNDO: (ImportStep.UNDO, "undo_job", "import_undone")}
BATCH = 500
ENDED = (JobState.DONE, JobState.STOPPED, JobState.FAILED)


class NotChecked(Refusal):
    """The check has not come to its end, or the import has begun already."""

    code = "import_not_checked"
    words = gettext_lazy("Check the file first: the import begins from there.")


class HasProblems(Refusal):
    """All or nothing was asked for, and something is wrong."""

    code = "import_has_problems"
    words = gettext_lazy("{count} rows cannot go in, so nothing does. Correct the file, or let the good rows in.")


class FileGone(Refusal):
    """The file was removed."""

    code = "import_file_gone"
    words = gettext_lazy("The file was removed after thirty days. Upload it again.")


class NotUndone(Refusal):
    """There is nothing to take back, or something newer stands above it."""

    code = "import_not_undone"
    words = gettext_lazy("Only the last import can be undone, once it has ended.")


def runs_for(actor: Actor) -> QuerySet[ImportRun]:
    """The imports that a person may see: of everything that they may import."""
    keys = [one.key for one in importers_for(actor)]
    return ImportRun.objects.filter(importer__in=keys).select_related("actor", "check_job", "run_job", "undo_job")


def found_run(actor: Actor, pk: int) -> tuple[ImportRun, Importer]:
    """An import for those who may import such things; to others it is not there."""
    run = runs_for(actor).filter(pk=pk).first()
    if run is None:
        raise Http404
    return run, importer_of(run, actor)


def importer_of(run: ImportRun, actor: Actor) -> Importer:
    found = importers[run.importer]
    if not may_import(actor, found):
        raise NotAllowed
    return found


def take_in(which: Importer, *, upload: UploadedFile, actor: Actor, at: datetime) -> ImportRun:
    """Keep a file and look at it; Unreadable when it cannot be imported."""
    if actor.user is None or not may_import(actor, which):
        raise NotAllowed
    name, place, found = take_file(upload)
    try:
        return ImportRun.objects.create(
            importer=which.key, name=name, size=upload.size or 0, stored=place, kind=found.kind,
            encoding=found.encoding, delimiter=found.delimiter, header=found.header, samples=found.samples,
            fingerprint=found.fingerprint, rows=found.rows, actor=actor.user, at=at,
        )  # fmt: skip
    except BaseException:
        default_storage.delete(place)
        raise


def guessed(which: Importer, run: ImportRun) -> dict[str, int]:
    """What the columns tell: as it was said last for such a file, else by what they are called."""
    if run.mapping:
        return dict(run.mapping)
    like = ImportRun.objects.filter(importer=run.importer, fingerprint=run.fingerprint).exclude(mapping={})
    if (before := like.order_by("-pk").first()) is not None:
        known = {one.name for one in which.fields}
        return {name: place for name, place in before.mapping.items() if name in known}
    found: dict[str, int] = {}
    for place, title in enumerate(run.header):
        name = _names(which).get(fold(title))
        if name is not None:
            found.setdefault(name, place)
    return found


def _names(which: Importer) -> dict[str, str]:
    return {
        fold(str(word)): one.name for one in which.fields for word in (one.name, one.label, *one.aliases)
    }  # fmt: skip


def start_check(run: ImportRun, *, mapping: Mapping[str, int], checks: int, actor: Actor, at: datetime) -> ImportRun:
    """Check all rows in the background. `checks` is how many the page had seen, so that a second press does nothing."""
    which = importer_of(run, actor)
    if not run.stored:
        raise FileGone
    if run.step not in (ImportStep.COLUMNS, ImportStep.CHECK):
        raise NotChecked
    if run.checks == checks:
        job = _start(run, which, CHECK, rows_of(run, which, mapping), f"check:{checks}", actor=actor, at=at)
        ImportRun.objects.filter(pk=run.pk, checks=checks, run_job__isnull=True).update(
            mapping=dict(mapping), checks=F("checks") + 1, step=ImportStep.CHECK, check_job=job
        )
    run.refresh_from_db()
    return run


def start_run(run: ImportRun, *, is_all_or_nothing: bool, actor: Actor, at: datetime) -> ImportRun:
    """Write the rows, in the background. NotChecked, HasProblems or FileGone; a second press does nothing."""
    which = importer_of(run, actor)
    if run.step in (ImportStep.RUN, ImportStep.UNDO):
        return run
    if run.check_job is None or run.check_job.state != JobState.DONE:
        raise NotChecked
    if not run.stored:
        raise FileGone
    bad = run.check_job.refused + run.check_job.failed
    if is_all_or_nothing and bad:
        raise HasProblems(count=bad)
    ImportRun.objects.filter(pk=run.pk).update(is_all_or_nothing=is_all_or_nothing)
    run.refresh_from_db()
    job = _start(run, which, RUN, rows_of(run, which, run.mapping), "run", actor=actor, at=at)
    take_step(run, job, actor=actor, at=at)
    return run


def start_undo(run: ImportRun, *, actor: Actor, at: datetime) -> ImportRun:
    """Take back what the import wrote, the newest row first. NotUndone unless it is the last import and has ended."""
    which = importer_of(run, actor)
    if run.step == ImportStep.UNDO:
        return run
    if not may_undo(run):
        raise NotUndone
    take_back(run, which, actor=actor, at=at)
    return run


def take_back(run: ImportRun, which: Importer, *, actor: Actor, at: datetime) -> None:
    """Begin to undo what a run has written."""
    job = _start(run, which, UNDO, written_rows(run), "undo", actor=actor, at=at)
    take_step(run, job, actor=actor, at=at)


def may_undo(run: ImportRun) -> bool:
    """Whether it wrote something that can still be found, and no later import of the kind stands above it."""
    job = run.run_job
    if run.step != ImportStep.RUN or job is None or job.state not in ENDED or not job.rows_kept or not job.done:
        return False
    later = ImportRun.objects.filter(importer=run.importer, step=ImportStep.RUN, run_job__gt=job.pk)
    return not later.exists()


def written_rows(run: ImportRun) -> Iterator[dict[str, Any]]:
    """What the run wrote, the last row first."""
    rows = JobItem.objects.filter(job=run.run_job, state=JobItemState.DONE).order_by("-position")
    batch = list(rows[:BATCH])
    while batch:
        for row in batch:
            if row.data.get("result") in (CREATED, CHANGED):
                kept = {name: row.data.get(name) for name in ("line", "label", "result", "changes")}
                yield kept | {"record": row.record_id}
        batch = list(rows.filter(position__lt=batch[-1].position)[:BATCH])


def _start(
    run: ImportRun, which: Importer, kind: str, items: Iterator[dict[str, Any]], key: str, *, actor: Actor, at: datetime
) -> Job:
    titles = {CHECK: _("Check {name}"), RUN: _("Import {name}"), UNDO: _("Undo the import of {name}")}
    return start_job(
        kind, title=titles[kind].format(name=run.name), items=items, data={"run": run.pk}, actor=actor, at=at,
        record_type=record_type(which.model), key=uuid5(_KEYS, f"{run.pk}:{key}"),
    )  # fmt: skip


def take_step(run: ImportRun, job: Job, *, actor: Actor, at: datetime) -> None:
    """Note on the import which job is at it now; the job's first turn does so too, should it be quicker."""
    step, name, deed = STEPS[job.kind]
    with transaction.atomic():
        untaken = ImportRun.objects.filter(pk=run.pk, **{f"{name}__isnull": True})
        if untaken.update(**{"step": step, name: job}):
            audit(run, deed, actor=actor, at=at)
    run.refresh_from_db()
