"""Lists that hold at a million rows: capped counts, prefix search by index, sorting along whole indexes."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from babel.numbers import format_decimal
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.views import ChangeList

from modules.console.list_query import COLUMNS, OWN, SIZE, VIEW, Query, kept, written
from modules.core.moments import babel_locale

COUNT_CAP = 10_000
LAST_LETTER = "\U0010ffff"
SIZES = (10, 25, 50)


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


def prefix_condition(fields: Iterable[str], term: str, model: type[Model] | None = None) -> Q:
    """Rows where a field starts with the term in one of its usual spellings; `=name` asks for the exact value.

    A range instead of LIKE, because SQLite's LIKE cannot use the index. The spellings stand for case folding. A field
    of another record is asked there first, if the model is given: an OR across a join would read both tables.
    """
    found = Q(pk__in=[])
    for field in fields:
        is_exact, path = field.startswith("="), field.lstrip("=^")
        name, _separator, rest = path.partition(LOOKUP_SEP)
        other: Any = model._meta.get_field(name).related_model if rest and model else None
        if other is not None:
            there = prefix_condition([f"={rest}" if is_exact else rest], term, other)
            found |= Q(**{f"{name}__in": other._default_manager.filter(there).order_by().values("pk")})
        else:
            found |= Q(**{path: term}) if is_exact else _starts_with(path, term)
    return found


def _starts_with(name: str, term: str) -> Q:
    found = Q()
    for spelling in {term, term.lower(), term.upper(), term.capitalize(), term.title()}:
        found |= Q(**{f"{name}__gte": spelling, f"{name}__lt": spelling + LAST_LETTER})
    return found


def searched(rows: QuerySet[Any], fields: Sequence[str], term: str) -> QuerySet[Any]:
    """The rows of a search.

    SQLite would gather and sort all that a short prefix matches, however many. Where these are more than are counted,
    it is kept from the indexes of the searched columns, so that it walks along the list's order and soon has its page.
    """
    condition = prefix_condition(fields, term, rows.model)
    if connection.vendor == "sqlite":
        matching = rows.model._default_manager.filter(condition).order_by().values("pk")
        if matching[: COUNT_CAP + 1].count() > COUNT_CAP:
            texts = [name.lstrip("^") for name in fields if not name.startswith("=") and LOOKUP_SEP not in name]
            aliases = {f"searched_{name}": Coalesce(F(name), Value("")) for name in texts}
            rest = [name for name in fields if name.lstrip("^") not in texts]
            condition = prefix_condition([*aliases, *rest], term, rows.model)
            rows = rows.alias(**aliases)
    return rows.filter(condition)


def index_orders(model: type[Model]) -> dict[str, list[str]]:
    """By column, the order of the index that it leads, down to the primary key: such a sort reads one page's rows.

    A foreign key leads to another table's order, and an index with a condition holds only some rows: neither sorts.
    """
    options = model._meta
    found: dict[str, list[str]] = {}
    for index in options.indexes:
        if index.fields and not index.condition:
            found.setdefault(index.fields[0].lstrip("-"), list(index.fields))
    for constraint in options.total_unique_constraints:
        found.setdefault(constraint.fields[0], list(constraint.fields))
    for field in options.concrete_fields:
        if field.primary_key or field.unique or getattr(field, "db_index", False):
            found[field.name] = [field.name]
    related = {field.name for field in options.concrete_fields if field.remote_field is not None}
    return {name: _to_the_key(model, order) for name, order in found.items() if name not in related}


def _to_the_key(model: type[Model], order: list[str]) -> list[str]:
    key = {"pk", model._meta.pk.name}
    columns = [name.replace(LOOKUP_SEP, "") for name in order]
    if columns[-1].lstrip("-") in key:
        return order
    return [*order, "-pk" if order[-1].startswith("-") else "pk"]


def reversed_order(order: Iterable[str]) -> list[str]:
    """The same order, read from its end."""
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def indexed_columns(model: type[Model]) -> set[str]:
    """Names of fields by which sorting needs no scan."""
    return set(index_orders(model))


def order_field(described: Any, column: Any) -> str:
    """The field by which a column of a list would sort; empty where there is none."""
    source = column if callable(column) else getattr(described, column, None)
    order = getattr(source, "admin_order_field", None) or (column if isinstance(column, str) else "")
    return str(order).lstrip("-")


def sortable_columns(model: type[Model], columns: Sequence[Any], described: Any) -> list[Any]:
    """Those of the shown columns whose order comes from an indexed field (`admin_order_field` included)."""
    indexed = indexed_columns(model)
    return [column for column in columns if order_field(described, column) in indexed | {"pk"}]


class ConsoleChangeList(ChangeList):
    """A list that says all of itself in its address: filters, search, order by name, columns, page size, view."""

    params: dict[str, str]
    filter_params: dict[str, Any]
    plain_lookups: Query
    result_list: Any

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(request, *args, **kwargs)
        if not self.is_popup:
            self.title = str(capfirst(str(self.opts.verbose_name_plural)))

    def get_results(self, request: HttpRequest) -> None:
        """The page and a capped count, never the count of the whole table; a file or a month needs neither."""
        if not getattr(request, "needs_page", True):
            self.result_list = []
            self.result_count = self.full_result_count = 0
            self.show_full_result_count = self.show_admin_actions = self.can_show_all = self.multi_page = False
            return
        size = self.params.get(SIZE, "")
        if size in map(str, SIZES):
            self.list_per_page = int(size)
        super().get_results(request)
        self.full_result_count = self.result_count

    def apply_select_related(self, qs: QuerySet[Any]) -> QuerySet[Any]:
        """Declared relations, and those of the columns shown; Django's own guess leaves out what may be empty."""
        if self.list_select_related is True:
            return qs.select_related()
        related = {field.name for field in self.lookup_opts.concrete_fields if field.many_to_one or field.one_to_one}
        names = {*(self.list_select_related or ()), *(related & set(self.column_names))}
        return qs.select_related(*sorted(names)) if names else qs

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        return {name: values for name, values in found.items() if name not in OWN}

    def get_filters(self, request: HttpRequest) -> Any:
        found = super().get_filters(request)
        self.plain_lookups = {name: list(values) for name, values in found[2].items()}
        return found

    # Order, by the names of columns

    @cached_property
    def column_names(self) -> list[str]:
        """A name for every column; a state is called so, however it is shown."""
        names = [getattr(column, "__name__", column) for column in self.list_display]
        return ["state" if name == "shown_state" else str(name) for name in names]

    @property
    def sort(self) -> tuple[int, bool] | None:
        """The column that the address sorts by, and whether downwards; None where it says nothing that can be done."""
        asked = self.params.get(ORDER_VAR, "").split(".")[0]
        name, is_downwards = asked.removeprefix("-"), asked.startswith("-")
        if name.isdecimal() and len(name) < 4:
            place = int(name)
        else:
            place = self.column_names.index(name) if name in self.column_names else -1
        if not 0 <= place < len(self.list_display) or self.list_display[place] not in (self.sortable_by or ()):
            return None
        return place, is_downwards

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        if self.sort is None:
            return list(self.model_admin.get_ordering(request))
        place, is_downwards = self.sort
        name = order_field(self.model_admin, self.list_display[place])
        order = index_orders(self.model).get(name, ["pk"])
        return order if order[0].startswith("-") == is_downwards else reversed_order(order)

    def get_ordering_field_columns(self) -> dict[int, str]:
        if self.sort is not None:
            place, is_downwards = self.sort
            return {place: "desc" if is_downwards else "asc"}
        first = next(iter(self.model_admin.default_order), "")
        fields = [order_field(self.model_admin, column) for column in self.list_display]
        name = first.lstrip("-")
        if name not in fields or self.list_display[fields.index(name)] not in (self.sortable_by or ()):
            return {}
        return {fields.index(name): "desc" if first.startswith("-") else "asc"}

    # Addresses

    @property
    def query_kept(self) -> Query:
        """What a saved view would keep of this address."""
        return kept(self.filter_params)

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Django's, with the order by names, as the choice of columns moves their places."""
        changed = dict(new_params or {})
        if order := changed.get(ORDER_VAR):
            place = str(order).split(".")[0]
            names = self.column_names
            index = int(place.lstrip("-") or 0)
            if index < len(names):
                changed[ORDER_VAR] = f"-{names[index]}" if place.startswith("-") else names[index]
        elif ORDER_VAR in changed:
            changed[ORDER_VAR] = None
        address = str(super().get_query_string(changed, remove))
        return address if address != "?" else written({})

    def link(self, changes: Mapping[str, Iterable[str]], *, keep_view: bool = True) -> str:
        """The address of this list with some parameters replaced; an empty value takes one away."""
        query: Query = {**self.query_kept}
        if keep_view and (view := self.params.get(VIEW)):
            query[VIEW] = [view]
        query |= {name: list(values) for name, values in changes.items()}
        return written(query)

    def hidden(self, without: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The present query as hidden inputs of a form that asks for some of it itself."""
        left_out = set(without)
        query = {**self.query_kept, VIEW: [self.params.get(VIEW, "")]}
        return [(name, value) for name, values in query.items() if name not in left_out for value in values if value]

    @property
    def hidden_beside_filters(self) -> list[tuple[str, str]]:
        """What the form of all filters carries along."""
        return self.hidden(name for spec in self.filter_specs for name in spec.expected_parameters() if name)

    @property
    def is_narrowed(self) -> bool:
        """Whether the address leaves some records out."""
        return any(name not in (ORDER_VAR, COLUMNS, SIZE) for name in self.query_kept)


def is_field(model: type[Model], name: str) -> bool:
    """Whether a column is one of the database."""
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
