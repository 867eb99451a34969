"""The few statements on the hot path of `fire`, compiled once from `_meta` and run through Django's cursor.

Why: the ORM spends more time on building these statements than the database on running them
(docs/decisions/0010-compiled-statements-in-fire.md). Values go through the fields' own conversions both ways, so that a
row loaded here equals one loaded by the ORM. Everything that is not on the hot path stays ORM.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar, cast

from django.db import connection, models
from django.db.models.expressions import Col

from modules.core.statements import quote

R = TypeVar("R", bound=models.Model)


class RowStatements(Generic[R]):
    """Load single rows of one model."""

    def __init__(self, model: type[R]) -> None:
        options = model._meta
        self.model, self.key = model, options.pk
        self.fields = options.concrete_fields
        self.names = [field.attname for field in self.fields]
        self.converters = _converters(self.fields)
        self.columns = ", ".join(quote(field.column) for field in self.fields)
        self.load_sql = f"SELECT {self.columns} FROM {quote(options.db_table)} WHERE {quote(self.key.column)} = %s"  # noqa: S608

    def load(self, pk: int) -> R | None:
        """A row as it is now; None when it is gone."""
        return self._one(self.load_sql, [pk])

    def _one(self, sql: str, params: list[Any]) -> R | None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            row = cursor.fetchone()
        return None if row is None else self._record(row)

    def _record(self, row: Sequence[Any]) -> R:
        values = list(row)
        for position, converters, column in self.converters:
            for convert in converters:
                values[position] = convert(values[position], column, connection)
        return self.model.from_db(connection.alias, self.names, values)


class RecordStatements(RowStatements[R]):
    """Lock, load and move the rows of one model."""

    def __init__(self, model: type[R]) -> None:
        super().__init__(model)
        options = model._meta
        if any(field.model._meta.db_table != options.db_table for field in self.fields):
            raise TypeError(f"{model.__name__} spreads over several tables; a workflow needs its record in one")
        self.instant = cast("models.DateTimeField[Any, Any]", options.get_field("state_since"))
        table, key, columns = quote(options.db_table), quote(self.key.column), self.columns
        # not FOR UPDATE: rows that point at this one may be written meanwhile; SQLite's writer holds the whole database
        lock = " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""
        self.lock_sql = f"SELECT {columns} FROM {table} WHERE {key} = %s{lock}"  # noqa: S608
        self.lock_many_sql = f"SELECT {columns} FROM {table} WHERE {key} IN ({{places}}) ORDER BY {key}{lock}"  # noqa: S608
        self.move_sql = (
            f"UPDATE {table} SET state = %s, state_since = %s, workflow_version = %s,"  # noqa: S608
            f" revision = revision + 1, updated_at = %s WHERE {key} = %s AND state = %s AND workflow_version = %s"
            f" RETURNING {columns}"
        )

    def lock(self, record_id: int) -> R | None:
        """The row as it is now, locked until the transaction ends; None when it is gone."""
        return self._one(self.lock_sql, [record_id])

    def lock_many(self, ids: Sequence[int]) -> dict[int, R]:
        """The rows as they are now, locked in the order of their keys; those that are gone are missing."""
        places = ", ".join(["%s"] * len(ids))
        with connection.cursor() as cursor:
            cursor.execute(self.lock_many_sql.format(places=places), ids)
            rows = cursor.fetchall()
        return {record.pk: record for record in map(self._record, rows)}

    def move(
        self, record_id: int, source: str, target: str, *, version: int, at: datetime, from_version: int | None = None
    ) -> R | None:
        """Compare, set and load in one: the moved row, or None when it was not in `source` on its version."""
        moment = self.instant.get_db_prep_save(at, connection)
        known = version if from_version is None else from_version
        return self._one(self.move_sql, [target, moment, version, moment, record_id, source, known])


def _converters(fields: Sequence[Any]) -> list[tuple[int, list[Any], Col]]:
    """What makes Python values of the database's, by position, for those fields that need it."""
    found = []
    for position, field in enumerate(fields):
        column = Col(field.model._meta.db_table, field)
        converters = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        if converters:
            found.append((position, converters, column))
    return found


@cache
def rows_of(model: type[R]) -> RowStatements[R]:
    """The compiled loading of a model's rows."""
    return RowStatements(model)


@cache
def statements_of(model: type[R]) -> RecordStatements[R]:
    """The compiled statements of a model."""
    return RecordStatements(model)
