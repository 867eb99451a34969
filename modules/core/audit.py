"""The trail of who changed what. Rows are appended in the transaction of the change and never edited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from modules.core import request_id
from modules.core.actors import Actor
from modules.core.models import AuditEntry


def record_type(record: models.Model | type[models.Model]) -> str:
    """The stable name of a kind of record, such as `films.film`: the class says it, never a column of that name."""
    model = record if isinstance(record, type) else type(record)
    declared = getattr(model, "record_type", None)
    return declared if isinstance(declared, str) else record._meta.label_lower


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [old, new]}` for what differs, values as text where they are not plain."""

    def plain(value: Any) -> Any:
        return value if value is None or isinstance(value, str | int | bool | list | dict) else str(value)

    return {name: [plain(before.get(name)), plain(value)] for name, value in after.items() if before.get(name) != value}


def audit(
    record: models.Model,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Append one row. `action` is a word such as `changed`, `created`, `archived`, `stock_adjusted`, `exported`."""
    return AuditEntry.objects.create(
        at=at,
        actor=actor.user,
        actor_label=str(actor)[:254],
        action=action,
        record_type=record_type(record),
        record_id=record.pk if isinstance(record.pk, int) else None,
        record_label=str(record)[:254],
        changes=dict(changes or {}),
        reason=reason,
        request_id=request_id.current(),
    )
