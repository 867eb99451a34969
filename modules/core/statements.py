"""INSERTs of hot paths, compiled once from `_meta` and run through Django's cursor.

Why: the ORM spends more time on building a statement than the database on running it
(docs/decisions/0010-compiled-statements-in-fire.md). Values go through the fields' own conversions.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from django.db import connection, models


def quote(name: str | None) -> str:
    """A table's or column's name as the database wants it."""
    return connection.ops.quote_name(name or "")


class Insert:
    """An INSERT of one row with the named fields; `ignore` leaves a row that is already there in peace."""

    def __init__(self, model: type[models.Model], names: Sequence[str], *, ignore: bool = False) -> None:
        options = model._meta
        fields = [cast("models.Field[Any, Any]", options.get_field(name)) for name in names]
        self.prepare = [field.get_db_prep_save for field in fields]
        columns = ", ".join(quote(field.column) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        conflict = " ON CONFLICT DO NOTHING" if ignore else ""
        self.sql = (
            f"INSERT INTO {quote(options.db_table)} ({columns}) VALUES ({places}){conflict}"  # noqa: S608
            f" RETURNING {quote(options.pk.column)}"
        )

    def run(self, *values: Any) -> int | None:
        """The new row's id, or None where the row was there already."""
        params = [prepare(value, connection) for prepare, value in zip(self.prepare, values, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            row = cursor.fetchone()
        return None if row is None else int(row[0])


@cache
def insert(model: type[models.Model], names: tuple[str, ...], *, ignore: bool = False) -> Insert:
    """The compiled INSERT of some fields of a model."""
    return Insert(model, names, ignore=ignore)


def execute(sql: str, params: Sequence[Any]) -> int:
    """Run a statement and say how many rows it met."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
