"""Seals over the history: a chain of hashes over ranges of entries, so that a change made past the engine is found.

Each seal keeps short digests of every entry of its range, and a digest of all of them with the seal before it: one of
what never changes, and one of each thing that may be blanked when a person is forgotten (the name, the reason, each
value of the data). A blanked entry is no change; another text is.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Max

from modules.workflow.choices import IncidentKind, IncidentStatus
from modules.workflow.models import HistoryEntry, Incident, Seal

logger = logging.getLogger(__name__)

NIGHT = 3
BATCH = 1000
SETTLED = timedelta(minutes=10)
"""An entry is sealed when it is this old in the table: no transaction that writes a lower number runs so long."""
_MARK = "workflow:seal:mark"

FIXED = (
    "pk", "record_type", "record_id", "transition", "source", "target", "actor_id", "at", "key", "workflow",
    "workflow_version", "definition_hash", "request_id",
)  # fmt: skip
PERSONAL = ("actor_label", "reason", "data")
Digest = str | dict[str, str]


@dataclass(frozen=True)
class Break:
    """Something that was done to the history past the engine. `entry` is None where a seal itself was changed."""

    seal: int
    entry: int | None
    problem: str
    """`changed`, `missing`, `inserted` or `seal`."""

    def __str__(self) -> str:
        where = f"history entry {self.entry}" if self.entry is not None else f"seal {self.seal}"
        words = {
            "changed": "was changed after it was written",
            "missing": "was deleted",
            "inserted": "was put in between later",
            "seal": "was changed",
        }
        return f"{where} {words[self.problem]}"


def seal_settled(at: datetime) -> int:
    """Seal what has been in the table long enough; how many entries that were."""
    mark = cache.get(_MARK)
    if mark is not None and timedelta() <= at - mark["at"] < SETTLED:
        return 0
    newest = HistoryEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
    cache.set(_MARK, {"at": at, "newest": newest}, timeout=86_400)
    is_old = mark is not None and mark["at"] < at  # a clock that went back begins anew
    return seal_until(mark["newest"], at=at) if mark is not None and is_old else 0


def seal_until(last_id: int, *, at: datetime) -> int:
    """Seal every entry up to a number, a thousand to a seal; how many that were."""
    count = 0
    while sealed := _seal_next(last_id, at):
        count += sealed
    return count


def _seal_next(last_id: int, at: datetime) -> int:
    try:
        with transaction.atomic():
            before = Seal.objects.order_by("-last_id").first()
            start = 0 if before is None else before.last_id
            rows = list(_rows().filter(pk__gt=start, pk__lte=last_id).order_by("pk")[:BATCH])
            if not rows:
                return 0
            digests = {str(row["pk"]): _digests(row) for row in rows}
            previous = "" if before is None else before.digest
            Seal.objects.create(
                first_id=start + 1, last_id=rows[-1]["pk"], count=len(rows), previous=previous,
                digest=_chained(previous, start + 1, rows[-1]["pk"], digests), digests=digests, sealed_at=at,
            )  # fmt: skip
    except IntegrityError:  # another process sealed the same range
        return 0
    return len(rows)


def breaks() -> Iterator[Break]:
    """Everything that does not match its seal, in order; reads the whole sealed history once."""
    previous, expected = "", 1
    for seal in Seal.objects.order_by("first_id").iterator():
        digest = _chained(previous, seal.first_id, seal.last_id, seal.digests)
        if (seal.previous, seal.first_id, seal.digest) != (previous, expected, digest):
            yield Break(seal.pk, None, "seal")
        previous, expected = seal.digest, seal.last_id + 1
        yield from _breaks_in(seal)


def verify_daily(at: datetime) -> int:
    """Once a day, in the night, compare the whole history with its seals; every break is an incident. How many."""
    local = at.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE))
    if local.hour < NIGHT or not cache.add(f"workflow:seal:verified:{local.date()}", 1, timeout=90_000):
        return 0
    found = list(breaks())
    for each in found:
        logger.error("the history was changed past the engine: %s", each)
        _report(each, at)
    return len(found)


def _report(found: Break, at: datetime) -> None:
    entry = HistoryEntry.objects.filter(pk=found.entry).first() if found.entry is not None else None
    about = ("workflow.seal", found.seal) if entry is None else (entry.record_type, entry.record_id)
    Incident.objects.get_or_create(
        kind=IncidentKind.HISTORY,
        reference=found.entry if found.entry is not None else -found.seal,
        status=IncidentStatus.OPEN,
        defaults={
            "record_type": about[0],
            "record_id": about[1],
            "transition": entry.transition if entry is not None else "",
            "message": str(found),
            "opened_at": at,
        },
    )


def _breaks_in(seal: Seal) -> Iterator[Break]:
    left = dict(seal.digests)
    for row in _rows().filter(pk__gte=seal.first_id, pk__lte=seal.last_id).order_by("pk"):
        kept = left.pop(str(row["pk"]), None)
        if kept is None:
            yield Break(seal.pk, row["pk"], "inserted")
        elif not _matches(row, kept):
            yield Break(seal.pk, row["pk"], "changed")
    for number in left:
        yield Break(seal.pk, int(number), "missing")


def _matches(row: dict[str, Any], kept: list[Digest]) -> bool:
    fixed, *parts = kept
    return fixed == _digests(row)[0] and all(
        _is_same(row[name], part) for name, part in zip(PERSONAL, parts, strict=True)
    )


def _is_same(value: Any, kept: Digest) -> bool:
    """As it was, or blank; of data each value for itself, except under seals of older versions."""
    if _is_blank(value) or isinstance(kept, str):
        return _is_blank(value) or _short(value) == kept
    return value.keys() == kept.keys() and all(
        item in ("", None) or _short(item) == kept[name] for name, item in value.items()
    )


def _is_blank(value: Any) -> bool:
    """Whether a value is what the forgetting of a person leaves."""
    return not value or (isinstance(value, str) and value.startswith("removed-"))


def _rows() -> Any:
    return HistoryEntry.objects.values(*FIXED, *PERSONAL)


def _digests(row: dict[str, Any]) -> list[Digest]:
    """Of what never changes, then of each part that may be blanked."""
    data = {name: _short(value) for name, value in row["data"].items()}
    return [_short([row[name] for name in FIXED]), _short(row["actor_label"]), _short(row["reason"]), data]


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, cls=_Exact)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class _Exact(DjangoJSONEncoder):
    """Moments to the microsecond, in UTC."""

    def default(self, o: Any) -> Any:
        return f"{o.timestamp():.6f}" if isinstance(o, datetime) else super().default(o)


def _chained(previous: str, first_id: int, last_id: int, digests: dict[str, list[Digest]]) -> str:
    text = json.dumps([previous, first_id, last_id, digests], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
