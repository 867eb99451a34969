"""What expressions and message texts may read of a record: its fields, and those of what it points at.

Nothing else can be reached: no methods, no querysets, no rows that point at the record. What a model hides by
`hidden_fields` is hidden here too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from django.contrib.auth import get_user_model
from django.db import models

from modules.core.fields import MoneyField

Kind = Literal["text", "int", "number", "bool", "moment", "duration", "any", "texts"]

DEPTH = 2
"""So many relations may be followed."""
OF_PERSONS = frozenset({"email", "name", "language", "time_zone", "is_staff", "is_active"})
"""What may be read of an account."""
SECRET = ("password", "secret", "token")


@dataclass(frozen=True)
class Variable:
    """Something that may be read. `path` is followed from the record; `part` is what is taken of the last value."""

    name: str
    kind: Kind
    path: tuple[str, ...] = ()
    nullable: bool = False
    field: Any = None
    part: Literal["", "currency", "title"] = ""

    @property
    def relations(self) -> str:
        """The relations that must be loaded, as Django writes them: `order__customer`; empty for a field of its own."""
        return "__".join(self.path[:-1])


def variable(model: type[models.Model], name: str) -> Variable | None:
    """What `record.customer.email` means for a model, or None."""
    return _variables(model).get(name)


def variables(model: type[models.Model]) -> list[Variable]:
    """Everything that may be read of a model's records, its own fields first."""
    return sorted(_variables(model).values(), key=lambda entry: len(entry.path))


def nearest(name: str, known: Iterable[str]) -> str:
    """The name that was probably meant; empty where none is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


@cache
def _variables(model: type[models.Model]) -> dict[str, Variable]:
    return {entry.name: entry for entry in _of(model, "record", (), is_optional=False)}


def forget_models() -> None:
    """Read the fields of all models anew: for record types that change while the process runs."""
    _variables.cache_clear()


def _of(model: type[models.Model], prefix: str, path: tuple[str, ...], *, is_optional: bool) -> Iterator[Variable]:
    for field in model._meta.concrete_fields:
        if not _is_open(model, field):
            continue
        name, here = f"{prefix}.{field.name}", (*path, field.name)
        nullable = is_optional or field.null
        kind = kind_of(field)
        if kind is not None:
            yield Variable(name, kind, here, nullable, field)
        if isinstance(field, MoneyField):
            yield Variable(f"{name}_currency", "text", here, nullable, field, "currency")
        if field.choices or is_state(field):
            yield Variable(f"{name}_title", "text", here, nullable, field, "title")
        target = field.related_model if field.many_to_one or field.one_to_one else None
        if isinstance(target, type) and issubclass(target, models.Model) and len(path) < DEPTH:
            yield from _of(target, name, here, is_optional=nullable)


def is_state(field: Any) -> bool:
    """Whether it is the state of a workflow's record, whose title stands in the graph."""
    return field.name == "state" and any(
        other.name == "workflow_version" for other in field.model._meta.concrete_fields
    )


def _is_open(model: type[models.Model], field: Any) -> bool:
    if issubclass(model, get_user_model()) and field.name not in OF_PERSONS:
        return False
    hidden: frozenset[str] = getattr(model, "hidden_fields", frozenset())
    return field.name not in hidden and not any(word in field.name for word in SECRET)


_KINDS: tuple[tuple[type[models.Field], Kind], ...] = (
    (models.BooleanField, "bool"),
    (models.DateField, "moment"),  # a DateTimeField is one
    (models.DurationField, "duration"),
    (models.DecimalField, "number"),
    (models.FloatField, "number"),
    (models.IntegerField, "int"),  # all whole numbers and money
    (models.JSONField, "any"),
    (models.UUIDField, "text"),
    (models.CharField, "text"),
    (models.TextField, "text"),
)


def kind_of(field: Any) -> Kind | None:
    """The kind of a field's values, or None where it cannot be read: files, bytes."""
    if field.many_to_one or field.one_to_one:
        return kind_of(field.target_field)
    return next((kind for base, kind in _KINDS if isinstance(field, base)), None)
