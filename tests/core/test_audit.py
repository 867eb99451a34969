"""The audit trail is append-only, in the database itself."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from modules.core.actors import SYSTEM
from modules.core.audit import audit, changes_between
from modules.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_f52_an_entry_cannot_be_edited_or_deleted_even_by_sql(at: datetime, customer: Any) -> None:
    entry = audit(customer, "changed", actor=SYSTEM, at=at, changes={"name": ["a", "b"]})
    for statement in (
        "UPDATE core_auditentry SET action = 'nothing' WHERE id = %s",
        "DELETE FROM core_auditentry WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [entry.pk])
    assert AuditEntry.objects.get(pk=entry.pk).action == "changed"


def test_only_what_differs_is_kept() -> None:
    assert changes_between({"a": 1, "b": 2}, {"a": 1, "b": 3}) == {"b": [2, 3]}


def test_a_rows_own_column_does_not_pass_for_its_kind(at: datetime, customer: Any) -> None:
    inner = audit(customer, "changed", actor=SYSTEM, at=at)
    assert audit(inner, "looked_at", actor=SYSTEM, at=at).record_type == "core.auditentry"
