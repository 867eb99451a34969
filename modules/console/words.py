"""What was changed, in words that still mean something in ten years."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField

NEVER_SHOWN = frozenset({"password"})
"""Fields whose values stay out of the audit trail."""


def field_words(field: forms.Field, value: Any) -> str:
    """A value of a form field as text: the names of related records, the words of choices."""
    plain = plain_value(field, value)
    if isinstance(plain, list):
        return ", ".join(str(part) for part in plain)
    for choice, words in _flat(getattr(field, "choices", ()) if not isinstance(field, ModelChoiceField) else ()):
        if str(choice) == str(plain):
            return str(words)
    return "" if plain is None else str(plain)


def plain_value(field: forms.Field, value: Any) -> Any:
    """A value for the audit trail: text, number, yes or no, or a list; related records by name."""
    if isinstance(field, ModelMultipleChoiceField):
        return sorted(str(_resolved(field, part)) for part in value or [])
    if isinstance(field, ModelChoiceField):
        return None if value in (None, "") else str(_resolved(field, value))
    if isinstance(value, list | tuple | set):
        return [str(part) for part in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _resolved(field: ModelChoiceField, value: Any) -> Any:
    """The record behind a primary key."""
    if isinstance(value, Model) or field.queryset is None:
        return value
    key = field.to_field_name or "pk"
    return field.queryset.model._default_manager.filter(**{key: value}).first() or value


def _flat(choices: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Choices without their groups."""
    found: list[tuple[Any, Any]] = []
    for value, words in choices:
        found.extend(words if isinstance(words, list | tuple) else [(value, words)])
    return found


def form_changes(form: forms.BaseForm) -> dict[str, list[Any]]:
    """`{field: [old, new]}` of a valid form, for what was changed in it."""
    changes: dict[str, list[Any]] = {}
    for name in form.changed_data:
        if name in NEVER_SHOWN or name not in form.cleaned_data:
            continue
        field = form.fields[name]
        old = plain_value(field, form.get_initial_for_field(field, name))
        new = plain_value(field, form.cleaned_data[name])
        if old != new:
            changes[name] = [old, new]
    return changes


def record_values(record: Model) -> dict[str, Any]:
    """The own columns of a record, for the trail of its making or its end."""
    hidden = NEVER_SHOWN | set(getattr(record, "hidden_fields", ()))
    values: dict[str, Any] = {}
    for field in record._meta.concrete_fields:
        value = getattr(record, field.name if not field.is_relation else field.attname)
        if field.name not in hidden and value not in (None, ""):
            values[field.name] = value if isinstance(value, str | int | bool) else str(value)
    return values
