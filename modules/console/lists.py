"""Lists that hold at a million rows: capped counts, prefix search by index, sorting by indexed columns."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from babel.numbers import format_decimal
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from modules.core.moments import babel_locale

COUNT_CAP = 10_000
LAST_LETTER = "\U0010ffff"


class CappedPaginator(Paginator):
    """Counts at most one row more than the cap: a list of a million rows does not scan them to say so."""

    template_name = "console/partials/_pagination.html"

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[: COUNT_CAP + 1].count()
        return len(rows)

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP

    @property
    def shown_count(self) -> str:
        """The count, or its cap, in the reader's figures."""
        return str(format_decimal(min(self.count, COUNT_CAP), locale=babel_locale()))


def prefix_condition(fields: Iterable[str], term: str) -> Q:
    """Rows where a field starts with the term in one of its usual spellings; `=name` asks for the exact value.

    A range instead of LIKE, because SQLite's LIKE cannot use the index. The spellings stand for case folding.
    """
    found = Q(pk__in=[])
    for field in fields:
        if field.startswith("="):
            found |= Q(**{field[1:]: term})
            continue
        name = field.removeprefix("^")
        for spelling in {term, term.lower(), term.upper(), term.capitalize(), term.title()}:
            found |= Q(**{f"{name}__gte": spelling, f"{name}__lt": spelling + LAST_LETTER})
    return found


def indexed_columns(model: type[Model]) -> set[str]:
    """Names of fields by which sorting needs no scan: primary key, unique, or first in an index."""
    options = model._meta
    names = {
        field.name for field in options.fields if field.primary_key or field.unique or getattr(field, "db_index", False)
    }
    names |= {index.fields[0].lstrip("-") for index in options.indexes if index.fields}
    return names | {constraint.fields[0] for constraint in options.total_unique_constraints}


def sortable_columns(model: type[Model], columns: Sequence[Any], described: Any) -> list[Any]:
    """Those of the shown columns whose order comes from an indexed field (`admin_order_field` included)."""
    indexed = indexed_columns(model)
    kept = []
    for column in columns:
        source = column if callable(column) else getattr(described, column, None)
        order = getattr(source, "admin_order_field", None) or (column if isinstance(column, str) else "")
        if str(order).lstrip("-") in indexed or (order == "pk"):
            kept.append(column)
    return kept


class ConsoleChangeList(ChangeList):
    """A list that never counts the whole table beside the filtered one."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count
