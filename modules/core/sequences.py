"""Numbers without gaps."""

from django.db import connection, transaction

from modules.core.models import Sequence


def next_number(name: str) -> int:
    """Take the next number of a series. Must be called inside the transaction that uses it: a rollback gives the
    number back, and whoever comes second waits on the counter's row, so there are neither gaps nor twins."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a gapless number is taken inside a transaction")
    Sequence.objects.bulk_create([Sequence(name=name)], ignore_conflicts=True)
    table = connection.ops.quote_name(Sequence._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET value = value + 1 WHERE name = %s RETURNING value", [name])  # noqa: S608
        row = cursor.fetchone()
    return int(row[0])
