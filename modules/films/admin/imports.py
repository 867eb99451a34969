"""What the shop imports on a page: films."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.console.api import CHANGED, CREATED, UNCHANGED, Importer, ImportField, ImportRow, Outcome, importer
from modules.core.actors import Actor
from modules.films.forms.imports.csv_table import HEADINGS
from modules.films.forms.imports.values import LISTS, film_row, names_in, read_value
from modules.films.models import Film
from modules.films.rules.imports import Written
from modules.films.services.imports.page import take_back_changes, take_back_new_film, write_films

LABELS = {
    "title": _("Title"),
    "year": _("Year"),
    "original_title": _("Original title"),
    "language": _("Original language"),
    "runtime": _("Running time in minutes"),
    "synopsis": _("Synopsis"),
    "tagline": _("Tagline"),
    "status": _("Status"),
    "genres": _("Genres"),
    "countries": _("Countries"),
    "cast": _("Cast"),
    "directors": _("Directors"),
    "writers": _("Writers"),
    "producers": _("Producers"),
    "composers": _("Composers"),
    "cinematographers": _("Cinematographers"),
    "editors": _("Editors"),
}


def _read(column: str, value: Any) -> Any:
    """A cell of a table may hold several names; a JSON file has them as a list."""
    return read_value(column, names_in(value) if column in LISTS and isinstance(value, str) else value)


@importer
class FilmImporter(Importer):
    """Films, known by title and year."""

    key, title, model = "films.film", _("Films"), Film
    permissions = ("films.import_films",)
    hint = _(
        "One film a row with title and year; also genres, people, countries, synopsis and more. Several names in one "
        "cell are separated by |. A film that is known by title and year is changed where the file says otherwise; "
        "fields that are locked stay."
    )
    fields = [
        *(
            ImportField(name, label, partial(_read, name), name in ("title", "year"), HEADINGS[name])
            for name, label in LABELS.items()
        ),
        ImportField("wikipedia", _("Page in Wikipedia"), partial(read_value, "wikipedia"), aliases=("href",)),
    ]

    def identity(self, values: Mapping[str, Any]) -> str:
        return f"{values['title']}\n{values['year']}"

    def label(self, values: Mapping[str, Any]) -> str:
        year = values.get("year")
        return f"{values['title']} ({year})" if year else str(values["title"])

    def apply(self, rows: Sequence[ImportRow], *, source: str, actor: Actor, at: datetime) -> Sequence[Outcome]:
        films = [
            film_row(row.line, row.values, {"wikipedia": page} if (page := row.values.get("wikipedia")) else {})
            for row in rows
        ]
        return [_outcome(written) for written in write_films(films, actor=actor, at=at)]

    def undo(self, outcome: Outcome, *, source: str, actor: Actor, at: datetime) -> str:
        told: dict[str, Any] = {"film_id": outcome.record_id, "actor": actor, "at": at}
        if outcome.result == CREATED:
            take_back_new_film(**told)
            return ""
        stays = take_back_changes(changes=outcome.changes, **told)
        return _t("Stays, because it was changed since: {fields}.").format(fields=", ".join(stays)) if stays else ""


def _outcome(written: Written) -> Outcome:
    result = CREATED if written.is_new else CHANGED if written.changes else UNCHANGED
    return Outcome(result, written.film_id, written.changes, written.locked)
