"""The list behind an address: the owner's rows, searched, filtered, sorted and paged as the query string says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.core.looks import look_of
from modules.portal.ownership import owned
from modules.portal.pages import ListPage, RecordPages, Words
from modules.portal.values import is_number, model_field, title_of, value_of

SEARCH, SORT, PAGE = "q", "sort", "page"
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Column:
    name: str
    title: Words
    is_number: bool = False
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Cell:
    column: Column
    value: Any


@dataclass(frozen=True)
class Row:
    url: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Chip:
    title: Words
    url: str
    is_on: bool
    count: int | None


@dataclass(frozen=True)
class ChipGroup:
    title: Words
    chips: Sequence[Chip]


@dataclass(frozen=True)
class Listing:
    """All that the list's template shows."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    groups: Sequence[ChipGroup]
    page: Page[Any]
    search: str
    hidden: Sequence[tuple[str, str]]
    clear_url: str
    is_narrowed: bool


def build_listing(pages: RecordPages, page: ListPage, actor: Actor, params: QueryDict) -> Listing:
    """Two queries, and one more for each filter (two when it goes over a relation), however many rows there are."""
    mine = owned(pages, actor)
    search = params.get(SEARCH, "").replace("\0", "").strip()[:LONGEST_SEARCH]
    found = _searched(mine, page, search)
    chosen = {name: _valid(pages, name, params.get(name, "")) for name in page.filters}
    groups = [_chips(pages, found, name, chosen, params, pages.list_url()) for name in page.filters]
    rows = found.filter(**{name: value for name, value in chosen.items() if value != ""})
    order = _order(pages, page, params.get(SORT, ""))
    related = [name for name in page.columns if isinstance(model_field(pages, name), models.ForeignKey)]
    rows = rows.select_related(*related) if related else rows
    shown = Paginator(rows.order_by(*order), page.page_size).get_page(params.get(PAGE))
    columns = [_column(pages, name, order[0], params) for name in page.columns]
    return Listing(
        columns=columns,
        rows=[_row(pages, columns, record) for record in shown],
        groups=[group for group in groups if group.chips],
        page=shown,
        search=search,
        hidden=[(name, str(params[name])) for name in (*page.filters, SORT) if params.get(name)],
        clear_url=pages.list_url() if any(value != "" for value in chosen.values()) or search else "",
        is_narrowed=bool(search) or any(value != "" for value in chosen.values()),
    )


def _searched(rows: QuerySet[Any], page: ListPage, search: str) -> QuerySet[Any]:
    if not search or not page.search:
        return rows
    return rows.filter(reduce(or_, (Q(**{_contains(path): search}) for path in page.search)))


def _contains(path: str) -> str:
    """`number` is searched anywhere in it, ignoring case; `number__startswith` as it says."""
    return (
        path if path.rpartition("__")[2] in ("exact", "iexact", "startswith", "istartswith") else f"{path}__icontains"
    )


def _valid(pages: RecordPages, name: str, text: str) -> Any:
    """The value that a filter's text means, or "" when it means none: an address typed by hand is no error."""
    if not text:
        return ""
    try:
        return pages.model._meta.get_field(name).to_python(text) if "\0" not in text else ""
    except (ValidationError, ValueError):
        return ""


def _chips(
    pages: RecordPages, rows: QuerySet[Any], name: str, chosen: Mapping[str, Any], params: QueryDict, url: str
) -> ChipGroup:
    """A chip for each value that occurs among the rows which the other filters leave."""
    others = {key: value for key, value in chosen.items() if key != name and value != ""}
    counted = rows.filter(**others).order_by().values_list(name).annotate(Count("pk")).order_by(name)
    counts = {value: count for value, count in counted if value is not None}
    if chosen[name] != "":
        counts.setdefault(chosen[name], 0)
    words = _words(pages, name, counts)
    ordered = [value for value in words if value in counts] or list(counts)
    chips = [
        Chip(
            title=words.get(value, str(value)),
            url=_address(params, url, name, value, chosen[name]),
            is_on=value == chosen[name],
            count=counts[value],
        )
        for value in ordered
    ]
    return ChipGroup(title_of(pages, name), chips)


def _words(pages: RecordPages, name: str, values: Iterable[Any]) -> dict[Any, Words]:
    """The labels of a filter's values, in the order people expect: of choices, yes and no, related records by name."""
    found = pages.model._meta.get_field(name)
    if found.choices:
        return dict(found.flatchoices)
    if name == "state":
        return {value: look_of(pages.model(state=value)).title for value in values}
    if isinstance(found, models.BooleanField):
        return {True: _("Yes"), False: _("No")}
    if isinstance(found, models.ForeignKey):
        related = found.related_model._default_manager.in_bulk(list(values))
        return dict(sorted(((key, str(record)) for key, record in related.items()), key=lambda pair: pair[1]))
    return {}


def _address(params: QueryDict, url: str, name: str, value: Any, chosen: Any) -> str:
    """The address with this value chosen, or taken away when it is; always from the first page."""
    kept = {key: str(text) for key, text in params.items() if text and key not in (PAGE, name)}
    if value != chosen:
        kept[name] = str(value)
    return f"{url}?{urlencode(kept)}" if kept else url


def _order(pages: RecordPages, page: ListPage, wanted: str) -> list[str]:
    """The asked order if it is a column of the table, else the page's own; the primary key makes it certain."""
    name = wanted.removeprefix("-")
    first = wanted if name in page.columns and model_field(pages, name) is not None else page.sort
    return [first] if first in ("pk", "-pk") else [first, "-pk"]


def _column(pages: RecordPages, name: str, order: str, params: QueryDict) -> Column:
    title, number = title_of(pages, name), is_number(pages, name)
    if model_field(pages, name) is None:
        return Column(name, title, number)
    by = order.removeprefix("-") == name
    direction = ("descending" if order.startswith("-") else "ascending") if by else ""
    wanted = f"-{name}" if direction == "ascending" else name
    return Column(name, title, number, _address(params, pages.list_url(), SORT, wanted, ""), direction)


def _row(pages: RecordPages, columns: Sequence[Column], record: models.Model) -> Row:
    url = pages.detail_url(record) if pages.detail else ""
    return Row(url, [Cell(column, value_of(pages, record, column.name)) for column in columns])
