"""What a page shows of a record: the value behind a name, and the word for it."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst

from modules.core.fields import MoneyField
from modules.core.looks import look_of
from modules.portal.pages import RecordPages, Words


def model_field(pages: RecordPages, name: str) -> Any:
    """The model's field of this name, or None: the name may be an attribute or a method of the pages."""
    try:
        return pages.model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def title_of(pages: RecordPages, name: str) -> Words:
    """The word for a name: `title` on a method of the pages, else the field's name, else the name itself."""
    method = getattr(pages, name, None) if name not in RecordPages.__dict__ else None
    if callable(method) and (title := getattr(method, "title", "")):
        return str(title)
    found = model_field(pages, name)
    return str(capfirst(found.verbose_name)) if found is not None else capfirst(name.replace("_", " "))


def value_of(pages: RecordPages, record: models.Model, name: str) -> Any:
    """The value a person sees: a state with its look, the label of a choice, else the thing itself."""
    method = getattr(pages, name, None) if name not in RecordPages.__dict__ else None
    if callable(method):
        return method(record)
    if name == "state":
        return look_of(record)
    found = model_field(pages, name)
    if found is not None and found.choices:
        return getattr(record, f"get_{name}_display")()
    value = getattr(record, name)
    return value() if callable(value) and not isinstance(value, models.Manager) else value


def is_number(pages: RecordPages, name: str) -> bool:
    """Whether the column is set to the right."""
    found = model_field(pages, name)
    numbers = (MoneyField, models.IntegerField, models.DecimalField, models.FloatField)
    return isinstance(found, numbers) and not found.choices
