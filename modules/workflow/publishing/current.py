"""Which version new records start on, in every process.

What was published stands in the database. Who publishes touches a file beside it, which every process looks at for two
microseconds before it needs to know; where the database is on another machine, it asks that every few seconds. A record
carries its own version and loads it on demand, so a process that has not looked yet only starts new records on the
version before.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from modules.core.references import model_of
from modules.workflow.choices import DefinitionSource, DefinitionStatus
from modules.workflow.flows import Flow, find_flow, flows, register
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.related import milestones

_seen: dict[str, float] = {"stamp": -1.0, "looked": 0.0}


def stamp_file() -> Path:
    """Its time of change says when something was last published from this machine."""
    return Path(settings.DATA_DIR) / "workflow-versions"


def touch() -> None:
    """Let the other processes look."""
    path = stamp_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(time.time_ns()))


def refresh() -> bool:
    """Take over what another process has published since; whether there was a reason to look."""
    stamp, now = _stamp(), time.monotonic()
    pause: float = getattr(settings, "WORKFLOW_LOOK_SECONDS", 10)
    is_old = bool(pause) and connection.vendor != "sqlite" and now - _seen["looked"] > pause
    if stamp == _seen["stamp"] and not is_old:
        return False
    take_over()
    _seen.update(stamp=stamp, looked=now)
    return True


def _stamp() -> float:
    try:
        return float(stamp_file().stat().st_mtime_ns)
    except OSError:
        return 0.0


def take_over() -> None:
    """Let new records start on the newest version that is published, of each workflow."""
    newest = _newest()
    for flow in flows:
        flow.look_again()
        number, digest, _kind = newest.get(flow.declared.key, (0, "", ""))
        if flow.source == "code" and number <= flow.declared.version:
            if flow.graph.version != flow.declared.version and not _is_only_here(flow):
                flow.use(flow.declared)
        elif digest and flow.graph.hash != digest:
            flow.use(_stored(digest))
    for key, (_number, digest, kind) in newest.items():
        model = model_of(kind)
        if key not in flows and model is not None and find_flow(kind) is None:
            register(Flow(_stored(digest), model, "data"))
    milestones.read_older()


@contextmanager
def all_or_nothing(key: str) -> Iterator[None]:
    """A transaction that publishes a version of a workflow, or withdraws one; what this process has taken over goes
    with it where it is rolled back."""
    try:
        with transaction.atomic():
            yield
    except BaseException:
        if (flow := find_flow(key)) is not None:
            flow.forget()
        take_over()
        raise


def _is_only_here(flow: Flow) -> bool:
    """Whether the present version was never stored: somebody tries it out in this process."""
    return not Definition.objects.filter(hash=flow.graph.hash).exists()


def _newest() -> dict[str, tuple[int, str, str]]:
    """By workflow, the number, hash and record type of the newest version that staff has published."""
    published = Definition.objects.filter(status=DefinitionStatus.PUBLISHED, source=DefinitionSource.DATA)
    rows = published.order_by("key", "version").values_list("key", "version", "hash", "record_type")
    return {key: (version, digest, kind) for key, version, digest, kind in rows}


def _stored(digest: str) -> WorkflowGraph:
    data: Any = Definition.objects.values_list("graph", flat=True).get(hash=digest)
    return WorkflowGraph.from_data(data)
