"""The fields of a record, and of the records that it points at, as they were: read from the trail of their changes.

What somebody edited stands in the audit trail with its old and its new value, what a step asked for in the history. A
field whose changes are not on record, or only in words, is as it is today, and is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from modules.core.audit import record_type
from modules.core.models import AuditEntry
from modules.workflow.clocks.waits import waits_of
from modules.workflow.graph import EffectUse, GuardUse, WorkflowGraph
from modules.workflow.models import WorkflowRecord

ENGINES = frozenset(name.name for name in WorkflowRecord._meta.get_fields()) | {"updated_at"}
"""Columns that the replay itself writes."""


@dataclass(frozen=True)
class Edit:
    """Fields of a row that got other values at a moment."""

    at: datetime
    row: models.Model
    values: Mapping[str, Any]


@dataclass
class Past:
    """What is put back before a replay, what then changes on its way, and what cannot be put back."""

    start: list[tuple[models.Model, dict[str, Any]]] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    as_today: list[str] = field(default_factory=list)
    """In words."""


@dataclass
class _Trail:
    """The changes of one field: moment, value before (or UNKNOWN), value after."""

    column: Any
    changes: list[tuple[datetime, Any, Any]] = field(default_factory=list)
    is_lost: bool = False


UNKNOWN = object()
Asked = Sequence[tuple[datetime, Mapping[str, Any]]]


def past_of(record: Any, since: datetime, asked: Asked, *graphs: WorkflowGraph) -> Past:
    """How the record, and whatever the graphs read through it, was at a moment and has changed since. `asked` is what
    steps wrote into it."""
    paths = {path for graph in graphs for path in read_by(graph, type(record))}
    found = Past()
    rows = _rows(record, paths)
    if any(use.name and not use.params for graph in graphs for use in _guards(graph)):  # code reads what it wants
        rows[record] |= {column.name for column in record._meta.concrete_fields}
    for row, names in rows.items():
        _look_back(found, row, names, since, asked if row == record else ())
    if any(graph.facts for graph in graphs) or any(_leads_to_many(type(record), path) for path in paths):
        found.as_today.append(_("what is read from other records"))
    found.edits.sort(key=lambda edit: edit.at)
    return found


def _look_back(found: Past, row: models.Model, names: set[str], since: datetime, asked: Asked) -> None:
    start: dict[str, Any] = {}
    for name, trail in _trails(row, since, asked).items():
        changes = sorted(trail.changes, key=lambda change: change[0])
        if not changes and not trail.is_lost:
            continue
        if trail.is_lost or changes[-1][2] != getattr(row, trail.column.attname):
            if name in names:
                found.as_today.append(str(trail.column.verbose_name).capitalize())
            continue
        first = changes[0][1]
        start[name] = trail.column.get_default() if first is UNKNOWN else first
        found.edits += [Edit(at, row, {name: new}) for at, old, new in changes if old is not UNKNOWN]
    if start:
        found.start.append((row, start))


def _trails(row: models.Model, since: datetime, asked: Asked) -> dict[str, _Trail]:
    """By field, what was changed since; the value before is known of an edit, not of what a step asked for."""
    trails: dict[str, _Trail] = {}
    ours = AuditEntry.objects.filter(record_type=record_type(row), record_id=row.pk).exclude(action="created")
    for at, changes in ours.filter(at__gt=since).order_by("id").values_list("at", "changes"):
        for name, (column, pair) in _columns(row, changes).items():
            trail = trails.setdefault(name, _Trail(column))
            if not isinstance(pair, list) or len(pair) != 2:
                trail.is_lost = True
                continue
            old, new = (_value(column, part) for part in pair)
            trail.is_lost = trail.is_lost or UNKNOWN in (old, new)
            trail.changes.append((at, old, new))
    for at, data in asked:
        for name, (column, written) in _columns(row, data).items():
            value = _value(column, written)
            trail = trails.setdefault(name, _Trail(column))
            trail.is_lost = trail.is_lost or value is UNKNOWN
            trail.changes.append((at, UNKNOWN, value))
    return trails


def _columns(row: models.Model, named: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Those of the names that are columns of the row and none of the engine's."""
    known = {column.name: column for column in row._meta.concrete_fields if not column.primary_key}
    return {name: (known[name], value) for name, value in named.items() if name in known and name not in ENGINES}


def _value(column: Any, written: Any) -> Any:
    """A value as the column has it; UNKNOWN where the trail has only words for it."""
    if written is None:
        return None if column.null else UNKNOWN
    if column.is_relation:
        return UNKNOWN
    try:
        return column.to_python(written)
    except (ValidationError, TypeError, ValueError):
        return UNKNOWN


# What is read


def read_by(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[str]:
    """The paths of fields that a graph's conditions, waits and computed values read, as far as data say so."""
    for _place, wait in waits_of(graph):
        if wait.field:
            yield wait.field
    nodes: list[Any] = [*graph.transitions, *graph.repeats]
    effects = [use for node in nodes for use in node.effects]
    for use in [*_guards(graph), *effects]:
        yield from _read_by_use(use, model)


def _guards(graph: WorkflowGraph) -> list[GuardUse]:
    nodes: list[Any] = [*graph.transitions, *graph.repeats]
    return [use for node in nodes for use in node.guards]


def _read_by_use(use: GuardUse | EffectUse, model: type[models.Model]) -> Iterator[str]:
    from modules.workflow.expressions import ExpressionError, compile_expression

    texts = [use.expression] if isinstance(use, GuardUse) and use.expression else []
    for name, value in use.params:
        if name == "field" and isinstance(value, str) and isinstance(use, GuardUse):
            yield value
        elif isinstance(value, str) and value.startswith("="):
            texts.append(value[1:])
    for text in texts:
        try:
            yield from compile_expression(text, model).reads
        except ExpressionError:
            continue


def _rows(record: Any, paths: set[str]) -> dict[models.Model, set[str]]:
    """The record and the rows that the paths lead to, each with the fields that are read of it."""
    found: dict[models.Model, set[str]] = {record: set()}
    for path in sorted(paths):
        row: Any = record
        *relations, last = path.split("__")
        for relation in relations:
            row = getattr(row, relation, None)
        if isinstance(row, models.Model):
            found.setdefault(row, set()).add(last)
    return found


def _leads_to_many(model: type[models.Model], path: str) -> bool:
    try:
        column: Any = model._meta.get_field(path.partition("__")[0])
    except FieldDoesNotExist:
        return False
    return bool(column.one_to_many or column.many_to_many)
