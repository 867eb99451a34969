"""Which fields of a record a person sees and changes in the console, and the inlines of a record's page."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import StackedInline, TabularInline

from modules.console.amounts import with_amounts
from modules.core import access
from modules.core.actors import SYSTEM, Actor
from modules.core.http import PortalRequest


def actor_of(request: HttpRequest) -> Actor:
    return cast(PortalRequest, request).actor


class FieldAccess:
    """What a person may see and change of a record comes from `core.access` alone (F38)."""

    model: type[Model]
    fields: Any
    fieldsets: Any

    def _declared(self) -> list[str]:
        if self.fieldsets:
            return list(flatten_fieldsets(self.fieldsets))
        return list(flatten_fieldsets([(None, {"fields": self.fields})])) if self.fields else []

    def _columns(self) -> set[str]:
        return {field.name for field in self.model._meta.get_fields() if field.concrete}

    def _locked(self, request: HttpRequest, record: Model | None) -> set[str]:
        """Columns that are not to be edited in this form. Whoever may add a record may fill its fields."""
        own = record if isinstance(record, self.model) else None  # an inline is asked with the record it hangs on
        actor = SYSTEM if own is None else actor_of(request)
        return self._columns() - access.fields(actor, own or self.model, "change")

    def _hidden(self, request: HttpRequest, record: Model | None) -> set[str]:
        own = record if isinstance(record, self.model) else self.model
        return self._columns() - access.fields(SYSTEM, own, "view")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        declared = list(super().get_readonly_fields(request, obj))  # type: ignore[misc]
        locked = self._columns() if self._is_only_read(request, obj) else self._locked(request, obj)
        locked = locked - self._hidden(request, obj)
        locked_here = [name for name in self._declared() if name in locked and name not in declared]
        return with_amounts(self.model, [*declared, *locked_here])

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        excluded = super().get_exclude(request, obj) or ()  # type: ignore[misc]
        return [*excluded, *sorted(self._locked(request, obj) - set(excluded))]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden, amounts = self._hidden(request, obj), self._amounts(request, obj)
        shown = []
        for title, options in super().get_fieldsets(request, obj):  # type: ignore[misc]
            rows = [_replaced(_without(row, hidden), amounts) for row in options["fields"]]
            shown.append((title, {**options, "fields": [row for row in rows if row]}))
        return shown

    def _is_only_read(self, request: HttpRequest, record: Any) -> bool:
        """Whether the whole form is; an inline, asked with the record it hangs on, may still take new rows."""
        if record is None or self.has_change_permission(request, record):  # type: ignore[attr-defined]
            return False
        return isinstance(record, self.model) or not self.has_add_permission(request, record)  # type: ignore[attr-defined]

    def _amounts(self, request: HttpRequest, record: Model | None) -> dict[str, Any]:
        """What shows the money that is only read, by the name of its field."""
        readonly = self.get_readonly_fields(request, record)
        return {column.__name__: column for column in readonly if callable(column)}


def _replaced(row: Any, amounts: dict[str, Any]) -> Any:
    if isinstance(row, list | tuple):
        return [amounts.get(name, name) for name in row]
    return amounts.get(row, row)


def _without(row: Any, hidden: set[str]) -> Any:
    """A row of a fieldset, a name or several, without hidden fields."""
    if isinstance(row, list | tuple):
        return [name for name in row if name not in hidden]
    return None if row in hidden else row


class RecordInline(FieldAccess, TabularInline):
    """Rows of another model on a record's page, as a table."""

    extra = 0
    show_change_link = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_title = not self.show_change_link  # the row's name repeats its cells; it is there for the link


class StackedRecordInline(FieldAccess, StackedInline):
    """Rows of another model on a record's page, one below the other."""

    extra = 0
