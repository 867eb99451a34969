"""Emptying append-only tables between transactional tests.

On SQLite a flush is a DELETE per table, which the triggers of append-only tables refuse, as they should. Around the
flush of the test runner, and there alone, every BEFORE DELETE trigger is dropped and put back. PostgreSQL truncates.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

_DELETE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE%'"


def let_flush_empty_append_only_tables() -> None:
    """Call once, before the first test."""
    operations = DatabaseWrapper.ops_class
    original = operations.execute_sql_flush
    if getattr(original, "spares_triggers", False):
        return

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(_DELETE_TRIGGERS)
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            original(self, sql_list)
            for _name, sql in triggers:
                cursor.execute(sql)

    execute_sql_flush.spares_triggers = True  # type: ignore[attr-defined]
    operations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign]


@contextmanager
def past_the_triggers(model: type[models.Model]) -> Iterator[None]:
    """What somebody with the database's own console could do: the table's triggers sleep meanwhile."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)
