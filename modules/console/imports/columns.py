"""The form that says which field each column of a file tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from modules.console.imports.importers import Importer
from modules.console.models import ImportRun


@dataclass
class Column:
    """A column of the file with its samples, and what it was said to tell."""

    place: int
    title: str
    samples: list[str]
    tells: str = ""
    error: str = ""


@dataclass
class Columns:
    """The columns of an import as the page shows them."""

    columns: list[Column]
    missing: list[str] = field(default_factory=list)
    """Labels of required fields that no column tells."""

    @property
    def is_valid(self) -> bool:
        return not self.missing and not any(column.error for column in self.columns)

    @property
    def mapping(self) -> dict[str, int]:
        return {column.tells: column.place for column in self.columns if column.tells}


def columns_of(run: ImportRun, mapping: Mapping[str, int]) -> Columns:
    """The columns with what is known of them."""
    told = {place: name for name, place in mapping.items()}
    return Columns(
        [
            Column(place, title or _("Column {n}").format(n=place + 1), list(samples), told.get(place, ""))
            for place, (title, samples) in enumerate(zip(run.header, run.samples, strict=True))
        ]
    )


def posted_columns(run: ImportRun, which: Importer, data: QueryDict) -> Columns:
    """What the form says, with errors at the columns: a field told twice, or none; required fields that are missing."""
    labels = {one.name: str(one.label) for one in which.fields}
    found = columns_of(run, {})
    first: dict[str, Column] = {}
    for column in found.columns:
        name = data.get(f"column-{column.place}", "")
        if name and name not in labels:
            column.error = _("Choose one of the fields.")
            continue
        column.tells = name
        if name and name in first:
            words = _("“{column}” tells the {field} already.")
            column.error = words.format(column=first[name].title, field=labels[name])
        first.setdefault(name, column)
    found.missing = [labels[one.name] for one in which.fields if one.required and one.name not in first]
    return found
