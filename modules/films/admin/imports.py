"""What the shop imports on a page: films, and prices with stock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.console.api import (
    CHANGED,
    CREATED,
    REFUSED,
    UNCHANGED,
    Importer,
    ImportField,
    ImportRow,
    Outcome,
    importer,
)
from modules.core.actors import Actor
from modules.core.errors import Refusal
from modules.core.money import Money
from modules.films.errors import RowRefused
from modules.films.forms.imports import prices
from modules.films.forms.imports.csv_table import HEADINGS
from modules.films.forms.imports.values import LISTS, film_row, names_in, read_value
from modules.films.models import Edition, Film
from modules.films.rules.imports import Written
from modules.films.services.imports.page import take_back_changes, take_back_new_film, write_films
from modules.films.services.imports.price_list import RIGHTS, take_back_price_row, write_price_row

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


@importer
class PriceListImporter(Importer):
    """Editions with prices, known by their SKU, and stock as it was counted."""

    key, title, model = "films.edition", _("Prices and stock"), Edition
    permissions = RIGHTS
    hint = _(
        "One edition a row, known by its SKU. A price that differs is changed; a location and how many are there "
        "correct the stock. For a new SKU the row also needs title, year, format and price."
    )
    fields = [
        ImportField("sku", _("SKU"), prices.text, required=True, aliases=("article", "articulo")),
        ImportField("price", _("Price"), prices.price, aliases=("precio", "preis")),
        ImportField("format", _("Format"), prices.edition_format, aliases=("formato",)),
        ImportField("location", _("Location"), prices.text, aliases=("place", "store", "ubicacion")),
        ImportField("on_hand", _("Copies on hand"), prices.copies, aliases=("stock", "copies", "existencias")),
        ImportField("unit_cost", _("Cost of a copy"), prices.price, aliases=("cost", "unit cost", "coste")),
        ImportField("title", LABELS["title"], partial(read_value, "title"), aliases=HEADINGS["title"]),
        ImportField("year", LABELS["year"], partial(read_value, "year"), aliases=HEADINGS["year"]),
        ImportField("ean", _("EAN"), prices.ean, aliases=("ean 13", "barcode")),
    ]

    def identity(self, values: Mapping[str, Any]) -> str:
        return f"{values['sku']}\n{values.get('location', '')}"

    def label(self, values: Mapping[str, Any]) -> str:
        return str(values["sku"])

    def apply(self, rows: Sequence[ImportRow], *, source: str, actor: Actor, at: datetime) -> Sequence[Outcome]:
        return [self._apply(row, source=source, actor=actor, at=at) for row in rows]

    def _apply(self, row: ImportRow, **told: Any) -> Outcome:
        try:
            return _outcome(write_price_row(row.values, **told))
        except RowRefused as refusal:
            return Outcome(REFUSED, problems=[(refusal.field, str(refusal))])
        except Refusal as refusal:
            return Outcome(REFUSED, problems=[("", str(refusal))])

    def undo(self, outcome: Outcome, *, source: str, actor: Actor, at: datetime) -> str:
        return take_back_price_row(
            edition_id=outcome.record_id or 0, is_new=outcome.result == CREATED, changes=outcome.changes,
            source=source, actor=actor, at=at,
        )  # fmt: skip

    def show(self, name: str, value: Any) -> str:
        if name == "price":
            return str(Money(value, settings.SHOP_CURRENCY))
        return str(value[1]) if name == "on_hand" else super().show(name, value)
