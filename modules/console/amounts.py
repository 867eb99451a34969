"""Amounts of money in the reader's language: Django's admin would write them as it writes bare numbers."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from modules.core.fields import MoneyField
from modules.core.moments import babel_locale

Column = Callable[[Model], str]


def with_amounts(model: type[Model], columns: Iterable[Any]) -> list[Any]:
    """Columns of a list, or fields that are only read: those that hold money are replaced by what shows it."""
    return [_shown(model, column) if _is_money(model, column) else column for column in columns]


def _is_money(model: type[Model], column: Any) -> bool:
    try:
        return isinstance(column, str) and isinstance(model._meta.get_field(column), MoneyField)
    except FieldDoesNotExist:
        return False


@cache
def _shown(model: type[Model], name: str) -> Column:
    """Always the same function for a field, as Django compares fieldsets and read-only fields by equality."""

    def column(record: Model) -> str:
        amount = getattr(record, name)
        return "-" if amount is None else amount.format(babel_locale())

    field: Any = model._meta.get_field(name)
    column.__name__ = name
    column.short_description = field.verbose_name  # type: ignore[attr-defined]
    column.admin_order_field = name  # type: ignore[attr-defined]
    return column
