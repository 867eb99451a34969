"""Appending to the history, and reading a step back from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import models

from modules.core import request_id
from modules.core.actors import Actor
from modules.core.money import Money
from modules.core.statements import insert
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import HistoryEntry

_COLUMNS = (
    "record_type", "record_id", "transition", "source", "target", "actor", "actor_label", "at", "reason", "data", "key",
    "workflow", "workflow_version", "definition_hash", "request_id",
)  # fmt: skip


@dataclass(frozen=True)
class FireResult:
    """What a call did. The same idempotency key gives an equal result; only `replayed` tells the two apart."""

    record_type: str
    record_id: int
    history_id: int
    transition: str
    source: str
    target: str
    actor_label: str
    at: datetime
    replayed: bool = field(default=False, compare=False)


class KeyUsed(Exception):
    """The idempotency key did its work before; the transaction is undone and the first result is given."""


def append(
    graph: WorkflowGraph,
    record_id: int,
    *,
    transition: str,
    source: str,
    target: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    key: str = "",
) -> FireResult:
    """Write one row; KeyUsed when this record and transition have the key already."""
    label = str(actor)[:254]
    history_id = insert(HistoryEntry, _COLUMNS, ignore=True).run(
        graph.record_type, record_id, transition, source, target, actor.user_id, label, at, reason,
        plain(data) if data else {}, key, graph.key, graph.version, graph.hash, request_id.current(),
    )  # fmt: skip
    if history_id is None:
        raise KeyUsed
    return FireResult(graph.record_type, record_id, history_id, transition, source, target, label, at)


def find_by_key(graph: WorkflowGraph, record_id: int, transitions: list[str], key: str) -> FireResult | None:
    """The step that was taken under an idempotency key."""
    entry = HistoryEntry.objects.filter(
        record_type=graph.record_type, record_id=record_id, transition__in=transitions, key=key
    ).first()
    return None if entry is None else replayed(entry)


def replayed(entry: HistoryEntry) -> FireResult:
    """The result of a step that was taken before."""
    return FireResult(
        entry.record_type, entry.record_id, entry.pk, entry.transition, entry.source, entry.target, entry.actor_label,
        entry.at, replayed=True,
    )  # fmt: skip


def plain(value: Any) -> Any:
    """Cleaned form data as the history keeps it: records by key, money with its currency, files by name."""
    match value:
        case None | str() | int() | float() | Decimal() | datetime() | date() | time() | timedelta() | UUID():
            return value  # DjangoJSONEncoder writes them
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case models.Model():
            return value.pk
        case File():
            return value.name
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case _ if hasattr(value, "__iter__"):
            return [plain(item) for item in value]
        case _:
            return str(value)
