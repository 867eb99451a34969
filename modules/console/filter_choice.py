"""Which filters a list offers: what its admin declares, in our kinds, and what its indexes answer anyway."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import EmptyFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import BooleanField, DateField, Field, Model
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest

from modules.console.date_range import DateRange
from modules.console.list_filters import Choices, ConsoleFilter, Presence, Related, Text, YesNo
from modules.core.access import fields
from modules.core.actors import SYSTEM
from modules.core.looks import states_of

LOOKUPS = frozenset({"exact", "in", "isnull", "gte", "gt", "lte", "lt", "range", "isempty", "from", "to", "within"})
"""What an address may ask of a column. `contains` and `regex` read the whole table."""


def filters_of(model_admin: Any, request: HttpRequest) -> list[Any]:
    """The filters of a list: declared ones, and the dates and states that lead an index."""
    declared = [_in_our_kind(model_admin, entry) for entry in model_admin.list_filter]
    paths = {entry[0] for entry in declared if isinstance(entry, tuple)}
    found = [*declared, *((path, kind) for path, kind in _offered(model_admin) if path not in paths)]
    return [entry for entry in found if not isinstance(entry, tuple) or _is_visible(model_admin, request, entry[0])]


def _in_our_kind(model_admin: Any, entry: Any) -> Any:
    """`state` or `(field, kind)` with one of our kinds in place of Django's."""
    if callable(entry):
        return entry
    path, kind = entry if isinstance(entry, list | tuple) else (entry, None)
    if kind is None:
        return path, kind_of(model_admin.model, path)
    return path, Presence if kind is EmptyFieldListFilter else kind


def kind_of(model: type[Model], path: str) -> type[ConsoleFilter]:
    """What filters by a field."""
    field: Any = get_fields_from_path(model, path)[-1]
    if field.remote_field is not None:
        return Related
    if isinstance(field, BooleanField):
        return YesNo
    if isinstance(field, DateField):
        return DateRange
    has_words = bool(field.flatchoices) or (field.model is model and bool(states_of(model, field.name)))
    return Choices if has_words else Text


def _offered(model_admin: Any) -> Iterable[tuple[str, type[ConsoleFilter]]]:
    """Without a word of the admin: the day of the default order, and the state if an index begins with it."""
    model = model_admin.model
    leading = {index.fields[0].lstrip("-") for index in model._meta.indexes if index.fields and not index.condition}
    names = [name.lstrip("-") for name in (*model_admin.default_order[:1], model_admin.calendar) if name]
    for name in dict.fromkeys(["state", *names]):
        if name not in leading:
            continue
        field = model._meta.get_field(name)
        if name == "state" or isinstance(field, DateField):
            yield name, kind_of(model, name)


def _is_visible(model_admin: Any, request: HttpRequest, path: str) -> bool:
    """Nobody filters by what nobody may see: the answer would tell it."""
    if hidden_on(model_admin.model, path):
        return False
    field: Any = get_fields_from_path(model_admin.model, path)[-1]
    if field.remote_field is None:
        return True
    other = model_admin.admin_site._registry.get(field.related_model)
    return other is not None and bool(other.has_view_or_change_permission(request))


def hidden_on(model: type[Model], path: str) -> bool:
    """Whether one of the fields on the path is hidden from everybody."""
    here: Any = model
    for name in path.split(LOOKUP_SEP):
        if name == "pk" or here is None:
            return False
        field: Any = next((field for field in here._meta.get_fields() if field.name == name), None)
        if not isinstance(field, Field):
            return False
        if field.name not in fields(SYSTEM, here, "view"):
            return True
        here = field.related_model
    return False


def is_quick(lookup: str) -> bool:
    """Whether the last word of a lookup, if it is none of a field, is one that an index can answer."""
    last = lookup.rpartition(LOOKUP_SEP)[2]
    return last in LOOKUPS
