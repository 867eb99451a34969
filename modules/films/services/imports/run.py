"""One import from the first row to the report."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction

from modules.core.actors import Actor
from modules.films.rules.imports import FilmRow, ImportReport, RowProblem
from modules.films.services.imports.editions import write_editions
from modules.films.services.imports.films import FilmWriter
from modules.films.services.imports.suspects import SuspectFinder

BATCH = 400


@transaction.atomic
def import_films(
    *, rows: Iterable[FilmRow | RowProblem], source: str, actor: Actor, at: datetime, dry_run: bool = False
) -> ImportReport:
    """Write films, their people, genres, editions and stock. A row that cannot be read is reported and left out.

    Everything is written in one transaction; a dry run does the same and takes it back. `source` names the import in
    stock movements, so that copies are received once however often it runs. Memory holds a batch of rows at a time.
    """
    report = ImportReport(dry_run=dry_run)
    writer, finder = FilmWriter(report, actor=actor, at=at), SuspectFinder(report)
    for batch in _batches(_first_of_each(rows, report)):
        finder.look_at(batch)
        films = writer.write(batch)
        write_editions(batch, films, report, source=source, actor=actor, at=at)
    if dry_run:
        transaction.set_rollback(True)
    return report


def _first_of_each(rows: Iterable[FilmRow | RowProblem], report: ImportReport) -> Iterator[FilmRow]:
    """Readable rows; a film that stands in the source twice is a problem of the later line."""
    seen: dict[tuple[str, int], int] = {}
    for row in rows:
        if isinstance(row, RowProblem):
            report.problems.append(row)
        elif row.identity in seen:
            words = f"this film stands in line {seen[row.identity]} already"
            report.problems.append(RowProblem(row.line, "title", words))
        else:
            seen[row.identity] = row.line
            yield row


def _batches(rows: Iterator[FilmRow]) -> Iterator[list[FilmRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
