"""The columns of a list: which the admin declares, which this person or this address has chosen, in which order."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.http import HttpRequest
from django.utils.text import capfirst

from modules.console.list_query import COLUMNS
from modules.console.saved_views import lists_of


@dataclass(frozen=True)
class Column:
    """A column to choose."""

    name: str
    label: str
    is_shown: bool


def name_of(column: Any) -> str:
    """How an address calls a column."""
    return str(getattr(column, "__name__", column))


def declared(model_admin: Any, request: HttpRequest) -> list[Any]:
    """All columns that this list may show."""
    further = [column for column in model_admin.list_columns if column not in model_admin.list_display]
    hidden = model_admin._hidden(request, None)
    return [column for column in [*model_admin.list_display, *further] if column not in hidden]


def chosen(model_admin: Any, request: HttpRequest) -> list[Any]:
    """The columns of this list now: by its address, by this person's choice, or as the admin declares them."""
    known = {name_of(column): column for column in declared(model_admin, request)}
    usual = [column for column in model_admin.list_display if name_of(column) in known]
    names = asked(request) or lists_of(model_admin.model, request).columns
    return [known[name] for name in dict.fromkeys(names) if name in known] or usual


def asked(request: HttpRequest) -> list[str]:
    return [name for name in request.GET.getlist(COLUMNS) if name]


def choices(model_admin: Any, request: HttpRequest) -> list[Column]:
    """Shown columns in their order, then the others."""
    shown = chosen(model_admin, request)
    others = [column for column in declared(model_admin, request) if column not in shown]
    return [_column(model_admin, column, is_shown=True) for column in shown] + [
        _column(model_admin, column, is_shown=False) for column in others
    ]


def label_of(model_admin: Any, column: Any) -> str:
    """The heading of a column."""
    return str(capfirst(str(label_for_field(column, model_admin.model, model_admin=model_admin))))


def _column(model_admin: Any, column: Any, *, is_shown: bool) -> Column:
    return Column(name_of(column), label_of(model_admin, column), is_shown)
