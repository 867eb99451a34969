"""Films that may stand twice: the same page under two years, the same title a year apart."""

from collections.abc import Sequence

from modules.films.models import Film
from modules.films.rules.catalogue import sort_title
from modules.films.rules.imports import FilmRow, ImportReport, Suspect

Seen = tuple[str, int, dict[str, str]]


class SuspectFinder:
    """Compares every row with the rows before it and with the catalogue."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        self.by_page: dict[tuple[str, str], Seen] = {}
        self.by_title: dict[str, list[Seen]] = {}
        self.pairs: set[frozenset[tuple[str, int]]] = set()

    def look_at(self, rows: Sequence[FilmRow]) -> None:
        """Report what a batch's rows may be twins of; the catalogue is asked before the batch is written."""
        self._learn_catalogue(rows)
        for row in rows:
            if (suspect := self._same_page(row) or self._same_title(row)) is not None:
                self._report(suspect)
            self._learn((row.title, row.year, dict(row.external_ids)))

    def _report(self, suspect: Suspect) -> None:
        """Each pair once, whichever of the two comes first."""
        pair = frozenset([(suspect.title, suspect.year), (suspect.other_title, suspect.other_year)])
        if pair not in self.pairs:
            self.pairs.add(pair)
            self.report.suspects.append(suspect)

    def _learn_catalogue(self, rows: Sequence[FilmRow]) -> None:
        titles = {sort_title(row.title) for row in rows}
        films = list(Film.objects.filter(sort_title__in=titles).order_by("pk"))
        for source in {source for row in rows for source in row.external_ids}:
            pages = [row.external_ids[source] for row in rows if source in row.external_ids]
            films += Film.objects.filter(**{f"external_ids__{source}__in": pages}).order_by("pk")
        for film in films:
            self._learn((film.title, film.year, film.external_ids))

    def _learn(self, seen: Seen) -> None:
        title, _year, pages = seen
        for page in pages.items():
            self.by_page.setdefault(page, seen)
        others = self.by_title.setdefault(sort_title(title), [])
        if seen not in others:
            others.append(seen)

    def _same_page(self, row: FilmRow) -> Suspect | None:
        for page in row.external_ids.items():
            other = self.by_page.get(page)
            if other is not None and other[:2] != row.identity:
                return Suspect(row.line, row.title, row.year, other[0], other[1], f"both are {page[0]} “{page[1]}”")
        return None

    def _same_title(self, row: FilmRow) -> Suspect | None:
        for title, year, pages in self.by_title.get(sort_title(row.title), []):
            told_apart = any(pages.get(source, page) != page for source, page in row.external_ids.items())
            if (title, year) != row.identity and abs(year - row.year) <= 1 and not told_apart:
                return Suspect(row.line, row.title, row.year, title, year, "the same title, a year apart")
        return None
