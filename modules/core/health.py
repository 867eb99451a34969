"""Whether the product can do its work: checks by name, each None or a sentence about what is wrong."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.registry import Registry
from modules.core.version import known_migrations

HealthCheck = Callable[[datetime], str | None]
health_checks: Registry[HealthCheck] = Registry("health checks")
"""What makes the product unready (503)."""
health_details: Registry[HealthCheck] = Registry("health details")
"""What is worth knowing and does not make it unready."""

_BEAT, _SWEEPING = "core.ticker", "core.sweeping"
_BEAT_AGE = timedelta(seconds=60)
_OUTBOX_LAG = timedelta(minutes=5)


def health_check(name: str, registry: Registry[HealthCheck] = health_checks) -> Callable[[HealthCheck], HealthCheck]:
    """Register a check under the name that `/health/ready` shows."""

    def add(function: HealthCheck) -> HealthCheck:
        return registry.register(name, function)

    return add


@health_check("database")
def database(at: datetime) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


_migrated = False


@health_check("migrations")
def migrations(at: datetime) -> str | None:
    global _migrated
    if not _migrated:
        applied = MigrationRecorder(connection).applied_migrations()
        missing = {(app, name) for app, names in known_migrations().items() for name in names} - applied.keys()
        if missing:
            return f"{len(missing)} migrations are not applied"
        _migrated = True
    return None


@health_check("queue")
def queue(at: datetime) -> str | None:
    """The worker's ticker beats, and nothing in the outbox waits long beyond its time."""
    last = cache.get(_BEAT)
    if last is None or at - last > _BEAT_AGE:
        return "no worker has reported for a minute"
    late = OutboxMessage.objects.filter(state=OutboxState.PENDING, due_at__lt=at - _OUTBOX_LAG)
    return "the outbox is more than five minutes behind" if late.exists() else None


@health_check("storage")
def storage(at: datetime) -> str | None:
    probe = Path(settings.MEDIA_ROOT) / f".probe-{secrets.token_hex(4)}"
    probe.parent.mkdir(parents=True, exist_ok=True)
    probe.write_bytes(b"ok")
    probe.unlink()
    return None


def run_checks(registry: Registry[HealthCheck], *, at: datetime) -> dict[str, str]:
    """Every check by its name: `ok`, or what is wrong."""
    found = {}
    for name, check in registry.items():
        try:
            found[name] = check(at) or "ok"
        except Exception as error:
            found[name] = f"{type(error).__name__}"  # the text of the error may hold addresses and secrets
    return found


def beat(*, at: datetime) -> None:
    """The ticker says that it lives."""
    cache.set(_BEAT, at, timeout=600)


def claim_sweep() -> bool:
    """Whether a sweep may be asked for: none is under way. A lost one is forgotten after a minute."""
    return bool(cache.add(_SWEEPING, os.getpid(), timeout=60))


def release_sweep() -> None:
    cache.delete(_SWEEPING)
